"""How far a column of the window lies from normal days, in the units that people read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from drift.comparison.effects import Effect, share_effect
from drift.comparison.methods.location import LOCATION
from drift.comparison.methods.spread import SPREAD
from drift.comparison.methods.tails import LOWER_TAIL, UPPER_TAIL
from drift.days.judging.usual import UsualNumber, usual_number, usual_shares
from drift.days.scale import SHARE_DEVIATION
from drift.days.sums import FamilySums
from reports.findings.effect_sizes import LARGEST_EFFECT, capped

# As between the reference and the window: the two ways of measuring differ a little by chance.
_CLEARLY = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberBesideDays:
    """A number in the window and on normal days.

    Attributes
    ----------
    usual, now
        On normal days, and in the window.
    deviation
        The reference's standard deviation, in the column's unit; 0 where it is constant there.
    resolution
        The smallest difference that means anything, in the same unit.
    """

    usual: UsualNumber
    now: UsualNumber
    deviation: float
    resolution: float

    def effect(self, method: str, difference: float) -> Effect:
        """Return how far the aspect that a method looks at moved.

        Parameters
        ----------
        difference
            How far the window's mean score lies from where it was expected, in the reference's
            standard deviations of that score, with its sign.
        """
        if not self.deviation:
            return self._off_constant(method, difference)
        if method == LOCATION.name:
            return self._moved(difference)
        if method == SPREAD.name:
            return self._widened()
        return self._beyond(method)

    def moved(self, difference: float) -> float:
        """Return how far the mean moved, in reference standard deviations, with its sign.

        Parameters
        ----------
        difference
            What to say of a number that is constant in the reference.
        """
        if not self.deviation:
            return difference
        return capped((self.now.mean - self.usual.mean) / self.deviation)

    def _moved(self, difference: float) -> Effect:
        moved = (self.now.mean - self.usual.mean) / self.deviation
        # The mean may be led by a few extreme values, of which the scores know nothing.
        if abs(difference) > _CLEARLY * abs(moved) or moved * difference < 0:
            moved = difference
        return Effect(
            size=abs(capped(moved)),
            direction="up" if moved > 0 else "down",
            means_anything=abs(self.now.mean - self.usual.mean) > self.resolution,
        )

    def _widened(self) -> Effect:
        wider = self.now.deviation - self.usual.deviation
        return Effect(
            size=min(abs(wider) / max(self.usual.deviation, 1e-12), LARGEST_EFFECT),
            direction="spread",
            means_anything=abs(wider) > self.resolution,
        )

    def _beyond(self, method: str) -> Effect:
        if method == UPPER_TAIL.name:
            return Effect(size=max(self.now.above - self.usual.above, 0.0), direction="upper_tail")
        return Effect(size=max(self.now.below - self.usual.below, 0.0), direction="lower_tail")

    def _off_constant(self, method: str, difference: float) -> Effect:
        upward = method == UPPER_TAIL.name or (method == LOCATION.name and difference > 0)
        return Effect(
            size=abs(difference) * SHARE_DEVIATION if method != SPREAD.name else 0.0,
            direction=UPPER_TAIL.name if upward else LOWER_TAIL.name,
        )


def number_beside_days(
    blocks: Sequence[FamilySums],
    window: FamilySums,
    column: str,
    *,
    deviation: float,
    resolution: float,
) -> NumberBesideDays | None:
    """Return a number in the window and on normal days; None where either does not know it."""
    usual, now = usual_number(blocks, column), usual_number([window], column)
    if usual is None or now is None:
        return None
    return NumberBesideDays(usual=usual, now=now, deviation=deviation, resolution=resolution)


def share_effect_beside_days(usual: Mapping[str, float], window: FamilySums, column: str) -> Effect:
    """Return the largest change of a class's share between normal days and the window."""
    now = usual_shares([window], column)
    return share_effect(pd.Series(usual, dtype=float), pd.Series(now, dtype=float))
