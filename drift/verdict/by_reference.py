"""A window measured by the reference alone: all images together, and its segments."""

from __future__ import annotations

from typing import Protocol

from drift.comparison.columns.columns import LinedUp
from drift.comparison.compare import Comparison
from drift.comparison.family_tests import Widening
from drift.comparison.segments.sides import choose_segments
from drift.comparison.segments.testing import SIDES, judged_beside_reference, segment_scores
from drift.comparison.segments.told import told_segments
from drift.comparison.significance import Bar
from drift.observations.segment_units import SegmentedUnits
from drift.verdict.measured import MeasuredWindow
from drift.verdict.yardstick import REFERENCE_ALONE
from jobs.job_file.job import DetectionSettings


class SharedComparison(Protocol):
    """Returns the comparison of a window with its reference."""

    def __call__(self, *, shares: int) -> Comparison:
        """Return it, with one of so many equal parts of the false alarm rate."""


def measured_by_reference(
    compared: SharedComparison,
    lined_up: LinedUp,
    segmented: SegmentedUnits,
    detection: DetectionSettings,
    *,
    no_verdict: bool,
    widening: Widening,
) -> MeasuredWindow:
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
    families = segment_scores(chosen, lined_up)
    comparison = compared(shares=SIDES if families else 1)
    bar = Bar(detection=detection, families=SIDES * len(families), no_verdict=no_verdict)
    judged = judged_beside_reference(families, bar, widening)
    return MeasuredWindow(
        comparison=comparison,
        yardstick=REFERENCE_ALONE,
        segments=told_segments(
            judged,
            chosen.untested_but({one.segment for one in judged}),
            detection.false_alarm_rate,
        ),
    )
