"""The segments that drifted as columns of Evidently's page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from drift.comparison.columns.columns import (
    Column,
    ColumnKind,
    ColumnRole,
    LinedUp,
    finite_numbers,
    log_name,
)
from drift.comparison.columns.logged.predictions import Said
from drift.comparison.segments.judged import JudgedSegment
from drift.observations.segments.segment_units import WindowSegments
from drift.observations.segments.segment_values import SegmentValue
from drift.observations.unit_rows import RowUnits
from drift.observations.window_images import WindowImages
from drift.where.focus import own_rows
from reports.findings.columns import Finding
from reports.words.segments import name_in_words

MOST_SHOWN = 10
_OF_IMAGES = frozenset({ColumnRole.FEATURE, ColumnRole.VIEW})


def segment_columns(
    drifted: Sequence[JudgedSegment],
    lined_up: LinedUp,
    segments: WindowSegments,
    window: WindowImages,
) -> tuple[tuple[Column, Finding], ...]:
    """Return the strongest column of each segment that drifted, of its images alone.

    Evidently's page knows columns only: without these it would show none that drifted where a run
    says drift because of a segment. Of more than ten segments the first ten are shown.

    Parameters
    ----------
    drifted
        The least probable first.
    segments
        Which of the window's rows and units have which value.
    """
    return tuple(_columns(drifted[:MOST_SHOWN], lined_up, segments, window))


def _columns(
    drifted: Sequence[JudgedSegment],
    lined_up: LinedUp,
    segments: WindowSegments,
    window: WindowImages,
) -> Iterator[tuple[Column, Finding]]:
    columns = {column.name: column for column in lined_up.columns}
    taken = set(columns)
    for one in drifted:
        column, segment = columns[one.strongest.name], one.segment
        own = one.reference.column if one.reference is not None else None
        if own is None:
            values = _values(one, column, lined_up, segments, window)
            own = _beside_whole_reference(column, values)
        if own.current.empty:
            continue
        name = _free_name(f"{column.name} of {name_in_words(segment.column, segment.value)}", taken)
        taken.add(name)
        yield replace(own, name=name), replace(one.strongest, name=name)


def _values(
    segment: JudgedSegment,
    column: Column,
    lined_up: LinedUp,
    segments: WindowSegments,
    window: WindowImages,
) -> pd.Series:
    """Return the values of a column in a segment, one per unit that has one there."""
    if column.role not in _OF_IMAGES:
        said = _said(segment.segment, column.name, segments, window)
        return said if column.kind is ColumnKind.CLASSES else finite_numbers(said)
    rows = lined_up.rows[column.role]
    return rows.current[column.name][own_rows(segment, rows, segments) >= 0].dropna()


def _said(
    segment: SegmentValue, name: str, segments: WindowSegments, window: WindowImages
) -> pd.Series:
    """Return what the log says in the rows of a segment, one value per unit.

    Other rows of an image are about other segments. Rows of predictions and of further numbers are
    numbered by unit, and do not tell which log rows those are.
    """
    own = np.flatnonzero(segments.rows_of(segment))
    logged = next(one for one in window.rows if log_name(str(one)) == name)
    units = RowUnits.of(segments.predicted.of_row[own])
    images = window.rows["image"].to_numpy(dtype=object)[own]
    return Said.of(window.rows[[logged]].iloc[own], units, images).drawn[logged].dropna()


def _beside_whole_reference(column: Column, values: pd.Series) -> Column:
    return replace(
        column,
        reference=column.reference.reset_index(drop=True),
        current=values.reset_index(drop=True),
        means=None,
        shares=None,
    )


def _free_name(name: str, taken: set[str]) -> str:
    """Return a name that no column has: long names of segments are cut."""
    numbered = (f"{name} ({number})" for number in range(2, len(taken) + 3))
    return name if name not in taken else next(one for one in numbered if one not in taken)
