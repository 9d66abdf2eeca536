"""A guess at one column, and the best of many."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

FEWEST_POINTS = 1.5
_NEAR = 1.0


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
    close
        Those of them that come near.
    is_plain
        Whether its name and its values leave no doubt, whatever else there is.
    """

    column: str
    because: str
    others: tuple[str, ...] = ()
    close: tuple[str, ...] = ()
    is_plain: bool = True

    @property
    def is_sure(self) -> bool:
        """Whether nothing else comes near."""
        return self.is_plain and not self.close

    def without(self, taken: Collection[str]) -> Guess:
        """Return the guess without rivals that turned out to be something else."""
        return replace(
            self,
            others=tuple(one for one in self.others if one not in taken),
            close=tuple(one for one in self.close if one not in taken),
        )


def best_of(scored: Iterable[tuple[float, Guess]], fewest: float = FEWEST_POINTS) -> Guess | None:
    """Return the guess with the most points, its rivals named."""
    ranked = sorted(
        (one for one in scored if one[0] >= fewest), key=lambda one: (-one[0], one[1].column)
    )
    if not ranked:
        return None
    best, guess = ranked[0]
    rivals = tuple(other.column for score, other in ranked[1:4])
    close = tuple(other.column for score, other in ranked[1:4] if best - score < _NEAR)
    return replace(guess, others=rivals, close=close)
