"""Whether the newest labels say that the model has become worse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from drift.model_quality.judging.belief import belief_of_reference
from drift.model_quality.judging.estimates import drop_estimate, smallest_drop
from drift.model_quality.judging.evidence import DayEvidence
from drift.model_quality.judging.judgement import (
    DayScore,
    Judgement,
    JudgeSettings,
    NewestRule,
    ReferenceScore,
)
from drift.model_quality.judging.lengths import (
    LevelBefore,
    StretchTest,
    most_unlikely,
    shared_rate,
    stretch_test,
)
from drift.model_quality.judging.predictive import DayCounts
from drift.model_quality.judging.replay import QualityCourse, onset, replay
from drift.model_quality.judging.stretches import both_lengths, limits_of, short_stretch
from reports.findings.model_quality.quality import QualityBasis, QualityState

ENOUGH_DAYS = 5
ENOUGH_LABELS = 200
"""With so many earlier days and labels the newest are compared with these, not the reference."""
FEWEST_DAYS = 2
"""Where there is no reference, so many earlier days will do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What a stretch is compared with; no days where that is the reference."""

    basis: QualityBasis
    level: LevelBefore
    labels: float
    days: tuple[DayScore, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewestTest:
    """The newest days, and the test of them without what only describes it.

    Attributes
    ----------
    newest, since
        As in `Judgement`.
    test
        The test that tells a drop; where there is none, that of the longer stretch, unless the
        shorter one has a drop that is too small to be told.
    p_value
        Of the tests of both lengths together.
    """

    newest: tuple[DayScore, ...]
    counts: DayCounts
    right: float
    before: Before
    test: StretchTest
    p_value: float
    since: datetime | None

    @property
    def dropped(self) -> bool:
        """Whether a drop is told."""
        return self.test.found


def judge(
    days: Sequence[DayScore],
    reference: ReferenceScore | None,
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
        How many different labelled images the reference has, and how many of them were right, as
        those of a `DayScore`; None where it has no labels.
    """
    test = newest_test(days, reference, settings, rule)
    if not isinstance(test, NewestTest):
        return Judgement(state=QualityState.UNKNOWN, newest=test)
    before, level = test.before, test.before.level
    return Judgement(
        state=QualityState.DROPPED if test.dropped else QualityState.HOLDS,
        newest=test.newest,
        basis=before.basis,
        before=before.days,
        drop=drop_estimate(level.belief, test.counts, test.right, level.accuracy),
        p_value=test.p_value,
        smallest=smallest_drop(level.belief, test.counts, test.test.settings, level.accuracy),
        since=test.since,
    )


def newest_test(
    days: Sequence[DayScore],
    reference: ReferenceScore | None,
    settings: JudgeSettings,
    rule: NewestRule,
) -> NewestTest | tuple[DayScore, ...]:
    """Return the test, or the newest days alone where there is nothing to compare them with."""
    evidence = DayEvidence.of(
        [day for day in days if day.images > 0 and day.end <= rule.window_end]
    )
    return newest_after(evidence, replay(evidence, settings, rule), reference, settings, rule)


def newest_after(
    evidence: DayEvidence,
    course: QualityCourse,
    reference: ReferenceScore | None,
    settings: JudgeSettings,
    rule: NewestRule,
) -> NewestTest | tuple[DayScore, ...]:
    """Return the same, of days that were replayed already."""
    limits = limits_of(evidence.days, rule)
    short = short_stretch(evidence.labels, limits, settings.min_labels)
    if short is None:
        return ()
    before = _before(evidence, course, short.start, reference, settings)
    if before is None:
        return evidence.days[short]
    beside = course.labels_beside(evidence)
    if before.basis is QualityBasis.REFERENCE:
        beside = np.full_like(beside, before.labels)
    compared = [(short, before)]
    for stretch in both_lengths(evidence.labels, short, course.narrowed(limits), beside)[1:]:
        other = _before(evidence, course, stretch.start, reference, settings)
        # Too few days may be left before the longer one: then it is not judged.
        if other is not None and other.basis is before.basis:
            compared.append((stretch, other))
    return _newest_of(evidence, course, compared, settings)


def _newest_of(
    evidence: DayEvidence,
    course: QualityCourse,
    compared: Sequence[tuple[slice, Before]],
    settings: JudgeSettings,
) -> NewestTest:
    """Return the test that counts, of those of the shorter and of the longer stretch."""
    alone = shared_rate(settings, len(compared))
    tests = [stretch_test(evidence, stretch, one.level, alone) for stretch, one in compared]
    told = most_unlikely([one for one in tests if one.found])
    test = told or most_unlikely([one for one in tests if one.unlikely]) or tests[-1]
    since = None
    if told is not None:
        first = onset(evidence, told.level.belief, told.stretch)
        since = evidence.days[first if course.since is None else course.since].start
    return NewestTest(
        newest=evidence.days[test.stretch],
        counts=evidence.counts(test.stretch),
        right=evidence.right_of(test.stretch),
        before=compared[tests.index(test)][1],
        test=test,
        p_value=min(1.0, len(tests) * min(one.p_value for one in tests)),
        since=since,
    )


def _before(
    evidence: DayEvidence,
    course: QualityCourse,
    start: int,
    reference: ReferenceScore | None,
    settings: JudgeSettings,
) -> Before | None:
    chosen = course.level_days(start)
    days, labels = int(chosen.sum()), evidence.labels[chosen].sum()
    known = reference is not None and _labels_of(reference) >= settings.min_labels
    enough = (
        (days >= ENOUGH_DAYS and labels >= max(ENOUGH_LABELS, settings.min_labels))
        # The reference is what the level was before a person accepted another.
        or (course.era > 0 and labels >= settings.min_labels)
        or (not known and days >= FEWEST_DAYS and labels >= settings.min_labels)
    )
    if enough:
        return Before(
            basis=QualityBasis.EARLIER,
            level=LevelBefore(
                accuracy=evidence.accuracy(chosen),
                belief=evidence.belief(course.earlier(start), course.era),
            ),
            labels=float(labels),
            days=tuple(day for day, one in zip(evidence.days, chosen, strict=True) if one),
        )
    if reference is None or not known or course.era > 0:
        return None
    images, right = reference[0], min(reference[1], reference[0])
    return Before(
        basis=QualityBasis.REFERENCE,
        level=LevelBefore(accuracy=right / images, belief=belief_of_reference(images, right)),
        labels=_labels_of(reference),
    )


def _labels_of(reference: ReferenceScore) -> float:
    """Return how many labelled images the reference has."""
    return reference[2] if len(reference) == 3 else reference[0]
