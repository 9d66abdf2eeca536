"""Whether the newest labels say that the model has become worse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drift.model_quality.judging.judge import judge
from drift.model_quality.judging.judgement import DayScore, Judgement, JudgeSettings, NewestRule
from reports.findings.model_quality.quality import QualityBasis, QualityState

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
SETTINGS = JudgeSettings()


def days_of(*parts: tuple[int, float], images: int = 200, first: int = 0) -> list[DayScore]:
    """Days that follow one another: so many with an accuracy, which varies by a point."""
    accuracies = np.concatenate([np.full(days, accuracy) for days, accuracy in parts])
    wave = 0.01 * np.array([0, 1, -1, 0.5, -0.5, 1, -1])
    right = np.rint(images * np.clip(accuracies + np.resize(wave, len(accuracies)), 0, 1))
    return [
        DayScore(
            start=FIRST + at * DAY, end=FIRST + (at + 1) * DAY, images=images, right=float(one)
        )
        for at, one in enumerate(right, start=first)
    ]


def judged(
    days: Sequence[DayScore], reference: tuple[float, float] | None = None, window_days: int = 1
) -> Judgement:
    return judge(
        days, reference, SETTINGS, NewestRule(window_end=days[-1].end, window_days=window_days)
    )


def test_too_few_labels_leave_the_quality_unknown():
    answer = judged(days_of((3, 0.9), images=10))

    assert answer == Judgement(state=QualityState.UNKNOWN)


def test_labels_with_nothing_to_compare_them_with_leave_it_unknown():
    days = days_of((1, 0.9))

    answer = judged(days, reference=(40, 40))

    assert answer == Judgement(state=QualityState.UNKNOWN, newest=tuple(days))


def test_first_days_are_compared_with_the_reference_and_later_ones_with_days():
    days = days_of((9, 0.9))
    bases = [judged(days[:count], (1000, 900)).basis for count in range(1, 9)]

    assert bases == [QualityBasis.REFERENCE] * 5 + [QualityBasis.EARLIER] * 3
    assert judged(days[:5], (1000, 900)).before == ()
    assert judged(days[:6], (1000, 900)).before == tuple(days[:5])


def test_without_a_reference_two_earlier_days_will_do():
    days = days_of((3, 0.9))

    assert judged(days[:2]).state is QualityState.UNKNOWN
    assert judged(days).before == tuple(days[:2])


def test_a_drop_is_found_with_its_size_and_first_day():
    days = days_of((28, 0.9), (3, 0.8))

    answer = judged(days)

    assert answer.state is QualityState.DROPPED
    assert answer.since == days[28].start
    assert answer.newest == tuple(days[-2:])
    assert answer.before == tuple(days[:28])
    assert answer.drop is not None
    assert answer.drop.value == pytest.approx(0.1, abs=0.005)
    assert answer.drop.low is not None
    assert answer.drop.high is not None
    assert 0 < answer.drop.low < answer.drop.value < answer.drop.high < 0.25
    assert answer.p_value is not None
    assert answer.p_value < 0.001
    assert answer.smallest is not None
    assert 0.04 < answer.smallest < 0.11


def test_a_drop_of_less_than_the_smallest_that_is_told_is_none():
    days = days_of((56, 0.95), (28, 0.933), images=5_000)
    rule = NewestRule(window_end=days[-1].end, window_days=28)

    assert judge(days, None, SETTINGS, rule).state is QualityState.HOLDS
    smaller = replace(SETTINGS, minimum_drop=0.005)
    assert judge(days, None, smaller, rule).state is QualityState.DROPPED


@pytest.mark.parametrize("window_days", [1, 7])
def test_a_drop_that_lasts_never_becomes_normal(window_days):
    days = days_of((28, 0.9), (120, 0.8))

    answer = judged(days, window_days=window_days)

    assert answer.state is QualityState.DROPPED
    assert answer.since == days[28].start
    assert set(answer.before) <= set(days[:28])


def test_a_single_bad_day_is_told_once_and_does_not_teach():
    days = days_of((28, 0.9), (1, 0.7), (6, 0.9))

    assert judged(days[:29]).state is QualityState.DROPPED
    assert judged(days[:30]).state is QualityState.HOLDS
    after = judged(days)
    assert after.state is QualityState.HOLDS
    assert after.since is None
    assert days[28] not in after.before
    assert set(days[29:33]) <= set(after.before)


def test_a_second_drop_after_a_recovery_has_a_first_day_of_its_own():
    days = days_of((28, 0.9), (10, 0.78), (20, 0.9), (3, 0.78))

    assert judged(days[:58]).state is QualityState.HOLDS
    answer = judged(days)
    assert answer.state is QualityState.DROPPED
    assert answer.since == days[58].start


@pytest.mark.parametrize("window_days", [1, 7])
def test_a_slow_decline_is_found(window_days):
    weeks = [(7, 0.9)] * 8 + [(7, 0.9 - 0.005 * week) for week in range(1, 31)]

    assert judged(days_of(*weeks), window_days=window_days).state is QualityState.DROPPED


def test_a_reference_that_promises_too_much_is_told_on_the_first_days_only():
    days = days_of((20, 0.93))
    answers = [judged(days[:count], (5000, 4995)) for count in range(1, 21)]

    assert [one.state for one in answers[:5]] == [QualityState.DROPPED] * 5
    # The longer stretch: two days have 400 labels.
    assert answers[4].since == days[3].start
    assert {one.state for one in answers[5:]} == {QualityState.HOLDS}


def test_a_drop_on_the_first_days_is_not_taken_for_the_level_of_production():
    days = days_of((3, 0.93), (20, 0.80))

    answer = judged(days, (1000, 930))

    assert answer.basis is QualityBasis.REFERENCE
    assert answer.state is QualityState.DROPPED
    assert answer.since == days[3].start


def test_rejected_days_are_judged_but_never_teach():
    days = days_of((28, 0.9), (1, 0.9))
    rejected = [*days[:10], *(replace(day, teaches=False) for day in days[10:15]), *days[15:]]

    answer = judged(rejected)

    assert answer.newest == tuple(days[27:])
    assert answer.before == (*days[:10], *days[15:27])
    assert judged([*days[:28], replace(days[28], teaches=False)]).newest[1].start == days[28].start


def test_an_accepted_day_makes_the_level_of_a_drop_the_normal_one():
    days = days_of((28, 0.9), (20, 0.8), (1, 0.7))
    accepted = [replace(day, accepted=True) if at == 35 else day for at, day in enumerate(days)]

    before = judged(accepted[:48], (1000, 900))
    assert before.state is QualityState.HOLDS
    assert before.before == tuple(accepted[35:46])
    assert judged(days[:48]).state is QualityState.DROPPED
    assert judged(accepted[:36], (1000, 900)).state is QualityState.UNKNOWN
    again = judged(accepted)
    assert again.state is QualityState.DROPPED
    assert again.since == days[48].start


def test_a_window_of_no_days_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        NewestRule(window_end=FIRST, window_days=0)


some_days = st.lists(
    st.tuples(st.integers(0, 80), st.integers(0, 80)).map(sorted), min_size=8, max_size=16
)


def scores(pairs: Sequence[Sequence[int]]) -> list[DayScore]:
    return [
        DayScore(start=FIRST + at * DAY, end=FIRST + (at + 1) * DAY, images=images, right=right)
        for at, (right, images) in enumerate(pairs)
    ]


@settings(max_examples=20, deadline=None)
@given(some_days, st.integers(50, 90), st.integers(0, 50), st.floats(0, 30))
def test_more_right_answers_never_raise_the_alarm(pairs, images, right, more):
    """The newest day alone is judged: what it is compared with stays the same."""
    earlier = scores([*pairs, (right, images)])
    last = earlier.pop()
    better = replace(last, right=min(right + more, images))
    before, after = (judged([*earlier, one], (300, 250)) for one in (last, better))

    assert before.p_value is not None
    assert after.p_value is not None
    assert after.p_value >= before.p_value - 1e-7
    assert not (after.state is QualityState.DROPPED and before.state is QualityState.HOLDS)


@settings(max_examples=12, deadline=None)
@given(some_days, st.sampled_from([1, 7]))
def test_days_without_labels_and_days_behind_the_window_change_nothing(pairs, window_days):
    days = scores(pairs)
    rule = NewestRule(window_end=days[-1].end, window_days=window_days)
    labelled = [day for day in days if day.images]
    behind = replace(days[-1], start=days[-1].end, end=days[-1].end + DAY, images=500, right=0)

    answer = judge(days, (300, 250), SETTINGS, rule)

    assert judge(labelled, (300, 250), SETTINGS, rule) == answer
    assert judge([*days, behind], (300, 250), SETTINGS, rule) == answer


@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(88, 92), min_size=6, max_size=27), st.integers(70, 100))
def test_the_order_of_earlier_days_matters_only_by_who_are_neighbours(right, newest):
    forwards, backwards = (
        judged(scores([*((one, 100) for one in order), (3 * newest, 300)]))
        for order in (right, right[::-1])
    )

    assert forwards.p_value == pytest.approx(backwards.p_value, rel=1e-6)
    assert forwards.state is backwards.state


@settings(max_examples=12, deadline=None)
@given(some_days, st.sampled_from([1, 7]))
def test_every_answer_is_in_its_range(pairs, window_days):
    answer = judged(scores(pairs), (300, 250), window_days)

    if answer.drop is None:
        assert answer.state is QualityState.UNKNOWN
        return
    assert answer.p_value is not None
    assert answer.drop.low is not None
    assert answer.drop.high is not None
    assert 0 <= answer.p_value <= 1
    assert -1 <= answer.drop.low <= answer.drop.value <= answer.drop.high <= 1
    assert answer.smallest is None or 0 < answer.smallest <= 1
    assert (answer.since is not None) == (answer.state is QualityState.DROPPED)


def test_no_days_at_all_leave_the_quality_unknown():
    rule = NewestRule(window_end=FIRST, window_days=7)

    assert judge([], (1000, 900), SETTINGS, rule) == Judgement(state=QualityState.UNKNOWN)


@pytest.mark.parametrize("hours", [23, 25])
def test_a_day_of_23_or_25_hours_counts_as_one(hours):
    days = days_of((40, 0.9))
    shift = timedelta(hours=hours) - DAY
    moved = [
        *days[:36],
        replace(days[36], end=days[36].end + shift),
        *(replace(day, start=day.start + shift, end=day.end + shift) for day in days[37:]),
    ]

    answer = judged(moved, window_days=7)

    assert answer.newest == tuple(moved[-7:])
    assert answer.p_value == judged(days, window_days=7).p_value
