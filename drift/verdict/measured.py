"""By what a run measures its window: the yardstick, and the comparison on its basis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from statistics import median

from drift.across_runs.marks import PersonsMarks
from drift.across_runs.trend import TodaysRun, find_trend
from drift.comparison.columns.columns import LinedUp
from drift.comparison.compare import Comparison, compare
from drift.comparison.methods.location import LOCATION
from drift.comparison.power import images_needed_beside_days
from drift.comparison.segments.comparing import ComparedWindow
from drift.comparison.segments.judged import JudgedSegment
from drift.comparison.segments.told import SegmentsOfWindow
from drift.days.judging.beside import BesideNormalDays, ComparedBeside, judge_beside_days
from drift.days.judging.compare_days import NormalDays, PastMarks
from drift.days.judging.segment_tests import segments_of_window
from drift.days.model.plan import NEEDED_DAYS
from drift.days.records.choosing import counted_reasons
from drift.days.records.known_days import KnownDays
from drift.remarks.words.slow_drift import told_trend
from drift.run_request import as_text
from drift.verdict.level import (
    LevelPlan,
    level_of_window,
    level_over_days,
    places_of_level,
)
from drift.verdict.slow_days import trend_over_days
from drift.verdict.yardstick import REFERENCE_ALONE, Yardstick
from jobs.job_file.job import DetectionSettings
from jobs.times.windows import TimeWindow
from reports.findings.answers import State
from reports.findings.days import Baseline, Basis, Episode, Level
from reports.findings.runs import Trend
from reports.history.history import HistoryRow


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredWindow:
    """A window's comparison on its basis, what it was measured by, and slow drift over days.

    Attributes
    ----------
    trend
        None where no block is normal.
    segments
        The segment values beside their own normal days, or beside themselves in the reference.
    """

    comparison: Comparison
    yardstick: Yardstick
    trend: Trend | None = None
    segments: SegmentsOfWindow = field(default_factory=SegmentsOfWindow)

    @classmethod
    def by_reference(
        cls, compared: ComparedWindow, yardstick: Yardstick = REFERENCE_ALONE
    ) -> MeasuredWindow:
        """Return a window that is measured by the reference."""
        return cls(comparison=compared.comparison, yardstick=yardstick, segments=compared.segments)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastOfWindow:
    """What is known of the time before a window.

    Attributes
    ----------
    known
        The blocks before it.
    marks
        What people said of past windows.
    span
        The window.
    in_reference
        Whether a stretch of the log shares a moment with the one that is the reference.
    """

    known: KnownDays
    marks: PersonsMarks
    span: TimeWindow
    in_reference: Callable[[TimeWindow], bool]

    @property
    def past_marks(self) -> PastMarks:
        """The marks by block."""
        blocks = [record.block for record in self.known.records]
        return PastMarks(
            levels=self.marks.levels(blocks),
            window_level=self.marks.level_at(self.span.start),
            rejected=self.marks.are_rejected(blocks),
        )


def measured_by_days(
    compared: ComparedBeside,
    lined_up: LinedUp,
    past: PastOfWindow,
    detection: DetectionSettings,
    *,
    no_verdict: bool,
    by_reference: Callable[[], ComparedWindow],
) -> MeasuredWindow:
    """Return a window measured by normal days, or by the reference where there are none.

    Parameters
    ----------
    compared
        Compares the window with the reference, which is asked for as little as is said of it.
    by_reference
        Returns the window compared with the reference, with its segments.
    no_verdict
        Whether the data allows no verdict.
    """
    normal = NormalDays.of(past.known, lined_up, past.past_marks, detection)
    baseline = _baseline(normal, past)
    level = _level(lined_up, normal, past, detection)
    trend = None
    if normal.number and normal.families:
        trend = trend_over_days(
            normal, unit=past.known.unit, minimum_effect=detection.minimum_effect
        )
    if not normal.number or not normal.has_window:
        yardstick = Yardstick(level=level, baseline=baseline)
        return replace(MeasuredWindow.by_reference(by_reference(), yardstick), trend=trend)
    beside = judge_beside_days(normal, compared, lined_up, detection, no_verdict=no_verdict)
    segments = segments_of_window(
        normal, beside.segments, detection.false_alarm_rate, partial(_unusual_since, normal, past)
    )
    return MeasuredWindow(
        comparison=beside.comparison,
        yardstick=Yardstick(
            basis=Basis.DAYS,
            level=level,
            baseline=baseline,
            episode=None if baseline.is_learning else _episode(normal, beside, past),
            smallest_shift=beside.smallest_shift,
            images_needed=_images_needed(
                beside, past.known.window.features.effective, detection.effect_to_see
            ),
        ),
        trend=trend,
        segments=segments,
    )


def _unusual_since(normal: NormalDays, past: PastOfWindow, group: str) -> str:
    """Return since when a segment that drifted has been unusual: ISO 8601, or empty.

    While the whole window is in an episode, its parts are not followed.
    """
    if normal.open_episode is not None:
        return ""
    going_on = normal.replayed.parts.open_episode(group)
    start = past.span.start if going_on is None else normal.records[going_on.start].block.start
    return as_text(start)


def _level(
    lined_up: LinedUp, normal: NormalDays, past: PastOfWindow, detection: DetectionSettings
) -> Level:
    places = places_of_level(normal, past.in_reference)
    if not len(places):
        # The exact test: how far days lie apart is no question of this window alone.
        return level_of_window(compare(lined_up, detection), effect_to_see=detection.effect_to_see)
    plan = LevelPlan(
        effect_to_see=detection.effect_to_see,
        unit=past.known.unit,
        accepted=past.marks.newest_level,
    )
    return level_over_days(normal, places, lined_up, plan)


def _baseline(normal: NormalDays, past: PastOfWindow) -> Baseline:
    known, places = past.known, normal.normal
    records = normal.records
    kept_out = {**known.kept_out, **counted_reasons(normal.reasons)}
    return Baseline(
        blocks=len(places),
        days=normal.times.days_of(places),
        needed=NEEDED_DAYS,
        unit=known.unit,
        first=as_text(records[int(places[0])].block.start) if len(places) else "",
        last=as_text(records[int(places[-1])].block.end) if len(places) else "",
        kept_out=kept_out,
        not_made=known.not_made,
        digest=known.digest(past.marks.texts),
    )


def _episode(normal: NormalDays, beside: BesideNormalDays, past: PastOfWindow) -> Episode | None:
    """Return the episode that the window is in: one that goes on, or one that it opens.

    Where the whole window is in none, it is that of the segments that drifted.
    """
    said = beside.comparison
    drifted = [one.name for one in said.findings if one.state is State.DRIFT]
    if said.multivariate is not None and said.multivariate.state is State.DRIFT and not drifted:
        drifted = ["joint"]
    own = len(past.known.window_positions)
    going_on = normal.open_episode
    if going_on is not None:
        raised = sorted({key.group for key in going_on.keys})
        return Episode(
            since=as_text(normal.records[going_on.start].block.start),
            blocks=len(normal.records) - going_on.start + own,
            columns=tuple(dict.fromkeys([*drifted, *raised])),
        )
    if not drifted:
        return _episode_of_segments(normal, beside.segments, past)
    first = normal.first_unusual_block()
    since = past.span.start if first is None else first.start
    before = sum(record.block.start < since for record in normal.own_records)
    return Episode(since=as_text(since), blocks=own - before, columns=tuple(drifted))


def _episode_of_segments(
    normal: NormalDays, judged: Sequence[JudgedSegment], past: PastOfWindow
) -> Episode | None:
    drifted = [one for one in judged if one.state is State.DRIFT]
    if not drifted:
        return None
    groups = [one.segment.group for one in drifted]
    going_on = [normal.replayed.parts.open_episode(group) for group in groups]
    starts = [one.start for one in going_on if one is not None]
    own = len(past.known.window_positions)
    names = dict.fromkeys(column.name for one in drifted for column in one.drifted)
    if not starts:
        return Episode(since=as_text(past.span.start), blocks=own, columns=tuple(names))
    first = min(starts)
    return Episode(
        since=as_text(normal.records[first].block.start),
        blocks=len(normal.records) - first + own,
        columns=tuple(names),
    )


def _images_needed(beside: BesideNormalDays, images: float, effect: float) -> int | None:
    """Return how many images would show an effect, as the first family's columns vary."""
    verdict = next(iter(beside.verdicts.values()), None)
    if verdict is None or verdict.smallest_shift is None or not images:
        return None
    spreads = [
        score.day_spread for key, score in verdict.scores.items() if key.method == LOCATION.name
    ]
    return images_needed_beside_days(verdict.smallest_shift, images, median(spreads), effect)


def trend_of_window(
    measured: MeasuredWindow,
    earlier: Sequence[HistoryRow],
    *,
    window: TimeWindow,
    profile_id: str,
    minimum_effect: float,
) -> Trend:
    """Return what past runs say of slow drift, or the past days where those are the basis.

    Days differ, which the search through runs takes for drift.

    Parameters
    ----------
    earlier
        The history rows of the runs before.
    minimum_effect
        A smaller move is none, in standard deviations of the reference.
    """
    if measured.trend is not None:
        return measured.trend
    comparison = measured.comparison
    # Another file of the model sees otherwise: its scores are no course over runs.
    lasting = (*comparison.features, *comparison.predictions, *comparison.numbers)
    tested = comparison.evidence
    today = TodaysRun(
        window_start=as_text(window.start),
        window_end=as_text(window.end),
        profile_id=profile_id,
        shifts={one.name: one.shift for one in lasting if one.shift is not None},
        reference_units=0 if tested is None else tested.reference_units,
        current_units=0 if tested is None else tested.current_units,
    )
    return told_trend(find_trend(earlier, today, minimum_effect=minimum_effect))
