"""Columns that are tested together, row by row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.comparison.columns.columns import AlignedRows
from drift.comparison.columns.computed_rows import Rows, as_table
from drift.comparison.methods.classes import UnitLabels
from drift.observations.unit_rows import WithinUnits
from drift.seed import SEED

# More would show differences far below any that matter, and cost seconds.
MOST_UNITS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Columns that are tested together: their units are permuted as whole rows.

    Attributes
    ----------
    reference, current
        One row per unit, the same columns on both sides: float64 with NaN, or text with missing
        values. At least one row each.
    classes
        The columns that hold classes.
    joint
        The numbers that are looked at together too.
    of_view
        Whether the numbers are the scores of a model's view.
    directions
        Where the units lie to the model, float32 of shape (units, numbers), the window's rows
        first; None where that is not known.
    reference_within, current_within
        What units of several rows hold beside the one row that was drawn of each; None on a side
        where every unit has one row.
    """

    reference: pd.DataFrame
    current: pd.DataFrame
    classes: frozenset[str] = frozenset()
    joint: frozenset[str] = frozenset()
    of_view: bool = False
    directions: NDArray[np.float32] | None = None
    reference_within: WithinUnits | None = None
    current_within: WithinUnits | None = None

    @property
    def numbers(self) -> list[str]:
        """The columns that hold numbers."""
        return [name for name in self.reference.columns if name not in self.classes]

    @property
    def units(self) -> tuple[int, int]:
        """The units of the reference and of the window."""
        return len(self.reference), len(self.current)

    def pooled(self, name: str) -> pd.Series:
        """Return a column of both sides, the window's rows first."""
        return pd.concat([self.current[name], self.reference[name]], ignore_index=True)

    def pooled_numbers(self) -> NDArray[np.float64]:
        """Return all numbers of both sides, shape (units, numbers), the window's rows first."""
        sides = (self.current, self.reference)
        arrays = [side[self.numbers].to_numpy(dtype=np.float64) for side in sides]
        return np.ascontiguousarray(np.concatenate(arrays))

    @property
    def has_several_rows(self) -> bool:
        """Whether a unit of either side has several rows."""
        return self.reference_within is not None or self.current_within is not None

    def pooled_means(self, name: str) -> pd.Series:
        """Return the means of a number within the units of both sides, the window's first."""
        sides = (self.current_within, self.current), (self.reference_within, self.reference)
        means = [drawn[name] if within is None else within.means[name] for within, drawn in sides]
        return pd.concat(means, ignore_index=True)

    def pooled_labels(self, name: str) -> UnitLabels:
        """Return every class that a unit of either side has, the window's units first."""
        current, reference = (
            _labels(drawn[name], within, name)
            for drawn, within in (
                (self.current, self.current_within),
                (self.reference, self.reference_within),
            )
        )
        shift = len(self.current)
        return UnitLabels(
            labels=np.concatenate([current.labels, reference.labels]),
            of_label=np.concatenate([current.of_label, reference.of_label + shift]),
            units=sum(self.units),
        )


def _labels(drawn: pd.Series, within: WithinUnits | None, name: str) -> UnitLabels:
    labels, units = (
        (drawn, np.arange(len(drawn))) if within is None else (within.classes[name], within.of_row)
    )
    known = labels.notna().to_numpy()
    return UnitLabels(
        labels=labels[known].to_numpy(dtype=object), of_label=units[known], units=len(drawn)
    )


def sampled_family(
    rows: AlignedRows,
    columns: Iterable[str],
    *,
    classes: frozenset[str],
    joint: frozenset[str],
    most: int = MOST_UNITS,
) -> Family:
    """Return a family of at most 20,000 units on either side, drawn at random (seeded).

    Units without a value in any of the columns are left out first: they say nothing.

    Parameters
    ----------
    most
        At most so many units on either side.
    """
    names = list(columns)
    reference, reference_within = _sample(
        *_with_a_value(rows.reference, rows.reference_within, names), most
    )
    current, current_within = _sample(
        *_with_a_value(rows.current, rows.current_within, names), most
    )
    return Family(
        reference=reference[names],
        current=current[names],
        classes=classes,
        joint=joint,
        reference_within=reference_within,
        current_within=current_within,
    )


def _with_a_value(
    rows: Rows, within: WithinUnits | None, names: list[str]
) -> tuple[Rows, WithinUnits | None]:
    known = np.zeros(len(rows), dtype=np.bool_)
    # Mostly the first column has a value in each row: a table of all is not made for nothing.
    for name in names:
        known |= rows[name].notna().to_numpy()
        if known.all():
            return rows, within
    places = np.flatnonzero(known)
    return rows.take(places), None if within is None else within.take(places)


def _sample(
    rows: Rows, within: WithinUnits | None, most: int
) -> tuple[pd.DataFrame, WithinUnits | None]:
    if len(rows) <= most:
        return as_table(rows), within
    picked = np.random.default_rng(SEED).choice(len(rows), size=most, replace=False)
    picked = np.sort(picked)
    return rows.take(picked), None if within is None else within.take(picked)
