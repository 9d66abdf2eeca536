"""What the model said on both sides as columns, unit by unit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.comparison.columns.class_shares import mean_shares, rename_classes
from drift.comparison.columns.class_spelling import likely_renaming
from drift.comparison.columns.columns import (
    PREDICTION_RESOLUTION,
    AlignedRows,
    Column,
    ColumnKind,
    ColumnRole,
    Sides,
    finite_numbers,
    log_name,
)
from drift.comparison.columns.doubts import doubted, no_class_in_common
from drift.observations.unit_rows import RowUnits, WithinUnits, draw_rows, mean_rows
from jobs.predictions.values.class_names import canonical_labels
from reports.findings.remarks import Remark

_CLASS = "prediction"
_PREDICTION_SUPPLY = (
    "Set reference.log to a log with the reference's predictions and run drift profile build."
)
_LOG_SUPPLY = "The window's rows hold no value for it; check predictions.columns in the job file."


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the model said on one side.

    Attributes
    ----------
    drawn
        One row per unit, as `drift.observations.unit_rows.draw_rows` chooses it. Columns with at
        least one value only: ``prediction`` (text or missing), ``confidence`` and probabilities
        (float64).
    within
        All rows of the units; None where every unit has one row.
    """

    drawn: pd.DataFrame
    within: WithinUnits | None

    @classmethod
    def of(
        cls,
        rows: pd.DataFrame,
        units: RowUnits,
        images: Sequence[str] | NDArray[np.object_] | pd.Series,
    ) -> Said:
        """Return what rows say of their units.

        Parameters
        ----------
        rows
            One row per prediction, with the columns of `drawn`.
        images
            The image of each row.
        """
        rows = rows.reset_index(drop=True)
        if _CLASS in rows:
            # Profiles of older versions hold classes as they were written.
            rows = rows.assign(**{_CLASS: canonical_labels(rows[_CLASS]).astype("str")})
        within = None
        if units.several:
            classes = [name for name in rows if name == _CLASS]
            within = WithinUnits(
                means=mean_rows(rows.drop(columns=classes), units),
                classes=rows[classes],
                of_row=units.of_row,
            )
        return cls(drawn=draw_rows(rows, units, images), within=within)

    def without(self, names: Iterable[str]) -> Said:
        """Return the same without some columns."""
        others = set(names)
        return self._with([str(name) for name in self.drawn if name not in others])

    def only(self, names: Iterable[str]) -> Said:
        """Return some of the columns of numbers, under their names in the comparison."""
        chosen = set(names)
        mine = self._with([str(name) for name in self.drawn if name in chosen])
        within = mine.within
        if within is not None:
            within = replace(within, means=within.means.rename(columns=log_name))
        return Said(drawn=mine.drawn.rename(columns=log_name), within=within)

    def _with(self, names: list[str]) -> Said:
        within = self.within
        if within is not None:
            means = within.means[[name for name in within.means if name in names]]
            classes = within.classes[[name for name in within.classes if name in names]]
            within = replace(within, means=means, classes=classes)
        return Said(drawn=self.drawn[names], within=within)


def prediction_columns(
    reference: Said, current: Said, expected: Iterable[str] = (), *, doubt: Remark | None = None
) -> list[Column]:
    """Return the predicted class, the confidence and the class probabilities.

    A probability column that is called like an image feature gets `` (log)`` behind its name.

    Parameters
    ----------
    reference, current
        The two sides.
    expected
        Columns that the job names: they are returned even where no side has a value.
    doubt
        Why the two sides cannot be counted alike; None where they can.
    """
    names = dict.fromkeys([*expected, *reference.drawn.columns, *current.drawn.columns])
    columns = [
        class_column(reference, current)
        if name == _CLASS
        else number_column(name, reference, current)
        for name in names
    ]
    return [doubted(column, doubt) for column in columns]


def prediction_rows(reference: Said, current: Said, columns: Sequence[Column]) -> AlignedRows:
    """Return the rows of both sides as they are tested: likely renamed classes under one name."""
    renamed = next((one.renamed for one in columns if one.kind is ColumnKind.CLASSES), {})
    sides = []
    for side in (reference, current):
        drawn, within = side.drawn, side.within
        if renamed and _CLASS in drawn:
            drawn = drawn.assign(**{_CLASS: rename_classes(drawn[_CLASS], renamed)})
        if renamed and within is not None and _CLASS in within.classes:
            labels = rename_classes(within.classes[_CLASS], renamed)
            within = replace(within, classes=within.classes.assign(**{_CLASS: labels}))
        if within is not None:
            within = replace(within, means=within.means.rename(columns=log_name))
        sides.append((drawn.rename(columns=log_name), within))
    return AlignedRows(
        reference=sides[0][0],
        current=sides[1][0],
        reference_within=sides[0][1],
        current_within=sides[1][1],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberKind:
    """What kind of number of the log a column is.

    Attributes
    ----------
    role, unit, resolution
        As of `Column`.
    reference_supply
        What to do where the reference has none.
    """

    role: ColumnRole
    unit: str
    resolution: float
    reference_supply: str


_PROBABILITY = NumberKind(
    role=ColumnRole.PREDICTION,
    unit="probability",
    resolution=PREDICTION_RESOLUTION,
    reference_supply=_PREDICTION_SUPPLY,
)


def number_column(
    name: str, reference: Said, current: Said, kind: NumberKind = _PROBABILITY
) -> Column:
    """Return a number of the log of both sides."""
    nothing = pd.Series(dtype="float64")
    drawn, means = [], []
    for side in (reference, current):
        values = side.drawn.get(name, nothing)
        drawn.append(finite_numbers(values))
        within = side.within.means.get(name, nothing) if side.within is not None else values
        means.append(finite_numbers(within))
    several = reference.within is not None or current.within is not None
    return Column(
        name=log_name(name),
        unit=kind.unit,
        kind=ColumnKind.NUMERIC,
        role=kind.role,
        reference=drawn[0],
        current=drawn[1],
        supply=kind.reference_supply if drawn[0].empty else _LOG_SUPPLY,
        resolution=kind.resolution,
        means=Sides(reference=means[0], current=means[1]) if several else None,
    )


def class_column(reference: Said, current: Said) -> Column:
    """Return the predicted class of both sides."""
    nothing = pd.Series(dtype="str")
    labels = [
        side.drawn.get(_CLASS, nothing).dropna().astype("str").reset_index(drop=True)
        for side in (reference, current)
    ]
    several = reference.within is not None or current.within is not None
    shares = Sides(reference=_shares(reference), current=_shares(current))
    counts = Sides(
        reference=shares.reference * len(labels[0]), current=shares.current * len(labels[1])
    )
    renamed = likely_renaming(counts)
    return Column(
        name=log_name(_CLASS),
        unit="share",
        kind=ColumnKind.CLASSES,
        role=ColumnRole.PREDICTION,
        reference=labels[0],
        current=labels[1],
        supply=_PREDICTION_SUPPLY if labels[0].empty else _LOG_SUPPLY,
        shares=shares if several else None,
        renamed=renamed,
        doubt=no_class_in_common(log_name(_CLASS), counts, renamed),
    )


def _shares(side: Said) -> pd.Series:
    if side.within is not None and _CLASS in side.within.classes:
        return mean_shares(side.within.classes[_CLASS], side.within.of_row)
    labels = side.drawn.get(_CLASS, pd.Series(dtype="str"))
    return mean_shares(labels, np.arange(len(labels)))
