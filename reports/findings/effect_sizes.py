"""Effects of two kinds, standard deviations and shares, on one scale."""

from __future__ import annotations

# 0.1 reference standard deviations of a number weigh as much as two points of a share.
SHARE_PER_DEVIATION = 0.2
TAILS = frozenset({"upper_tail", "lower_tail"})
PILE = "pile"
COMMON_DIRECTION = "common_direction"
"""The statistic of a model's view whose effect is a distance between embeddings, not of a score."""
# The directions whose effect is a share, 0 to 1.
SHARES = TAILS | {"shares", PILE}
# The part of the reference beyond either end of its central 99 %.
USUALLY_BEYOND = 0.005
# Far beyond anything that needs telling apart: no effect is said or written to be larger. Beside a
# reference that hardly varies, the quotient says how little it varies and nothing of the window.
LARGEST_EFFECT = 100.0
# Plots end here: one run at the cap would press all others to the ground.
LARGEST_DRAWN = 20.0


def in_deviations(effect: float, direction: str | None) -> float:
    """Return the size of an effect as reference standard deviations that matter as much."""
    return abs(effect) / SHARE_PER_DEVIATION if direction in SHARES else abs(effect)


def capped(effect: float) -> float:
    """Return a number of reference standard deviations, of either sign, no larger than the cap."""
    return max(-LARGEST_EFFECT, min(LARGEST_EFFECT, effect))


def sigmas(size: float) -> str:
    """Return a size as plain text: ``0.81 sigma``, ``more than 100 sigma``."""
    if size >= LARGEST_EFFECT:
        return f"more than {LARGEST_EFFECT:.0f} sigma"
    return f"{size:.2f} sigma"
