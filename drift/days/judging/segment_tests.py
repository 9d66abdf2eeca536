"""The segment values of a window as its report says them: those tested, and why others were not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from drift.days.judging.compare_days import NormalDays
from drift.days.judging.segment_families import FEWEST_UNITS, MOST_TESTED, SegmentPast
from drift.days.judging.segment_findings import JudgedSegment
from drift.days.model.plan import NEEDED_DAYS
from reports.findings.answers import State
from reports.findings.class_shares import usual_and_current
from reports.findings.columns import Finding
from reports.findings.places import SegmentColumn, SegmentTest, SegmentTests, UntestedSegment

MOST_LISTED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentsOfWindow:
    """The segment values of a window beside their own normal days.

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
        """Those that drifted, the least probable first."""
        return tuple(one for one in self.judged if one.state is State.DRIFT)

    def told(self, *, is_headline: bool) -> SegmentTests | None:
        """Return the tests, and whether the run's headline is about the first of them."""
        return None if self.tests is None else replace(self.tests, is_headline=is_headline)


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
    ordered = tuple(sorted(judged, key=_order))
    tested = {one.past.segment for one in ordered}
    past = (*normal.segments.tested, *normal.segments.not_tested)
    untested = [one for one in past if one.segment not in tested]
    untested.sort(key=lambda one: (-one.images, one.segment))
    if not past:
        return SegmentsOfWindow()
    return SegmentsOfWindow(
        judged=ordered,
        tests=SegmentTests(
            tested=tuple(_test(one, threshold, start_of) for one in ordered),
            not_tested=tuple(_untested(untested[:MOST_LISTED], len(normal.segments.tested))),
            not_listed=max(len(untested) - MOST_LISTED, 0),
        ),
    )


def _order(one: JudgedSegment) -> tuple[bool, float, float, int]:
    drifts = one.state is State.DRIFT
    probability = one.adjusted_p_value if drifts else 0.0
    return not drifts, probability, -_strength(one.strongest) if drifts else 0.0, -one.past.images


def _strength(finding: Finding) -> float:
    return 0.0 if finding.statistic is None else abs(finding.statistic.value or 0.0)


def _test(one: JudgedSegment, threshold: float, start_of: Callable[[str], str]) -> SegmentTest:
    segment = one.past.segment
    return SegmentTest(
        column=segment.column,
        value=segment.value,
        images=one.past.images,
        days=one.days,
        state=one.state,
        statistic=_strength(one.strongest),
        p_value=one.p_value,
        adjusted_p_value=one.adjusted_p_value,
        threshold=threshold,
        strongest=_column(one.strongest),
        drifted=tuple(map(_column, one.drifted)),
        since=start_of(segment.group) if one.state is State.DRIFT else "",
    )


def _column(finding: Finding) -> SegmentColumn:
    beside = finding.beside_days
    usual, current, label = (None if beside is None else beside.usual), None, ""
    if finding.categories is not None:
        shares = usual_and_current(finding)
        label = max(shares, key=lambda one: abs(shares[one][1] - shares[one][0]), default="")
        usual, current = shares.get(label, (None, None))
    elif finding.current is not None:
        current = finding.current.mean
    return SegmentColumn(
        name=finding.name,
        effect=finding.effect or 0.0,
        direction=finding.direction or "",
        usual=usual,
        current=current,
        difference=0.0 if beside is None else beside.difference,
        day_spread=0.0 if beside is None else beside.day_spread,
        label=label,
    )


def _untested(segments: Sequence[SegmentPast], tested: int) -> Iterator[UntestedSegment]:
    for one in segments:
        yield UntestedSegment(
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
        return f"known on {one.days} of {NEEDED_DAYS} normal days of its own"
    return f"fewer than {NEEDED_DAYS} days on which it was normal"
