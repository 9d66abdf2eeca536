"""The segment values of a window beside their own normal days, and why others were not tested."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from drift.comparison.segments.judged import FEWEST_UNITS, MOST_TESTED, JudgedSegment
from drift.comparison.segments.told import SegmentsOfWindow, told_segments
from drift.days.judging.compare_days import NormalDays
from drift.days.judging.segment_families import SegmentPast
from drift.days.model.plan import NEEDED_DAYS
from reports.findings.places import UntestedSegment
from reports.words.numbers import counted


def segments_of_window(
    normal: NormalDays,
    judged: Sequence[JudgedSegment],
    threshold: float,
    start_of: Callable[[str], str],
) -> SegmentsOfWindow:
    """Return what is said of all segment values of a window.

    Parameters
    ----------
    judged
        Those that were tested.
    threshold
        The run's false alarm rate.
    start_of
        Returns since when a segment, by the group of its scores, has been unusual: ISO 8601.
    """
    tested = {one.segment for one in judged}
    past = (*normal.segments.tested, *normal.segments.not_tested)
    untested = [
        _untested(one, len(normal.segments.tested)) for one in past if one.segment not in tested
    ]
    return told_segments(judged, untested, threshold, start_of)


def _untested(one: SegmentPast, tested: int) -> UntestedSegment:
    return UntestedSegment(
        column=one.segment.column,
        value=one.segment.value,
        images=one.images,
        reason=_reason(one, tested),
    )


def _reason(one: SegmentPast, tested: int) -> str:
    if not one.is_large:
        return f"fewer than {FEWEST_UNITS} independent images in this window"
    if tested >= MOST_TESTED and len(one.blocks) == 1:
        return f"{MOST_TESTED} others have more images"
    if not one.is_known:
        return f"known on {one.days} of {NEEDED_DAYS} normal days of its own{_what_to_do(one)}"
    return f"fewer than {NEEDED_DAYS} days on which it was normal"


def _what_to_do(one: SegmentPast) -> str:
    if not one.unrecorded:
        return ""
    return (
        f"; {counted(one.unrecorded, 'day')} before the window were measured without "
        f"{one.segment.column}: drift baseline rebuild JOB.toml measures them with it"
    )
