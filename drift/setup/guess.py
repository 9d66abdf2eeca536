"""A guess at one column, and the best of many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

FEWEST_POINTS = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """One column, and why.

    Attributes
    ----------
    column
        Its name in the log.
    because
        What spoke for it, in plain words.
    others
        Further columns that it could have been.
    is_sure
        Whether nothing else comes near.
    """

    column: str
    because: str
    others: tuple[str, ...] = ()
    is_sure: bool = True


def best_of(scored: Iterable[tuple[float, Guess]], fewest: float = FEWEST_POINTS) -> Guess | None:
    """Return the guess with the most points, its rivals named."""
    ranked = sorted(
        (one for one in scored if one[0] >= fewest), key=lambda one: (-one[0], one[1].column)
    )
    if not ranked:
        return None
    best, guess = ranked[0]
    rivals = tuple(other.column for score, other in ranked[1:4])
    close = [score for score, _ in ranked[1:2] if best - score < 1.0]
    return Guess(
        column=guess.column,
        because=guess.because,
        others=rivals,
        is_sure=guess.is_sure and not close,
    )
