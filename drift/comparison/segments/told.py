"""The segment values of a window as its report says them: those tested, and those that were not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from drift.comparison.segments.judged import JudgedSegment
from reports.findings.answers import State
from reports.findings.class_shares import usual_and_current
from reports.findings.columns import Finding
from reports.findings.places import SegmentColumn, SegmentTest, SegmentTests, UntestedSegment

MOST_LISTED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentsOfWindow:
    """The segment values of a window beside their own normal days, or their own reference.

    Attributes
    ----------
    judged
        Those that were tested: first what drifted, the least probable first, then by images.
    tests
        The same as the report says it, and those that were not tested; None without segments.
    """

    judged: tuple[JudgedSegment, ...] = ()
    tests: SegmentTests | None = None

    @property
    def drifted(self) -> tuple[JudgedSegment, ...]:
        """Those that drifted, the least probable one first."""
        return tuple(one for one in self.judged if one.state is State.DRIFT)

    @property
    def drifted_like_first(self) -> int:
        """How many values drifted of the segment column of the first; of others mostly echoes."""
        columns = [one.segment.column for one in self.drifted]
        return columns.count(columns[0]) if columns else 0

    def told(self, *, is_headline: bool) -> SegmentTests | None:
        """Return the tests, and whether the run's headline is about the first of them."""
        return None if self.tests is None else replace(self.tests, is_headline=is_headline)


def told_segments(
    judged: Sequence[JudgedSegment],
    untested: Sequence[UntestedSegment],
    threshold: float,
    start_of: Callable[[str], str] = lambda _: "",
) -> SegmentsOfWindow:
    """Return what is said of all segment values of a window.

    Parameters
    ----------
    judged, untested
        Those that were tested, and those that were not; in any order.
    threshold
        The run's false alarm rate.
    start_of
        Returns since when a segment, by the group of its scores, has been unusual: ISO 8601, or
        empty.
    """
    if not judged and not untested:
        return SegmentsOfWindow()
    ordered = tuple(sorted(judged, key=_order))
    others = sorted(untested, key=lambda one: (-one.images, one.column, one.value))
    return SegmentsOfWindow(
        judged=ordered,
        tests=SegmentTests(
            tested=tuple(_test(one, threshold, start_of) for one in ordered),
            not_tested=tuple(others[:MOST_LISTED]),
            not_listed=max(len(others) - MOST_LISTED, 0),
        ),
    )


def _order(one: JudgedSegment) -> tuple[bool, float, float, int]:
    drifts = one.state is State.DRIFT
    probability = one.adjusted_p_value if drifts else 0.0
    return not drifts, probability, -_strength(one.strongest) if drifts else 0.0, -one.images


def _strength(finding: Finding) -> float:
    return 0.0 if finding.statistic is None else abs(finding.statistic.value or 0.0)


def _test(one: JudgedSegment, threshold: float, start_of: Callable[[str], str]) -> SegmentTest:
    return SegmentTest(
        column=one.segment.column,
        value=one.segment.value,
        images=one.images,
        days=one.days,
        state=one.state,
        statistic=_strength(one.strongest),
        p_value=one.p_value,
        adjusted_p_value=one.adjusted_p_value,
        threshold=threshold,
        strongest=_column(one.strongest),
        drifted=tuple(map(_column, one.drifted)),
        since=start_of(one.segment.group) if one.state is State.DRIFT else "",
        reference_images=None if one.reference is None else one.reference.images,
    )


def _column(finding: Finding) -> SegmentColumn:
    beside = finding.beside_days
    usual, current, label = (None if beside is None else beside.usual), None, ""
    if beside is None and finding.reference is not None:
        usual = finding.reference.mean
    if finding.categories is not None:
        shares = usual_and_current(finding)
        label = max(shares, key=lambda one: abs(shares[one][1] - shares[one][0]), default="")
        usual, current = shares.get(label, (None, None))
    elif finding.current is not None:
        current = finding.current.mean
    moved = finding.shift if beside is None else beside.difference
    return SegmentColumn(
        name=finding.name,
        effect=finding.effect or 0.0,
        direction=finding.direction or "",
        usual=usual,
        current=current,
        difference=moved or 0.0,
        day_spread=0.0 if beside is None else beside.day_spread,
        label=label,
        outside=finding.outside,
    )
