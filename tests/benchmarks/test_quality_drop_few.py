"""The courses of few labels a day of `benchmarks.quality_drop`."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.quality_drop_parts.few_labels import (
    BEFORE_DAYS,
    RUNS,
    FewLabels,
    both_lengths,
    few_labels,
    short_alone,
    told_of_few,
)
from benchmarks.quality_drop_parts.label_worlds import DAY, SETTINGS
from drift.model_quality.judging.judge import NewestTest, newest_test
from drift.model_quality.judging.judgement import NewestRule

FEW = FewLabels(labels=60, window_days=7, spread=0.02)


def test_every_world_has_a_name_of_its_own():
    names = [world.name for world in few_labels()]

    assert len(names) == len(set(names)) == 12


@pytest.mark.parametrize("drop", [0.0, 0.1])
def test_days_that_are_taken_in_once_are_told_as_each_run_tells_them(drop):
    days = FEW.days(np.random.default_rng(3), drop)

    told = list(FEW.told(days))

    assert len(told) == RUNS
    for runs in (1, 4, 8, 12, RUNS):
        last = BEFORE_DAYS + runs
        rule = NewestRule(window_end=days[last - 1].end + 5 * DAY, window_days=7)
        test = newest_test(days[:last], None, SETTINGS, rule)
        assert isinstance(test, NewestTest)
        assert told[runs - 1] is test.dropped


def test_the_longer_stretch_tells_drops_that_the_shorter_one_does_not():
    with short_alone():
        one = told_of_few(FEW, 12, 1)
    with both_lengths():
        two = told_of_few(FEW, 12, 1)

    assert sum(two.lasting) > 1.2 * sum(one.lasting)
    assert two.within(14) >= 11
    # At 1 % of runs that share days, more than 3 of 12 courses come with a chance below 1 %.
    assert sum(runs > 0 for runs in two.in_vain) <= 3
