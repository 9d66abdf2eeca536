"""A segment value that was tested by itself, and which ones are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drift.comparison.columns.columns import Column
from drift.observations.segments.segment_values import SegmentValue
from reports.findings.answers import State
from reports.findings.columns import Finding

FEWEST_UNITS = 30
"""A segment value of fewer independent images in the window is not tested."""
MOST_TESTED = 50
"""So many segment values are tested, those with most images."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideReference:
    """What a segment value was compared with in the reference.

    Attributes
    ----------
    images
        How many independent images, or predictions where those are more, it has there.
    rows
        Which units of the reference's image features those are, by position; None where the
        reference has none.
    column
        Both sides of the column that is told of first, of this value alone.
    """

    images: int
    rows: NDArray[np.int64] | None
    column: Column


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedSegment:
    """A tested segment value.

    Attributes
    ----------
    segment
        Which one.
    images
        How many of the window's images it has.
    days
        On how many normal days of its own the test rests; 0 beside the reference.
    state, p_value, adjusted_p_value
        As of `SegmentTest`.
    strongest
        Of a segment that drifted the first of `drifted`, else the finding of the column that lies
        farthest out.
    drifted
        The findings of the columns that drifted, the largest moves first. They are about the
        images of the segment and its own normal days, or its own images in the reference.
    reference
        What it was compared with where that is the reference; None for normal days.
    """

    segment: SegmentValue
    images: int
    days: int
    state: State
    p_value: float
    adjusted_p_value: float
    strongest: Finding
    drifted: tuple[Finding, ...] = ()
    reference: BesideReference | None = None
