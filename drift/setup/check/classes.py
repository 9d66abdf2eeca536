"""Checks whether the predicted classes can be compared with the reference's."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from drift.comparison.column_remarks import renamed_remark
from drift.comparison.columns.columns import Column
from drift.comparison.columns.doubts import too_rare
from drift.comparison.columns.logged.predictions import Said, class_column
from drift.comparison.methods.classes import RARE
from drift.observations.unit_rows import RowUnits
from drift.setup.check.result import Check, look
from jobs.predictions.rows.rows import PredictionRows
from reports.findings.remarks import Remark

_CLASS = "prediction"


def check_classes(rows: PredictionRows, reference: pd.DataFrame | None) -> Iterator[Check]:
    """Say what a run will say about the classes: too rare, likely renamed, none in common.

    This counts rows, whereas a run counts images.

    Parameters
    ----------
    reference
        The reference's predictions as of `PredictionTable.rows`; None where they are not known.
    """
    if reference is None or _CLASS not in reference or not rows.fields[_CLASS].notna().any():
        return
    column = class_column(_alone(reference), _alone(rows.fields))
    for remark in _remarks(column):
        yield look("classes", remark.text, "A run says so too, and judges the other columns.")


def _alone(table: pd.DataFrame) -> Said:
    rows = table[[_CLASS]].reset_index(drop=True)
    return Said.of(rows, RowUnits.alone(len(rows)), [""] * len(rows))


def _remarks(column: Column) -> Iterator[Remark]:
    if column.doubt is not None:
        yield column.doubt
        return
    if column.renamed:
        yield renamed_remark(column)
    counts = pd.concat([column.reference, column.current]).value_counts()
    if len(column.reference) and len(counts) > 1 and int(counts.max()) < RARE:
        yield too_rare(column.name, len(counts), int(counts.sum()))
