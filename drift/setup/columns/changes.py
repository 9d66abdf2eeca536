"""Columns that come and go in the course of a log, as where somebody renamed them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from drift.setup.columns.values import ColumnValues

_FEWEST_ROWS = 20
_PART = 5
_FILLED, _EMPTY = 0.5, 0.02
_FEW_WITHOUT_TIME = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Fills:
    """How a log's columns are filled in its oldest and in its newest rows.

    Attributes
    ----------
    gone
        Columns that are filled in the oldest rows and empty in the newest.
    new
        Columns that are empty in the oldest rows and filled in the newest.
    """

    gone: tuple[str, ...] = ()
    new: tuple[str, ...] = ()

    def notes(self, used: Mapping[str, str]) -> list[str]:
        """Say which of the columns in use, by their keys, are filled in a part of the log only."""
        found = []
        for key, column in used.items():
            if column in self.gone:
                now = f"; is it {_or(self.new)} now?" if self.new else "."
                found.append(f"{column} ({key}) is empty in the log's newest rows{now}")
            elif column in self.new:
                before = f"; was it {_or(self.gone)} before?" if self.gone else "."
                found.append(f"{column} ({key}) is empty in the log's oldest rows{before}")
        return found


def rows_with_times(
    columns: Mapping[str, ColumnValues], time: ColumnValues
) -> dict[str, ColumnValues]:
    """Return the columns in rows of a readable time; a second header, for one, is left out."""
    good = (time.time_reading.moments >= 0).tolist()
    if all(good):
        return dict(columns)
    kept = {name: column.rows(good) for name, column in columns.items()}
    return {name: column for name, column in kept.items() if column.filled}


def rows_without_times(time: ColumnValues) -> list[str]:
    """Say that a part of the log has no value in the column of times."""
    missing = 1 - time.share_filled
    if missing <= _FEW_WITHOUT_TIME:
        return []
    said = (
        f"{time.name} (timestamp) is empty in {missing:.0%} of the rows; was it called otherwise "
        "in a part of the log? A run cannot use these rows, and fails on an object without the "
        "column: narrow predictions.path."
    )
    return [said]


def fills_of(columns: Mapping[str, ColumnValues], time: ColumnValues) -> Fills:
    """Return which columns come and go, by the order of the rows' times."""
    order = np.argsort(time.time_reading.moments, kind="stable")
    if len(order) < _FEWEST_ROWS:
        return Fills()
    part = max(1, len(order) // _PART)
    oldest, newest = order[:part], order[-part:]
    gone, new = [], []
    for name, column in columns.items():
        there = np.array([bool(value and value.strip()) for value in column.values])
        before, after = float(there[oldest].mean()), float(there[newest].mean())
        if before >= _FILLED and after <= _EMPTY:
            gone.append(name)
        elif after >= _FILLED and before <= _EMPTY:
            new.append(name)
    return Fills(gone=tuple(gone), new=tuple(new))


def _or(names: tuple[str, ...]) -> str:
    return " or ".join(names[:4])
