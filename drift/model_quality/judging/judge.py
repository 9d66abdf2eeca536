"""Whether the newest labels say that the model has become worse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from drift.model_quality.judging.belief import Belief, belief_of_reference
from drift.model_quality.judging.estimates import drop_estimate, smallest_drop
from drift.model_quality.judging.evidence import DayEvidence, large_enough
from drift.model_quality.judging.judgement import DayScore, Judgement, JudgeSettings, NewestRule
from drift.model_quality.judging.predictive import DayCounts
from drift.model_quality.judging.replay import QualityCourse, onset, replay
from drift.model_quality.judging.stretches import newest_stretch
from reports.findings.model_quality.quality import QualityBasis, QualityState

ENOUGH_DAYS = 5
ENOUGH_LABELS = 200
"""With so many earlier days and labels the newest are compared with these, not the reference."""
FEWEST_DAYS = 2
"""Where there is no reference, so many earlier days will do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Before:
    """What the newest days are compared with."""

    basis: QualityBasis
    belief: Belief
    accuracy: float
    days: tuple[DayScore, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewestTest:
    """The newest days, and the test of them without what only describes it.

    Attributes
    ----------
    newest
        As in `Judgement`.
    counts, right
        Of the newest days.
    drop
        The accuracy before less that of the newest days.
    dropped
        Whether that is told.
    since
        As in `Judgement`.
    """

    newest: tuple[DayScore, ...]
    counts: DayCounts
    right: float
    before: _Before
    drop: float
    p_value: float
    dropped: bool
    since: datetime | None


def judge(
    days: Sequence[DayScore],
    reference: tuple[float, float] | None,
    settings: JudgeSettings,
    rule: NewestRule,
) -> Judgement:
    """Compare the newest labels with the days before them, or with the reference's labels.

    Parameters
    ----------
    days
        Calendar days in order of time, some missing, some without labels. Days behind the window's
        end are left out.
    reference
        How many different labelled images the reference has, and how many of them were right; None
        where it has no labels.
    """
    test = newest_test(days, reference, settings, rule)
    if not isinstance(test, NewestTest):
        return Judgement(state=QualityState.UNKNOWN, newest=test)
    before = test.before
    return Judgement(
        state=QualityState.DROPPED if test.dropped else QualityState.HOLDS,
        newest=test.newest,
        basis=before.basis,
        before=before.days,
        drop=drop_estimate(before.belief, test.counts, test.right, before.accuracy),
        p_value=test.p_value,
        smallest=smallest_drop(before.belief, test.counts, settings, before.accuracy),
        since=test.since,
    )


def newest_test(
    days: Sequence[DayScore],
    reference: tuple[float, float] | None,
    settings: JudgeSettings,
    rule: NewestRule,
) -> NewestTest | tuple[DayScore, ...]:
    """Return the test, or the newest days alone where there is nothing to compare them with."""
    evidence = DayEvidence.of(
        [day for day in days if day.images > 0 and day.end <= rule.window_end]
    )
    newest = newest_stretch(evidence.days, rule, settings.min_labels)
    if not newest:
        return ()
    start = len(evidence.days) - len(newest)
    course = replay(evidence, settings, rule)
    before = _before(evidence, course, start, reference, settings)
    if before is None:
        return newest
    stretch = slice(start, len(evidence.days))
    drop = before.accuracy - evidence.accuracy(stretch)
    p_value = evidence.p_value(before.belief, stretch)
    dropped = p_value < settings.false_alarm_rate and large_enough(drop, settings)
    first = onset(evidence, before.belief, stretch) if course.since is None else course.since
    return NewestTest(
        newest=newest,
        counts=evidence.counts(stretch),
        right=float(evidence.right[stretch].sum()),
        before=before,
        drop=drop,
        p_value=p_value,
        dropped=dropped,
        since=evidence.days[first].start if dropped else None,
    )


def _before(
    evidence: DayEvidence,
    course: QualityCourse,
    start: int,
    reference: tuple[float, float] | None,
    settings: JudgeSettings,
) -> _Before | None:
    chosen = course.level_days(start)
    days, labels = int(chosen.sum()), evidence.images[chosen].sum()
    known = reference is not None and reference[0] >= settings.min_labels
    enough = (
        (days >= ENOUGH_DAYS and labels >= max(ENOUGH_LABELS, settings.min_labels))
        # The reference is what the level was before a person accepted another.
        or (course.era > 0 and labels >= settings.min_labels)
        or (not known and days >= FEWEST_DAYS and labels >= settings.min_labels)
    )
    if enough:
        return _Before(
            basis=QualityBasis.EARLIER,
            belief=evidence.belief(course.earlier(start), course.era),
            accuracy=evidence.accuracy(chosen),
            days=tuple(day for day, one in zip(evidence.days, chosen, strict=True) if one),
        )
    if reference is None or not known or course.era > 0:
        return None
    images, right = reference[0], min(reference[1], reference[0])
    return _Before(
        basis=QualityBasis.REFERENCE,
        belief=belief_of_reference(images, right),
        accuracy=right / images,
    )
