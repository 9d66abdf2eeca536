"""Which earlier days teach: not those of a drop, or a drop that lasts would become normal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from drift.model_quality.judging.belief import Belief
from drift.model_quality.judging.evidence import Chosen, DayEvidence, large_enough
from drift.model_quality.judging.judgement import JudgeSettings, NewestRule
from drift.model_quality.judging.numbers import Numbers
from drift.model_quality.judging.stretches import stretch_start

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
    """

    teaches: Chosen
    era: int = 0
    since: int | None = None
    before: float = 0.0
    level: float = 0.0
    recovery: int = 0
    sign: float = 0.0

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


def replay(evidence: DayEvidence, settings: JudgeSettings, rule: NewestRule) -> QualityCourse:
    """Judge each day as if it were the newest, and return what is known after the last.

    A day teaches once it lies before the stretch that is judged. Where a stretch is found to be a
    drop, its days since the drop began never teach, nor do later days until the drop has ended. It
    ends where the newest days are not found, and the days since speak for the level before it;
    they teach then. Every comparison is with earlier days, never with the reference: a reference
    that promises too much cannot keep days from teaching.
    """
    course = QualityCourse(teaches=np.array([day.teaches for day in evidence.days], dtype=np.bool_))
    longest = _longest_days(rule)
    for at in range(len(evidence.days)):
        _one_day(evidence, settings, course, at, (rule.window_days, longest))
    return course


def _longest_days(rule: NewestRule) -> float:
    if rule.newest_from is None:
        return np.inf
    return (rule.window_end - rule.newest_from).total_seconds() / 86_400


def _one_day(
    evidence: DayEvidence,
    settings: JudgeSettings,
    course: QualityCourse,
    at: int,
    lengths: tuple[int, float],
) -> None:
    window_days, longest = lengths
    ages = evidence.numbers[at] - evidence.numbers[: at + 1]
    allowed = int((ages >= longest).sum())
    start = stretch_start(
        evidence.images[: at + 1],
        max(int((ages >= window_days).sum()), allowed),
        allowed,
        fewest=window_days,
        min_labels=settings.min_labels,
    )
    belief = None
    if start is not None:
        belief = _found(evidence, settings, course, slice(start, at + 1))
    if course.since is None:
        if belief is not None and start is not None:
            _begin(evidence, course, belief, slice(start, at + 1))
    else:
        course.teaches[at] = False
        _follow(evidence, course, at, found=belief is not None)
    if evidence.days[at].accepted:
        _accept(evidence, course, at)


def _found(
    evidence: DayEvidence, settings: JudgeSettings, course: QualityCourse, stretch: slice
) -> Belief | None:
    """Return what the stretch was compared with where it is a drop, else None."""
    level_days = course.level_days(stretch.start)
    if evidence.images[level_days].sum() < settings.min_labels:
        return None
    if not large_enough(evidence.accuracy(level_days) - evidence.accuracy(stretch), settings):
        return None
    belief = evidence.belief(course.earlier(stretch.start), course.era)
    found = evidence.p_value(belief, stretch) < settings.false_alarm_rate
    return belief if found else None


def _begin(evidence: DayEvidence, course: QualityCourse, belief: Belief, stretch: slice) -> None:
    since = onset(evidence, belief, stretch)
    course.since = since
    course.before = belief.mean
    course.level = evidence.accuracy(slice(since, stretch.stop))
    course.recovery, course.sign = stretch.stop, 0.0
    course.teaches[since : stretch.stop] = False


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


def _follow(evidence: DayEvidence, course: QualityCourse, at: int, *, found: bool) -> None:
    """Take in one more day while a drop lasts."""
    belief = evidence.belief(course.earlier(course.since or 0), course.era)
    sign = _signs(evidence, slice(at, at + 1), course.before, course.level, belief.day_variance)
    course.sign += min(float(sign[0]), _MOST_OF_A_DAY)
    if course.sign <= 0:
        course.recovery, course.sign = at + 1, 0.0
    if found or course.sign < _RECOVERED:
        return
    for day in range(course.recovery, at + 1):
        course.teaches[day] = evidence.days[day].teaches
    course.since = None


def _accept(evidence: DayEvidence, course: QualityCourse, at: int) -> None:
    """End a drop where a person accepted its level as normal."""
    if course.since is None:
        return
    first = at
    while first > course.since and evidence.days[first - 1].accepted:
        first -= 1
    for day in range(first, at + 1):
        course.teaches[day] = evidence.days[day].teaches
    course.era, course.since = first, None
