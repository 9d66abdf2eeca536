"""Whose images a drift is about: those of the whole window, or those of one segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.comparison.columns.columns import AlignedRows
from drift.comparison.compare import Comparison
from drift.comparison.segments.judged import JudgedSegment
from drift.observations.segments.segment_values import SegmentValue, segment_texts
from reports.findings.columns import Finding

# The rest of a window has not moved itself where it moved by less than this part of the segment's.
_MOVED_TOO = 0.5
_MOST_FURTHER = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Focus:
    """Whose images a drift is about.

    Attributes
    ----------
    comparison
        What the images are ranked along: the findings of all images, or those of the segment.
    rows
        The image features of both sides, of the window those of the images it is about.
    segment
        The segment that the drift is about; None for the whole window.
    """

    comparison: Comparison
    rows: AlignedRows
    segment: JudgedSegment | None = None


def focus_of(
    comparison: Comparison,
    rows: AlignedRows,
    drifted: Sequence[JudgedSegment],
    table: pd.DataFrame,
) -> Focus:
    """Return whose images the drift of a window is about.

    That is the first segment that drifted, unless the window drifted as a whole and the images
    outside of the segment moved at least half as far as those in it.

    Parameters
    ----------
    rows
        The image features of both sides, one row per unit.
    drifted
        The segments that drifted, the first one first.
    table
        The segments of the window's rows, one column each.
    """
    if not drifted or (comparison.has_drifted and _rest_moved(drifted[0], comparison, rows)):
        return Focus(comparison=comparison, rows=rows)
    return _on_segment(drifted[0], comparison, rows, table)


def further_focuses(
    focus: Focus,
    comparison: Comparison,
    rows: AlignedRows,
    drifted: Sequence[JudgedSegment],
    table: pd.DataFrame,
) -> tuple[Focus, ...]:
    """Return the next segments whose images are worth a look too, at most two.

    They are further values of the segment column that the drift is about; values of other columns
    mostly drifted because they share its images. There are none where it is the whole window.

    Parameters
    ----------
    focus
        What the drift is about; the others are as of `focus_of`.
    """
    if focus.segment is None:
        return ()
    first, *others = drifted
    alike = [one for one in others if one.segment.column == first.segment.column]
    return tuple(_on_segment(one, comparison, rows, table) for one in alike[:_MOST_FURTHER])


def _on_segment(
    first: JudgedSegment, comparison: Comparison, rows: AlignedRows, table: pd.DataFrame
) -> Focus:
    own = {one.name: one for one in first.drifted}
    inside = is_inside(first.segment, rows.current, table)
    return Focus(
        comparison=replace(
            comparison,
            features=tuple(own[one.name] for one in comparison.features if one.name in own),
            predictions=tuple(own[one.name] for one in comparison.predictions if one.name in own),
            numbers=tuple(own[one.name] for one in comparison.numbers if one.name in own),
            joint=None,
        ),
        rows=_own_rows(first, rows, inside),
        segment=first,
    )


def _own_rows(segment: JudgedSegment, rows: AlignedRows, inside: NDArray[np.bool_]) -> AlignedRows:
    """Return the rows of a segment: of the reference all, or those that it was compared with."""
    own = rows.reference
    if segment.reference is not None and segment.reference.rows is not None:
        own = own.iloc[segment.reference.rows].reset_index(drop=True)
    return AlignedRows(reference=own, current=rows.current[inside])


def is_inside(segment: SegmentValue, rows: pd.DataFrame, table: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which rows of the window belong to a segment value, bool of shape (rows,).

    Parameters
    ----------
    table
        The segments of the window's rows, one column each.
    """
    texts = segment_texts(table[segment.column].loc[rows.index])
    inside: NDArray[np.bool_] = texts == segment.value
    return inside


def _rest_moved(segment: JudgedSegment, comparison: Comparison, rows: AlignedRows) -> bool:
    """Tell whether the images outside of a segment moved too, in its strongest column."""
    whole = next(one for one in comparison.findings if one.name == segment.strongest.name)
    share = segment.images / max(len(rows.current), segment.images)
    moved, inside = _difference(whole), _difference(segment.strongest)
    if moved is None or not inside or share >= 1:
        return share > _MOVED_TOO
    return (moved - share * inside) / (1 - share) / inside >= _MOVED_TOO


def _difference(finding: Finding) -> float | None:
    if finding.categories is not None:
        return None
    return finding.shift if finding.beside_days is None else finding.beside_days.difference
