"""The newest labels are judged at two lengths: a day with few labels shows little by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.model_quality.judging.judge import NewestTest, judge, newest_test
from drift.model_quality.judging.judgement import DayScore, Judgement, JudgeSettings, NewestRule
from drift.model_quality.judging.stretches import DayLimits, both_lengths, long_stretch
from reports.findings.model_quality.quality import QualityBasis, QualityState

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
SETTINGS = JudgeSettings()
RATE = SETTINGS.false_alarm_rate


def days_of(*parts: tuple[int, float], images: int = 60) -> list[DayScore]:
    """Days that follow one another: so many with an accuracy, which varies by a point."""
    accuracies = np.concatenate([np.full(days, accuracy) for days, accuracy in parts])
    wave = 0.01 * np.array([0, 1, -1, 0.5, -0.5, 1, -1])
    right = np.rint(images * np.clip(accuracies + np.resize(wave, len(accuracies)), 0, 1))
    return [
        DayScore(
            start=FIRST + at * DAY, end=FIRST + (at + 1) * DAY, images=images, right=float(one)
        )
        for at, one in enumerate(right)
    ]


def late_rule(days: Sequence[DayScore], window_days: int, days_late: int = 0) -> NewestRule:
    return NewestRule(window_end=days[-1].end + days_late * DAY, window_days=window_days)


def judged(days: Sequence[DayScore], window_days: int = 1, days_late: int = 0) -> Judgement:
    return judge(days, None, SETTINGS, late_rule(days, window_days, days_late))


def result_of(days: Sequence[DayScore], window_days: int = 1, days_late: int = 0) -> NewestTest:
    test = newest_test(days, None, SETTINGS, late_rule(days, window_days, days_late))
    assert isinstance(test, NewestTest)
    return test


def states(days: Sequence[DayScore], first: int, **rule: int) -> list[QualityState]:
    return [judged(days[:count], **rule).state for count in range(first, len(days) + 1)]


@pytest.mark.parametrize("window_days", [1, 7])
@pytest.mark.parametrize("images", [30, 60, 100])
def test_a_drop_of_few_labels_a_day_is_told_within_a_week_and_stays(images, window_days):
    days = days_of((28, 0.9), (40, 0.8), images=images)

    said = states(days, 35, window_days=window_days, days_late=5)

    assert set(said) == {QualityState.DROPPED}
    answer = judged(days, window_days, days_late=5)
    assert answer.since is not None
    assert abs(answer.since - days[28].start) <= 2 * DAY


def test_a_drop_that_no_day_shows_is_told_of_the_days_together():
    days = days_of((28, 0.92), (7, 0.85))
    alone = [short_result([*days[:28], day]).test.p_value for day in days[28:]]

    answer = judged(days)

    assert min(alone) > RATE
    assert answer.state is QualityState.DROPPED
    assert answer.newest == tuple(days[-5:])
    assert answer.p_value is not None
    assert answer.p_value < RATE / 10


@pytest.mark.parametrize("window_days", [1, 7])
def test_a_single_bad_day_of_few_labels_is_told_once_at_once(window_days):
    days = days_of((28, 0.9), (1, 0.55), (9, 0.9))

    said = states(days, 28, window_days=1)

    told = judged(days[:29])
    assert told.newest == (days[28],)
    assert told.since == days[28].start
    assert said == [QualityState.HOLDS, QualityState.DROPPED, *[QualityState.HOLDS] * 9]
    assert days[28] not in judged(days, window_days).before


def test_a_recovery_is_told_soon_and_days_teach_again():
    days = days_of((28, 0.9), (14, 0.75), (21, 0.9))

    assert judged(days[:42]).state is QualityState.DROPPED
    assert set(states(days, 45)) == {QualityState.HOLDS}
    before = judged(days).before
    assert not set(days[28:42]) & set(before)
    assert set(days[42:58]) <= set(before)


def test_the_longer_stretch_holds_no_day_of_a_drop_that_is_over():
    days = days_of((28, 0.9), (14, 0.75), (6, 0.9))

    for count in range(45, 49):
        assert judged(days[:count]).newest == tuple(days[max(42, count - 5) : count])


def test_the_longer_stretch_holds_no_day_before_the_accepted_level():
    days = days_of((28, 0.9), (30, 0.8))
    accepted = [replace(day, accepted=True) if at == 35 else day for at, day in enumerate(days)]

    answer = judged(accepted[:50])

    assert answer.state is QualityState.HOLDS
    assert answer.newest == tuple(accepted[45:50])
    assert answer.before == tuple(accepted[35:45])


def test_two_lengths_share_the_rate():
    days = days_of((40, 0.9))
    both = result_of(days)
    one = result_of(days_of((40, 0.9), images=300))

    assert both.test.settings.false_alarm_rate == RATE / 2
    assert one.test.settings.false_alarm_rate == RATE
    assert both.p_value == min(1, 2 * min(both.test.p_value, short_result(days).test.p_value))
    assert one.p_value == one.test.p_value


def short_result(days: Sequence[DayScore]) -> NewestTest:
    """The last day alone, as older ones may not be judged."""
    rule = NewestRule(window_end=days[-1].end, window_days=1, newest_from=days[-1].start)
    test = newest_test(days, None, SETTINGS, rule)
    assert isinstance(test, NewestTest)
    assert len(test.newest) == 1
    return test


def test_a_drop_that_is_too_small_is_that_of_the_stretch_where_chance_does_not_explain_it():
    strict = replace(SETTINGS, minimum_drop=0.5)
    days = days_of((28, 0.9), (1, 0.55))

    answer = judge(days, None, strict, late_rule(days, 1))

    assert answer.state is QualityState.HOLDS
    assert answer.newest == (days[-1],)
    assert answer.p_value is not None
    assert answer.p_value < RATE


def test_the_smallest_drop_that_is_seen_is_that_of_the_stretch_that_is_told():
    days = days_of((28, 0.9), (1, 0.55))
    short, long = judged(days), judged(days[:28])

    assert len(short.newest) == 1
    assert len(long.newest) == 5
    assert short.smallest is not None
    assert long.smallest is not None
    assert short.smallest > 1.5 * long.smallest


def test_few_labels_a_day_reach_no_further_back_than_allowed():
    days = days_of((40, 0.9), images=20)
    rule = NewestRule(window_end=days[-1].end, window_days=1)

    assert judge(days, None, SETTINGS, rule).newest == tuple(days[-13:])
    near = replace(rule, newest_from=days[-10].start)
    assert judge(days, None, SETTINGS, near).newest == tuple(days[-10:])
    nearer = replace(rule, newest_from=days[-2].start)
    assert judge(days, None, SETTINGS, nearer) == Judgement(state=QualityState.UNKNOWN)


@pytest.mark.parametrize("days_late", [2, 5, 9])
def test_a_window_that_is_not_wholly_labelled_takes_as_many_days_as_it_has(days_late):
    days = days_of((40, 0.9), images=200)

    assert judged(days, window_days=7, days_late=days_late).newest == tuple(days[-7:])


def test_a_wholly_labelled_window_with_enough_labels_is_judged_alone():
    days = days_of((40, 0.9))
    test = result_of(days, window_days=7)

    assert test.newest == tuple(days[-7:])
    assert test.test.settings == SETTINGS


def test_the_first_days_are_compared_with_the_reference_together():
    days = days_of((4, 0.8))
    rule = late_rule(days, 1)

    answer = judge(days, (1000, 900), SETTINGS, rule)

    assert answer.basis is QualityBasis.REFERENCE
    assert answer.newest == tuple(days)
    few = judge(days, (240, 216), SETTINGS, rule)
    assert few.newest == tuple(days[-2:])


def test_days_that_would_be_too_few_to_compare_with_are_not_used_up():
    days = days_of((6, 0.9))

    # Of six days two are a third; but four days before them are too few.
    answer = judge(days, (1000, 900), SETTINGS, late_rule(days, 1))

    assert answer.basis is QualityBasis.EARLIER
    assert answer.newest == (days[-1],)


labels = st.lists(st.integers(1, 400), min_size=1, max_size=40)


@given(labels, st.integers(0, 40), st.integers(0, 40), st.integers(1, 9))
def test_the_longer_stretch_keeps_its_limits(images, short_days, allowed, fewest):
    last = len(images)
    counts = np.array(images, dtype=np.float64)
    short = slice(last - min(max(short_days, 1), last), last)
    limits = DayLimits(window=short.start, allowed=min(allowed, short.start), fewest=fewest)
    beside = np.cumsum(counts) - counts

    long = long_stretch(counts, short, limits, beside)

    assert limits.allowed <= long.start <= short.start
    expected = (short,) if long == short else (short, long)
    assert both_lengths(counts, short, limits, beside) == expected
    if long.start < short.start:
        assert 2 * counts[long].sum() <= beside[long.start]
        # A day less would be too short.
        less = counts[long.start + 1 :]
        assert less.sum() < 300 or len(less) < fewest
