"""What is said of a pile: values of a number that many more images share than in the reference."""

from __future__ import annotations

from dataclasses import dataclass

_ENOUGH, _MOST = 3, 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Pile:
    """Values of a number that many more images share than in the reference.

    Attributes
    ----------
    low, high
        The range of the values; equal where all are one and the same.
    images
        How many images of the window lie in it; near-copies count once.
    expected
        How many would if the window were as the reference.
    """

    low: float
    high: float
    images: int
    expected: float


def pile_words(pile: Pile) -> str:
    """Return the images of a pile: ``40 images between 0.02 and 0.03, where 3 were expected``."""
    noun = "image" if pile.images == 1 else "images"
    expected = (
        f"{pile.expected:,.0f}" if pile.expected >= 1 or not pile.expected else "fewer than 1"
    )
    return f"{pile.images:,} {noun} {_range(pile)}, where {expected} would be expected"


def _range(pile: Pile) -> str:
    if pile.low == pile.high:
        return f"at {_short(pile.low, _ENOUGH)}"
    # Ends that differ are not told alike.
    for digits in range(_ENOUGH, _MOST):
        low, high = _short(pile.low, digits), _short(pile.high, digits)
        if low != high:
            return f"between {low} and {high}"
    return f"about {_short(pile.low, _ENOUGH)}"


def _short(value: float, digits: int) -> str:
    return f"{value:,.0f}" if abs(value) >= 10**digits else f"{value:.{digits}g}"
