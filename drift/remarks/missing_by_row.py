"""Remarks about predictions and confidences that are missing in the window, not in the reference.

A key that was renamed, or is no longer logged, leaves cells without a value: a verdict on the other
rows would not have seen them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.remarks.facts import RunData
from drift.remarks.moments import time_words
from jobs.boxes.per_image import NUMBER
from jobs.times.timestamps import to_moment
from reports.findings.remarks import Remark, RemarkWeight
from reports.words.numbers import listed

_MORE_MISSING = 0.05
# Fewer of them at the log's end are chance, or not written yet.
_FEWEST_NEWEST = 3
NAMES_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Missing:
    """In how many rows of the window a column has no value, and since when in all of them."""

    rows: int
    since: str
    share_before: float

    def excess(self, rows: int) -> float:
        """Return by how much their share is larger than in the reference."""
        return self.rows / rows - self.share_before


def remarks_by_row(data: RunData) -> Iterator[Remark]:
    """Yield which predicted classes, confidences and probabilities have gone missing."""
    rows = len(data.predictions.fields)
    alike: dict[_Missing, list[str]] = {}
    for field, column in _columns(data):
        known = data.profile.predictions.rows
        if rows and field in known and len(known):
            found = _missing(data, field, float(is_missing(data, known, field).mean()))
            if found.rows and found.excess(rows) > _MORE_MISSING:
                alike.setdefault(found, []).append(column)
    for found, columns in alike.items():
        yield _remark(listed(columns, NAMES_SHOWN), found, rows, data.job.image_rules.most_lost)


def is_missing(data: RunData, rows: pd.DataFrame, field: str) -> NDArray[np.bool_]:
    """Return which rows lack a value that they should have.

    Images of which it is known that they have no box have neither class nor score.
    """
    absent: NDArray[np.bool_] = rows[field].isna().to_numpy()
    if data.job.predictions.columns.boxes is not None and NUMBER in rows:
        absent = absent & (rows[NUMBER].to_numpy() != 0)
    return absent


def _columns(data: RunData) -> Iterator[tuple[str, str]]:
    """Yield the fields that are compared, each with its column of the log.

    Where values cannot be read, that was said already.
    """
    named = data.job.predictions.columns
    lost = {tally.column for tally in data.predictions.tally.numbers if tally.lost}
    fields = [("prediction", named.prediction), ("confidence", named.confidence)]
    fields += [(name, name) for name in data.predictions.probabilities]
    fields += [
        (field, column)
        for field, column in named.number_columns(data.predictions.raw.columns).items()
        if field in data.predictions.numbers
    ]
    yield from ((field, column) for field, column in fields if column and column not in lost)


def _missing(data: RunData, field: str, share_before: float) -> _Missing:
    fields = data.predictions.fields
    absent = is_missing(data, fields, field)
    known = np.flatnonzero(~absent)
    first = int(known[-1]) + 1 if len(known) else 0
    since = ""
    if len(known) and len(absent) - first >= _FEWEST_NEWEST:
        time = to_moment(pd.Timestamp(fields["timestamp"].iloc[first]).to_pydatetime())
        since = f", in all {len(absent) - first:,} since {time_words(time)}"
    return _Missing(rows=int(absent.sum()), since=since, share_before=share_before)


def _remark(names: str, found: _Missing, rows: int, most_missing: float) -> Remark:
    before = f"{100 * found.share_before:.0f} % of" if found.share_before else "none of"
    text = (
        f"{names}: no value in {found.rows:,} of {rows:,} rows of the window{found.since}, and in "
        f"{before} the reference's. What is said of {names} leaves these rows out. Was the column "
        "renamed, or is it no longer logged?"
    )
    if found.excess(rows) <= most_missing:
        return Remark(code="values_missing", text=text)
    part = "any row" if found.rows == rows else "a large part"
    return Remark(
        code="values_missing",
        text=text,
        weight=RemarkWeight.NOT_STEADY,
        headline=f"{names}: no value in {part} of the window",
    )
