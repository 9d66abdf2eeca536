"""A window beside the reference: all images together, and its segments."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from drift.comparison.columns.columns import LinedUp
from drift.comparison.compare import Comparison
from drift.comparison.family_tests import Widening
from drift.comparison.segments.sides import choose_segments
from drift.comparison.segments.testing import SIDES, judged_beside_reference, scored_segments
from drift.comparison.segments.told import SegmentsOfWindow, told_segments
from drift.comparison.significance import Bar
from drift.observations.segments.segment_units import SegmentedUnits
from jobs.job_file.job import DetectionSettings


class SharedComparison(Protocol):
    """Returns the comparison of a window with its reference."""

    def __call__(self, *, shares: int) -> Comparison:
        """Return it, with one of so many equal parts of the false alarm rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedWindow:
    """A window beside the reference: all its images, and its segments."""

    comparison: Comparison
    segments: SegmentsOfWindow = field(default_factory=SegmentsOfWindow)


def compared_with_segments(
    compared: SharedComparison,
    lined_up: LinedUp,
    segmented: SegmentedUnits,
    detection: DetectionSettings,
    *,
    no_verdict: bool,
    widening: Widening,
) -> ComparedWindow:
    """Return a window and its segment values beside the reference.

    Half of the false alarm rate is for the window as a whole, half for its segments; all of it for
    the whole where no segment can be tested.

    Parameters
    ----------
    segmented
        The segments of both sides' units.
    no_verdict, widening
        As of `compare`.
    """
    chosen = choose_segments(segmented)
    families = scored_segments(chosen, lined_up)
    bar = Bar(detection=detection, families=SIDES * len(families), no_verdict=no_verdict)
    judged = judged_beside_reference(families, bar, widening)
    untested = chosen.untested_but({one.segment for one in judged})
    return ComparedWindow(
        comparison=compared(shares=SIDES if families else 1),
        segments=told_segments(judged, untested, detection.false_alarm_rate),
    )
