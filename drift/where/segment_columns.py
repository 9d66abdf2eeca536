"""The segments that drifted as columns of Evidently's page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pandas as pd

from drift.comparison.columns.columns import Column, LinedUp
from drift.comparison.segments.judged import JudgedSegment
from drift.where.focus import is_inside
from reports.findings.columns import Finding
from reports.words.segments import name_in_words

MOST_SHOWN = 10


def segment_columns(
    drifted: Sequence[JudgedSegment], lined_up: LinedUp, table: pd.DataFrame
) -> tuple[tuple[Column, Finding], ...]:
    """Return the strongest column of each segment that drifted, of its images alone.

    Evidently's page knows columns only: without these it would show none that drifted where a run
    says drift because of a segment. Of more than ten segments the first ten are shown.

    Parameters
    ----------
    drifted
        The least probable first.
    table
        The segments of the window's rows, one column each.
    """
    return tuple(_columns(drifted[:MOST_SHOWN], lined_up, table))


def _columns(
    drifted: Sequence[JudgedSegment], lined_up: LinedUp, table: pd.DataFrame
) -> Iterator[tuple[Column, Finding]]:
    columns = {column.name: column for column in lined_up.columns}
    taken = set(columns)
    for one in drifted:
        column, segment = columns[one.strongest.name], one.segment
        own = _own_column(one, column, lined_up, table)
        if own.current.empty:
            continue
        name = _free_name(f"{column.name} of {name_in_words(segment.column, segment.value)}", taken)
        taken.add(name)
        yield replace(own, name=name), replace(one.strongest, name=name)


def _own_column(
    segment: JudgedSegment, column: Column, lined_up: LinedUp, table: pd.DataFrame
) -> Column:
    """Return a column of a segment's images, beside the whole reference or its own part of it."""
    if segment.reference is not None:
        return segment.reference.column
    rows = lined_up.rows[column.role].current
    values = rows[column.name][is_inside(segment.segment, rows, table)].dropna()
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
