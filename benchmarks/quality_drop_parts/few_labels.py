"""Courses of days with few labels: when a drop is told, and how often one is told in vain."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import product
from unittest import mock

import numpy as np

from benchmarks.quality_drop_parts.label_worlds import (
    DAY,
    SETTINGS,
    day_accuracies,
    day_scores,
)
from drift.model_quality.judging import stretches
from drift.model_quality.judging.evidence import DayEvidence
from drift.model_quality.judging.judge import NewestTest, newest_after
from drift.model_quality.judging.judgement import DayScore, NewestRule
from drift.model_quality.judging.replay import QualityCourse, judge_day

BEFORE_DAYS = 28
RUNS = 28
WEEK = 7
_DAYS_LATE = 5
_ACCURACY = 0.9
_DROP = 0.1


@dataclass(frozen=True, kw_only=True)
class FewLabels:
    """Days with few labels, which are complete up to five days before the window's end."""

    labels: int
    window_days: int
    spread: float

    @property
    def name(self) -> str:
        """As it is printed."""
        spread = f"days differ by {100 * self.spread:.0f}"
        return f"{self.labels:3} labels a day, {self.window_days} d, {spread}"

    def days(self, random: np.random.Generator, drop: float) -> list[DayScore]:
        """Return the days before, and those of the runs, which are worse by a drop."""
        means = np.repeat([_ACCURACY, _ACCURACY - drop], [BEFORE_DAYS, RUNS])
        accuracies = day_accuracies(random, means, self.spread, 0.0)
        right = random.binomial(self.labels, accuracies)
        return day_scores(right.astype(np.float64), np.full(len(means), float(self.labels)))

    def told(self, days: list[DayScore]) -> Iterator[bool]:
        """Yield whether each of the runs tells a drop, one more labelled day at a time.

        Each run would replay the same days: here they are taken in once.
        """
        evidence = DayEvidence.of(days)
        course = QualityCourse.at_first(evidence)
        for at, day in enumerate(days):
            end = day.end + _DAYS_LATE * DAY
            rule = NewestRule(window_end=end, window_days=self.window_days)
            judge_day(evidence, SETTINGS, rule, course, at)
            if at >= BEFORE_DAYS:
                known = evidence.until(at + 1), course.until(at + 1)
                test = newest_after(*known, None, SETTINGS, rule)
                yield isinstance(test, NewestTest) and test.dropped


@dataclass(frozen=True, kw_only=True)
class ToldOfFew:
    """What courses told.

    Attributes
    ----------
    first
        By course with a drop: after how many labelled days it is told first; infinity where never.
    lasting
        By course with a drop: in how many of the runs after its first week it is told.
    in_vain
        By course without one: in how many of its `RUNS` runs a drop was told.
    """

    first: tuple[float, ...]
    lasting: tuple[int, ...]
    in_vain: tuple[int, ...]

    def within(self, days: int) -> int:
        """Return how many drops were told within so many labelled days."""
        return sum(one <= days for one in self.first)


def few_labels() -> Iterator[FewLabels]:
    """Yield all worlds."""
    for labels, window_days, spread in product((30, 60, 100), (1, 7), (0.0, 0.02)):
        yield FewLabels(labels=labels, window_days=window_days, spread=spread)


def short_alone() -> AbstractContextManager[object]:
    """Judge the shorter stretch alone, at the whole rate: what the longer one is measured by."""
    return mock.patch.object(stretches, "long_stretch", lambda _images, short, *_: short)


def both_lengths() -> AbstractContextManager[object]:
    """Judge as runs do."""
    return nullcontext()


def told_of_few(world: FewLabels, courses: int, seed: int) -> ToldOfFew:
    """Return what is told of so many courses with a drop, and of as many without one."""
    drops, quiet = [], []
    for number in range(courses):
        random = np.random.default_rng([seed, number])
        drops.append(list(world.told(world.days(random, _DROP))))
        quiet.append(list(world.told(world.days(random, 0.0))))
    return ToldOfFew(
        first=tuple(told.index(True) + 1.0 if any(told) else np.inf for told in drops),
        lasting=tuple(sum(told[WEEK:]) for told in drops),
        in_vain=tuple(sum(told) for told in quiet),
    )
