"""The scores of a model's view of the images as columns, unit by unit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.comparison.columns.columns import (
    AlignedRows,
    Column,
    ColumnKind,
    ColumnRole,
    LinedUp,
    numbers_of,
)
from drift.comparison.columns.computed_rows import rows_at
from drift.comparison.columns.doubts import doubted
from drift.model_view.sides import ViewSides
from drift.observations.units import SideUnits, Units
from reference_stats.model_view.view_scores import VIEW_SCORES, ViewScore
from reports.findings.remarks import Remark

_REFERENCE_SUPPLY = (
    "The model says it of too few reference images: add images to the reference and run drift "
    "profile build."
)
_WINDOW_SUPPLY = "The model says it of no image of the window."


def with_view(
    lined_up: LinedUp, units: Units, view: ViewSides | None, doubt: Remark | None = None
) -> LinedUp:
    """Return what is lined up with the scores of a model's view, one row per unit of images.

    The rows of the reference are indexed by the place of their unit among those of the features,
    so that both are found for one image. A score that neither side has is left out: a model without
    classes says nothing of them.

    Parameters
    ----------
    units
        Which images are near-copies of each other.
    view
        None where no model has looked at the images: nothing changes then.
    doubt
        Why a difference would mean nothing; the scores are shown and not tested then.
    """
    if view is None:
        return lined_up
    rows = AlignedRows(
        reference=view.reference.set_axis(_places(units.reference, view.reference.index), axis=0),
        current=rows_at(view.current, units.current.first),
    )
    return replace(
        lined_up,
        columns=(*lined_up.columns, *(doubted(one, doubt) for one in _view_columns(rows))),
        rows={**lined_up.rows, ColumnRole.VIEW: rows},
        view=view,
    )


def _places(units: SideUnits, rows: pd.Index) -> NDArray[np.int64]:
    """Return the place of the unit of each row of the profile."""
    place = np.zeros(int(units.clusters.max(initial=-1)) + 1, dtype=np.int64)
    place[units.clusters[units.first]] = np.arange(len(units.first))
    return place[units.clusters[rows.to_numpy(dtype=np.int64)]]


def _view_columns(rows: AlignedRows) -> Iterator[Column]:
    for score in VIEW_SCORES:
        column = _view_column(score, rows)
        if not column.reference.empty or not column.current.empty:
            yield column


def _view_column(score: ViewScore, rows: AlignedRows) -> Column:
    reference = numbers_of(rows.reference, score.name)
    current = numbers_of(rows.current, score.name)
    column = Column(
        name=score.name,
        unit=score.unit,
        kind=ColumnKind.NUMERIC,
        role=ColumnRole.VIEW,
        reference=reference,
        current=current,
        supply=_WINDOW_SUPPLY,
        resolution=score.resolution,
    )
    return replace(column, supply=_REFERENCE_SUPPLY) if column.reference.empty else column
