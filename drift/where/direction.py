"""How far each image lies out in the direction in which the window moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.comparison.columns.columns import AlignedRows, resolution_of
from drift.comparison.columns.computed_rows import (
    ComputedRows,
    Numbers,
    Places,
    Rows,
    row_means,
    table_of,
)
from drift.comparison.columns.rounding import deviation_of, rounding_of
from drift.comparison.compare import Comparison
from reports.findings.answers import State
from reports.findings.columns import Finding, Pile
from reports.findings.effect_sizes import LARGEST_EFFECT

# A single number that is far out must not outweigh several that moved together.
FARTHEST = 6.0
# As far out as a clear extreme.
_IN_PILE = 3.0
# The distance between the quartiles of a normal distribution, in standard deviations.
QUARTILE_DISTANCE = 1.349
# Distances spread about 1 around the reference, and their means over columns somewhat less.
_LEAST_SPREAD = 0.1
# So many numbers stay in a core's own memory from one step to the next.
_ROWS_AT_ONCE = 32_768
_DOWNWARD = frozenset({"down", "lower_tail"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Positions:
    """Every unit's distances along the drift.

    Attributes
    ----------
    reference, current
        One row per unit, indexed as the rows that were compared; one column per number that
        drifted. In robust standard deviations from the reference's median (steps of its resolution
        where that is larger), positive in the direction of the drift, between -6 and 6; 0 where
        the number is missing. Beside normal days the window's images lie as far from the median as
        they would if normal days had the reference's mean: a level that is usual is no drift.
    piles
        The numbers of which the window has a pile: a unit lies 3 out where it is in the pile, else
        0.
    """

    reference: Rows
    current: Rows
    piles: frozenset[str] = frozenset()

    def scores(self) -> NDArray[np.float64]:
        """Return each current unit's mean distance, standardised to the reference's own.

        Shape (units,), between -100 and 100; the reference has mean 0 and standard deviation 1,
        or hardly any where all numbers that drifted are constant in it. NaN where nothing drifted.
        """
        if not len(self.current.columns):
            return np.full(len(self.current), np.nan)
        reference, current = row_means(self.reference), row_means(self.current)
        spread = float(reference.std())
        # Numbers that are constant in the reference are counted in steps of their resolution.
        unit = spread if spread > _LEAST_SPREAD else 1.0
        scores: NDArray[np.float64] = (current - reference.mean()) / unit
        return scores.clip(-LARGEST_EFFECT, LARGEST_EFFECT)


def drift_positions(comparison: Comparison, rows: AlignedRows) -> Positions:
    """Return where the units lie along the numbers of the images that drifted.

    Where only the joint view drifted, its own direction is taken.

    Parameters
    ----------
    comparison
        What was found.
    rows
        The image features of both sides as they were compared, and a view's scores if they
        drifted.
    """
    found = [one for one in comparison.of_images if one.name in rows.current]
    drifted = [(one.name, one.direction) for one in found if _shows_in_images(one)]
    joint = comparison.joint
    if not drifted and joint is not None:
        rows = AlignedRows(reference=joint.reference, current=joint.current)
        drifted = [(str(name), joint.direction) for name in joint.current]
    scales = {name: _Scale.of(rows.reference[name], resolution_of(name)) for name, _ in drifted}
    usual = {
        one.name: scales[one.name].moved(_usual_move(one)) for one in found if one.name in scales
    }
    piles = {one.name: one.pile for one in found if one.name in scales and one.pile is not None}
    return Positions(
        reference=_distances(rows.reference, drifted, scales, piles),
        current=_distances(rows.current, drifted, scales | usual, piles),
        piles=frozenset(piles),
    )


def far_out(distances: Rows) -> NDArray[np.float64]:
    """Return the root mean square of each unit's distances in the direction of the drift."""
    squares = np.zeros(len(distances))
    for name in distances.columns:
        squares += np.maximum(distances[name].to_numpy(), 0.0) ** 2
    return np.sqrt(squares / max(1, len(distances.columns)))


def _usual_move(finding: Finding) -> float:
    """Return how far normal days lie from the reference, in the column's unit; 0 if unknown."""
    then, beside = finding.reference, finding.beside_days
    if beside is None or beside.usual is None or then is None or then.mean is None:
        return 0.0
    return beside.usual - then.mean


def _shows_in_images(finding: Finding) -> bool:
    # No image lies out where all lie closer together.
    return (
        finding.state is State.DRIFT and finding.direction is not None and not _is_narrower(finding)
    )


def _is_narrower(finding: Finding) -> bool:
    then, now = finding.reference, finding.current
    if finding.direction != "spread" or then is None or now is None:
        return False
    return (now.std or 0.0) < (then.std or 0.0)


@dataclass(frozen=True, slots=True)
class _Scale:
    """The reference's median, and one robust standard deviation of it, at least its resolution."""

    middle: float
    unit: float

    @classmethod
    def of(cls, reference: pd.Series, resolution: float) -> _Scale:
        known = reference.dropna().to_numpy()
        low, middle, high = (float(q) for q in np.quantile(known, (0.25, 0.5, 0.75)))
        between = high - low if high - low > rounding_of(known) else 0.0
        unit = max(between / QUARTILE_DISTANCE or deviation_of(known), resolution)
        return cls(middle, unit or 1.0)

    def moved(self, by: float) -> _Scale:
        """Return the same scale with another middle."""
        return _Scale(self.middle + by, self.unit)


def _distances(
    rows: Rows,
    drifted: Sequence[tuple[str, str | None]],
    scales: Mapping[str, _Scale],
    piles: Mapping[str, Pile],
) -> Rows:
    """Return how far out the units lie; of a number with a pile, which of them are in it."""
    makers = {
        name: _Distance(rows, name, scales[name], direction, piles.get(name))
        for name, direction in drifted
    }
    return table_of(ComputedRows(index=rows.index, makers=makers))


@dataclass(frozen=True, slots=True)
class _Distance:
    """Makes one column of distances."""

    rows: Rows
    name: str
    scale: _Scale
    direction: str | None
    pile: Pile | None

    def __call__(self, places: Places) -> Numbers:
        """Return the distances of some units."""
        values = self._values(places)
        if self.pile is not None:
            inside = (values >= self.pile.low) & (values <= self.pile.high)
            return np.where(inside, _IN_PILE, 0.0)
        own = np.empty(len(values))
        for start in range(0, len(values), _ROWS_AT_ONCE):
            some = slice(start, start + _ROWS_AT_ONCE)
            _fill(own[some], values[some], self.scale, self.direction)
        return own

    def _values(self, places: Places) -> Numbers:
        if isinstance(self.rows, ComputedRows):
            return self.rows.makers[self.name](places)
        values: Numbers = self.rows[self.name].to_numpy()[places]
        return values


def _fill(own: Numbers, values: Numbers, scale: _Scale, direction: str | None) -> None:
    np.subtract(values, scale.middle, out=own)
    np.divide(own, scale.unit, out=own)
    own[np.isnan(own)] = 0.0
    if direction in _DOWNWARD:
        np.negative(own, out=own)
    elif direction == "spread":
        np.abs(own, out=own)
    np.clip(own, -FARTHEST, FARTHEST, out=own)
