"""Whose images a drift is about: those of the whole window, or those of one segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.comparison.columns.columns import AlignedRows
from drift.comparison.compare import Comparison
from drift.days.judging.segment_findings import JudgedSegment
from drift.days.judging.segment_means import SegmentValue
from drift.observations.segment_values import EMPTY, segment_text
from reports.findings.columns import Finding

# The rest of a window has not moved itself where it moved by less than this part of the segment's.
_MOVED_TOO = 0.5


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
    first = drifted[0]
    own = {one.name: one for one in first.drifted}
    inside = is_inside(first.past.segment, rows.current, table)
    return Focus(
        comparison=replace(
            comparison,
            features=tuple(own[one.name] for one in comparison.features if one.name in own),
            predictions=tuple(own[one.name] for one in comparison.predictions if one.name in own),
            numbers=tuple(own[one.name] for one in comparison.numbers if one.name in own),
            joint=None,
        ),
        rows=replace(rows, current=rows.current[inside], current_within=None),
        segment=first,
    )


def is_inside(segment: SegmentValue, rows: pd.DataFrame, table: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which rows of the window belong to a segment value, bool of shape (rows,).

    Parameters
    ----------
    table
        The segments of the window's rows, one column each.
    """
    codes, values = pd.factorize(table[segment.column].loc[rows.index])
    texts = np.array([*map(segment_text, values), EMPTY], dtype=object)
    inside: NDArray[np.bool_] = texts[codes] == segment.value
    return inside


def _rest_moved(segment: JudgedSegment, comparison: Comparison, rows: AlignedRows) -> bool:
    """Tell whether the images outside of a segment moved too, in its strongest column."""
    whole = next(one for one in comparison.findings if one.name == segment.strongest.name)
    share = segment.past.images / max(len(rows.current), segment.past.images)
    moved, inside = _difference(whole), _difference(segment.strongest)
    if moved is None or not inside or share >= 1:
        return share > _MOVED_TOO
    return (moved - share * inside) / (1 - share) / inside >= _MOVED_TOO


def _difference(finding: Finding) -> float | None:
    beside = finding.beside_days
    return None if beside is None or finding.categories is not None else beside.difference
