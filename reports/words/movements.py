"""How far columns moved, in words."""

from __future__ import annotations

import math
from dataclasses import dataclass

from reference_stats.model_view.measures import Measure
from reports.findings.columns import Distribution, Finding, Multivariate, Pile
from reports.findings.constant_reference import difference_words, reference_words
from reports.findings.effect_sizes import (
    COMMON_DIRECTION,
    LARGEST_EFFECT,
    PILE,
    TAILS,
    USUALLY_BEYOND,
)
from reports.words.numbers import NOTHING, SIGMA, counted

_ENOUGH_DIGITS, _MOST_DIGITS = 3, 16

# An arrow, and the same direction in words.
_DIRECTIONS = {
    "up": ("\N{BLACK UP-POINTING TRIANGLE}", "up"),
    "down": ("\N{BLACK DOWN-POINTING TRIANGLE}", "down"),
    "spread": ("\N{LEFT RIGHT ARROW}", "spread"),
    "upper_tail": ("\N{BLACK UP-POINTING TRIANGLE}", "far up"),
    "lower_tail": ("\N{BLACK DOWN-POINTING TRIANGLE}", "far down"),
    "pile": ("\N{BLACK CIRCLE}", "piled up"),
    "shares": ("\N{RIGHTWARDS ARROW OVER LEFTWARDS ARROW}", "moved"),
    COMMON_DIRECTION: ("\N{RIGHTWARDS ARROW}", "to one side"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """How far a column moved, in words.

    Attributes
    ----------
    sign
        An arrow.
    way
        The arrow in words: ``"up"``, ``"down"``.
    size
        The effect with its unit.
    meaning
        What the movement looks like: ``"darker"``; empty if the column has no such words.
    """

    sign: str
    way: str
    size: str
    meaning: str


def effect_size(column: Finding) -> str:
    """Return the size of an effect with its unit, without its direction."""
    if column.effect is None or not math.isfinite(column.effect):
        return NOTHING
    size = abs(column.effect)
    if column.constant is not None and column.beside_days is None:
        then = reference_words(column.constant, images_of(column.reference))
        return f"{difference_words(column.constant, images_of(column.current))} ({then})"
    if column.direction in {*TAILS, PILE}:
        return _part_ofimages_of(column, size)
    if column.direction == "shares" or column.categories is not None:
        return counted(round(100 * size), "point") if size >= 0.01 else "under 1 point"
    return deviations(size)


def _part_ofimages_of(column: Finding, size: float) -> str:
    if column.pile is not None:
        return pile_words(column.pile)
    if column.beside_days is not None:
        return f"{_per_cent(size)} more of the images"
    return f"{_per_cent(size + USUALLY_BEYOND)} of images"


def deviations(size: float) -> str:
    """Return a size in reference standard deviations, with two significant digits or fewer."""
    if size >= LARGEST_EFFECT:
        return f"more than {LARGEST_EFFECT:.0f}\N{NO-BREAK SPACE}{SIGMA}"
    digits = 1 if size >= 0.95 else 2
    return f"{size:.{digits}f}\N{NO-BREAK SPACE}{SIGMA}"


def movement(column: Finding, feature: Measure | None) -> Movement:
    """Return how far a column moved and what that looks like."""
    size = effect_size(column)
    if size == NOTHING:
        return Movement(sign="", way="", size=NOTHING, meaning="")
    sign, way = _sign(column)
    return Movement(sign=sign, way=way, size=size, meaning=_meaning(column, feature))


def _sign(column: Finding) -> tuple[str, str]:
    if column.constant is not None:
        # The numbers show the direction; a change within the resolution has none.
        moved = bool(column.effect)
        return (
            _DIRECTIONS["up" if column.direction == "upper_tail" else "down"] if moved else ("", "")
        )
    if lies_to_one_side(column):
        return _DIRECTIONS[COMMON_DIRECTION]
    return _DIRECTIONS.get(column.direction or "", ("", ""))


def lies_to_one_side(column: Finding) -> bool:
    """Tell whether an effect is how far embeddings moved, which the score need not have done."""
    said = column.statistic
    return said is not None and said.name == COMMON_DIRECTION and column.constant is None


def images_of(side: Distribution | None) -> int:
    """Return the number of images of a side; 0 where it has no values."""
    return 0 if side is None else side.count


def joint_words(joint: Multivariate) -> str:
    """Return the numbers behind the test of all features together, as a sentence."""
    if joint.effect is None or not math.isfinite(joint.effect):
        return ""
    return (
        f"The means of the two sides lie {deviations(joint.effect)} apart, along whichever "
        "combination of features they differ most."
    )


def _meaning(column: Finding, feature: Measure | None) -> str:
    if column.constant is not None:
        return _look(feature, up=column.direction == "upper_tail") if column.effect else ""
    match column.direction:
        case "up" | "down":
            return _look(feature, up=column.direction == "up")
        case "upper_tail" | "lower_tail":
            look = _look(feature, up=column.direction == "upper_tail")
            return _tail_words(look) if column.beside_days is None else f"{look} than usual"
        case "spread":
            return _spread_words(column)
        case "shares" | "pile":
            return _share_words(column)
    return ""


def _look(feature: Measure | None, *, up: bool) -> str:
    if feature is None:
        return "higher" if up else "lower"
    return feature.rises if up else feature.falls


def _tail_words(look: str) -> str:
    beyond = 100 * USUALLY_BEYOND
    return f"{look} than {100 - beyond:.1f} % of the reference; {beyond:.1f} % is usual"


def _spread_words(column: Finding) -> str:
    widened = spread_widened(column)
    if widened is None:
        return "another shape"
    return "more varied" if widened else "less varied"


def spread_widened(column: Finding) -> bool | None:
    """Tell whether the values lie farther apart than usual; None where they do neither.

    Beside normal days, whose deviation is not known, the sign of the statistic says it.
    """
    statistic = column.statistic
    if column.beside_days is not None and statistic is not None and statistic.value:
        return statistic.value > 0
    before = column.reference.std if column.reference else None
    now = column.current.std if column.current else None
    return None if before is None or now is None or before == now else now > before


def _share_words(column: Finding) -> str:
    if column.pile is not None:
        return "many images share an ordinary value"
    if column.categories is not None:
        return "largest change of a class's share"
    before, now = copies_share(column.reference), copies_share(column.current)
    if before is None or now is None:
        return "change of their share"
    return f"near-copies are {_per_cent(now)} of all images, {_per_cent(before)} in the reference"


def copies_share(side: Distribution | None) -> float | None:
    """Return the share of further copies among all images, from their mean number per picture."""
    return None if side is None or side.mean is None else side.mean / (side.mean + 1)


def _per_cent(share: float) -> str:
    percent = 100 * share
    digits = 0 if percent >= 9.95 or percent == 0 else 1
    return f"{percent:.{digits}f}\N{NO-BREAK SPACE}%"


def pile_words(pile: Pile) -> str:
    """Return the images of a pile: ``40 images between 0.02 and 0.03, where 3 were expected``."""
    noun = "image" if pile.images == 1 else "images"
    expected = (
        f"{pile.expected:,.0f}" if pile.expected >= 1 or not pile.expected else "fewer than 1"
    )
    return f"{pile.images:,} {noun} {_pile_range(pile)}, where {expected} would be expected"


def _pile_range(pile: Pile) -> str:
    if pile.low == pile.high:
        return f"at {_short(pile.low, _ENOUGH_DIGITS)}"
    # Ends that differ are not told alike.
    for digits in range(_ENOUGH_DIGITS, _MOST_DIGITS):
        low, high = _short(pile.low, digits), _short(pile.high, digits)
        if low != high:
            return f"between {low} and {high}"
    return f"about {_short(pile.low, _ENOUGH_DIGITS)}"


def _short(value: float, digits: int) -> str:
    return f"{value:,.0f}" if abs(value) >= 10**digits else f"{value:.{digits}g}"
