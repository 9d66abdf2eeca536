"""Which earlier days teach: not those of a drop, or a drop that lasts would become normal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from drift.model_quality.judging.belief import Belief
from drift.model_quality.judging.evidence import Chosen, DayEvidence, large_enough
from drift.model_quality.judging.judgement import JudgeSettings, NewestRule
from drift.model_quality.judging.lengths import (
    LevelBefore,
    StretchTest,
    most_unlikely,
    shared_rate,
    stretch_test,
)
from drift.model_quality.judging.numbers import Numbers
from drift.model_quality.judging.stretches import DayLimits, both_lengths, short_stretch

_RECOVERED = np.log(1000)
"""A drop ends where the days since speak 1,000 to 1 for the level before it."""
_MOST_OF_A_DAY = np.log(20)
"""So much at most speaks one day for that: a single good day ends no drop."""


@dataclass(slots=True, kw_only=True)
class QualityCourse:
    """What is known after some of the days.

    Attributes
    ----------
    teaches
        By day: whether it counts as before.
    era
        The first day of the level that a person accepted last; 0 where there is none.
    since
        The first day of the drop that lasts; None where there is none.
    before, level
        The accuracy before that drop, and in it.
    recovery, sign
        The first day of what may be a recovery, and the log of how much speaks for it.
    ended
        The first day after the drop that ended last; 0 where none has.
    """

    teaches: Chosen
    era: int = 0
    since: int | None = None
    before: float = 0.0
    level: float = 0.0
    recovery: int = 0
    sign: float = 0.0
    ended: int = 0

    @classmethod
    def at_first(cls, evidence: DayEvidence) -> QualityCourse:
        """Return the course before its first day."""
        return cls(teaches=np.array([day.teaches for day in evidence.days], dtype=np.bool_))

    def until(self, count: int) -> QualityCourse:
        """Return the course of the first so many days alone, which were taken in."""
        return replace(self, teaches=self.teaches[:count].copy())

    def earlier(self, start: int) -> Chosen:
        """Return the days before a stretch that teach how days differ."""
        chosen = self.teaches.copy()
        chosen[start:] = False
        return chosen

    def level_days(self, start: int) -> Chosen:
        """Return those of them that the stretch is compared with."""
        chosen = self.earlier(start)
        chosen[: self.era] = False
        return chosen

    def labels_beside(self, evidence: DayEvidence) -> Numbers:
        """Return by day with how many labels a stretch is compared that begins there."""
        labels = np.where(self.level_days(len(self.teaches)), evidence.labels, 0.0)
        sums: Numbers = np.cumsum(labels) - labels
        return sums

    def narrowed(self, limits: DayLimits) -> DayLimits:
        """Return the limits of a long stretch: it holds no days of a drop that is over.

        While a drop lasts, that is as soon as the newest days speak clearly for its end: else a
        single bad day would be told for as long as it is one of many.
        """
        over = self.since is not None and self.sign >= _MOST_OF_A_DAY
        first = max(limits.allowed, self.recovery if over else self.ended)
        return replace(limits, allowed=first)


def replay(evidence: DayEvidence, settings: JudgeSettings, rule: NewestRule) -> QualityCourse:
    """Judge each day as if it were the newest, and return what is known after the last.

    A day teaches once it lies before the stretch that is judged. Where a stretch of either length
    is found to be a drop, its days since the drop began never teach, nor do later days until the
    drop has ended. It ends where the newest days are found at neither length, and the days since
    speak for the level before it; they teach then. Every comparison is with earlier days, never
    with the reference: a reference that promises too much cannot keep days from teaching.
    """
    course = QualityCourse.at_first(evidence)
    for at in range(len(evidence.days)):
        judge_day(evidence, settings, rule, course, at)
    return course


def _limits(evidence: DayEvidence, rule: NewestRule, at: int) -> DayLimits:
    longest = np.inf
    if rule.newest_from is not None:
        longest = (rule.window_end - rule.newest_from).total_seconds() / 86_400
    ages = evidence.numbers[at] - evidence.numbers[: at + 1]
    allowed = int((ages >= longest).sum())
    window = max(int((ages >= rule.window_days).sum()), allowed)
    return DayLimits(window=window, allowed=allowed, fewest=rule.window_days)


def judge_day(
    evidence: DayEvidence,
    settings: JudgeSettings,
    rule: NewestRule,
    course: QualityCourse,
    at: int,
) -> None:
    """Take in one more day, which is judged as if it were the newest."""
    limits = _limits(evidence, rule, at)
    if course.since is not None:
        course.teaches[at] = False
        _weigh(evidence, course, at)
    images = evidence.labels[: at + 1]
    drop = None
    short = short_stretch(images, limits, settings.min_labels)
    if short is not None:
        beside = course.labels_beside(evidence)[: at + 1]
        stretches = both_lengths(images, short, course.narrowed(limits), beside)
        drop = _found(evidence, settings, course, stretches)
    if course.since is None:
        if drop is not None:
            _begin(evidence, course, drop)
    elif drop is None and course.sign >= _RECOVERED:
        _end(evidence, course, course.recovery, at)
    if evidence.days[at].accepted:
        _accept(evidence, course, at)


def _found(
    evidence: DayEvidence,
    settings: JudgeSettings,
    course: QualityCourse,
    stretches: Sequence[slice],
) -> StretchTest | None:
    """Return the test that found a drop, else None."""
    tests = []
    alone = shared_rate(settings, len(stretches))
    for stretch in stretches:
        level_days = course.level_days(stretch.start)
        if evidence.labels[level_days].sum() < settings.min_labels:
            continue
        accuracy = evidence.accuracy(level_days)
        # What is thought of days costs the most, and most days need none of it.
        if large_enough(accuracy - evidence.accuracy(stretch), settings):
            belief = evidence.belief(course.earlier(stretch.start), course.era)
            level = LevelBefore(accuracy=accuracy, belief=belief)
            tests.append(stretch_test(evidence, stretch, level, alone))
    return most_unlikely([one for one in tests if one.found])


def _begin(evidence: DayEvidence, course: QualityCourse, drop: StretchTest) -> None:
    stop = drop.stretch.stop
    since = onset(evidence, drop.level.belief, drop.stretch)
    course.since = since
    course.before = drop.level.belief.mean
    course.level = evidence.accuracy(slice(since, stop))
    course.recovery, course.sign = stop, 0.0
    course.teaches[since:stop] = False


def onset(evidence: DayEvidence, belief: Belief, stretch: slice) -> int:
    """Return the first day of a drop that was found in a stretch.

    Of all days of the stretch, it is the one from which on the days together speak the most for
    the stretch's lowest level against the level before.
    """
    best, most = int(stretch.start), -np.inf
    for first in range(best, int(stretch.stop)):
        signs = _signs(
            evidence,
            slice(first, stretch.stop),
            belief.mean,
            evidence.accuracy(slice(first, stretch.stop)),
            belief.day_variance,
        )
        if -signs.sum() > most:
            best, most = first, -float(signs.sum())
    return best


def _signs(
    evidence: DayEvidence, days: slice, before: float, level: float, day_variance: float
) -> Numbers:
    """Return by day the log of how much it speaks for the level before against the drop's level."""
    images = evidence.images[days]
    middle = (before + level) / 2
    variances = day_variance + max(middle * (1 - middle), 1e-4) / images
    signs: Numbers = (evidence.right[days] / images - middle) * (before - level) / variances
    return signs


def _weigh(evidence: DayEvidence, course: QualityCourse, at: int) -> None:
    """Take in what one more day says of a recovery."""
    belief = evidence.belief(course.earlier(course.since or 0), course.era)
    sign = _signs(evidence, slice(at, at + 1), course.before, course.level, belief.day_variance)
    course.sign += min(float(sign[0]), _MOST_OF_A_DAY)
    if course.sign <= 0:
        course.recovery, course.sign = at + 1, 0.0


def _end(evidence: DayEvidence, course: QualityCourse, first: int, at: int) -> None:
    """End the drop: days from `first` on teach."""
    for day in range(first, at + 1):
        course.teaches[day] = evidence.days[day].teaches
    course.since, course.ended = None, first


def _accept(evidence: DayEvidence, course: QualityCourse, at: int) -> None:
    """End a drop where a person accepted its level as normal."""
    if course.since is None:
        return
    first = at
    while first > course.since and evidence.days[first - 1].accepted:
        first -= 1
    _end(evidence, course, first, at)
    course.era = first
