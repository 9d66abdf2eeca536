"""Whose images a drift is about: those of the whole window, or those of one segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.comparison.columns.columns import AlignedRows, ColumnRole, LinedUp
from drift.comparison.compare import Comparison
from drift.comparison.segments.judged import JudgedSegment
from drift.observations.segments.segment_units import WindowSegments
from reports.findings.answers import State
from reports.findings.columns import Finding

# The rest of a window has not moved itself where it moved by less than this part of the segment's.
_MOVED_TOO = 0.5
MOST_SEGMENTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Focus:
    """Whose images a drift is about.

    Attributes
    ----------
    comparison
        What the images are ranked along: the findings of all images, or those of the segment.
    rows
        The image features of both sides, of the window those of the images it is about. The index
        of a segment's is the first log row of each unit that has its value. Where scores of a
        model's view drifted they hold those too, and of the reference the units that have them.
    segment
        The segment that the drift is about; None for the whole window.
    """

    comparison: Comparison
    rows: AlignedRows
    segment: JudgedSegment | None = None

    @property
    def images(self) -> int | None:
        """How many of the window's images the segment has; None for the whole window."""
        return None if self.segment is None else self.segment.images

    @property
    def drifted(self) -> tuple[Finding, ...]:
        """What a headline names: what drifted in all images, or in those of the segment."""
        if self.segment is not None:
            return tuple(self.segment.drifted)
        return tuple(one for one in self.comparison.findings if one.state is State.DRIFT)


def image_rows(lined_up: LinedUp) -> AlignedRows:
    """Return what is known of the images of both sides, one row per unit.

    Beside the features those are the scores of a model's view, if there is one; NaN for the units
    of the reference that others were held against.
    """
    rows = lined_up.rows[ColumnRole.FEATURE]
    if ColumnRole.VIEW not in lined_up.rows:
        return rows
    view = lined_up.rows[ColumnRole.VIEW]
    names = [one.name for one in lined_up.columns if one.role is ColumnRole.VIEW]
    reference = {name: np.full(len(rows.reference), np.nan) for name in names}
    for name in names:
        reference[name][view.reference.index] = view.reference[name]
    return AlignedRows(
        reference=rows.reference.assign(**{one: pd.Series(reference[one]) for one in names}),
        current=rows.current.assign(**{one: view.current[one] for one in names}),
    )


def focus_of(
    comparison: Comparison,
    rows: AlignedRows,
    drifted: Sequence[JudgedSegment],
    segments: WindowSegments,
) -> Focus:
    """Return whose images the drift of a window is about.

    That is the first segment that drifted, unless the window drifted as a whole and the images
    outside of the segment moved at least half as far as those in it.

    Parameters
    ----------
    rows
        Those of `image_rows`.
    drifted
        The segments that drifted, the first one first.
    segments
        Which of the window's rows and units have which value.
    """
    if not drifted or (comparison.has_drifted and _rest_moved(drifted[0], comparison, rows)):
        return Focus(comparison=comparison, rows=_along_view(comparison, rows))
    return _on_segment(drifted[0], comparison, rows, segments)


def further_focuses(
    focus: Focus,
    comparison: Comparison,
    rows: AlignedRows,
    drifted: Sequence[JudgedSegment],
    segments: WindowSegments,
) -> tuple[Focus, ...]:
    """Return the further segments that drifted, with the one that the drift is about at most ten.

    There are none where it is about the whole window.

    Parameters
    ----------
    focus
        What the drift is about; the others are as of `focus_of`.
    """
    if focus.segment is None:
        return ()
    return tuple(_on_segment(one, comparison, rows, segments) for one in drifted[1:MOST_SEGMENTS])


def _on_segment(
    first: JudgedSegment, comparison: Comparison, rows: AlignedRows, segments: WindowSegments
) -> Focus:
    own = {one.name: one for one in first.drifted}
    found = replace(
        comparison,
        features=tuple(own[one.name] for one in comparison.features if one.name in own),
        view=tuple(own[one.name] for one in comparison.view if one.name in own),
        predictions=tuple(own[one.name] for one in comparison.predictions if one.name in own),
        numbers=tuple(own[one.name] for one in comparison.numbers if one.name in own),
        joint=None,
    )
    rows = _along_view(found, _own_rows(first, rows, segments))
    return Focus(comparison=found, rows=rows, segment=first)


def _along_view(comparison: Comparison, rows: AlignedRows) -> AlignedRows:
    """Return the rows with the scores of a view if one drifted, then of units that have it."""
    scores = [one for one in comparison.view if one.name in rows.reference]
    drifted = [one.name for one in scores if one.state is State.DRIFT]
    if not scores:
        return rows
    names = {one.name for one in scores}
    kept = [str(name) for name in rows.reference if drifted or name not in names]
    reference, current = rows.reference[kept], rows.current[kept]
    if drifted:
        has_one = [reference[name].notna().to_numpy() for name in drifted]
        reference = reference.take(np.flatnonzero(np.any(has_one, axis=0)))
    return AlignedRows(reference=reference, current=current)


def _own_rows(segment: JudgedSegment, rows: AlignedRows, segments: WindowSegments) -> AlignedRows:
    """Return the rows of a segment: of the reference all, or those that it was compared with."""
    own = rows.reference
    if segment.reference is not None and segment.reference.rows is not None:
        own = own.take(segment.reference.rows).reset_index(drop=True)
    first = own_rows(segment, rows, segments)
    inside = np.flatnonzero(first >= 0)
    current = rows.current.take(inside).set_axis(first[inside], axis=0)
    return AlignedRows(reference=own, current=current)


def own_rows(
    segment: JudgedSegment, rows: AlignedRows, segments: WindowSegments
) -> NDArray[np.int64]:
    """Return the log row for which each unit of images is in a segment, -1 where it is not.

    Beside normal days a unit is in every segment whose value any of its rows has; beside the
    reference, where no unit may be in two, in that of its first row.
    """
    units = rows.current.index
    found = segments.first_rows(segment.segment, units)
    if segment.reference is None:
        return found
    return np.where(found == units.to_numpy(), found, -1)


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
