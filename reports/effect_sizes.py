"""Effects of two kinds, standard deviations and shares, on one scale."""

from __future__ import annotations

# 0.1 reference standard deviations of a number weigh as much as two points of a share.
SHARE_PER_DEVIATION = 0.2
TAILS = frozenset({"upper_tail", "lower_tail"})
# The directions whose effect is a share, 0 to 1.
SHARES = TAILS | {"shares"}
# The part of the reference beyond either end of its central 99 %.
USUALLY_BEYOND = 0.005


def in_deviations(effect: float, direction: str | None) -> float:
    """Return the size of an effect as reference standard deviations that matter as much."""
    return abs(effect) / SHARE_PER_DEVIATION if direction in SHARES else abs(effect)
