"""The beta-binomial of days, and what is made of it, against scipy's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from scipy.stats import betabinom

from drift.model_quality.judging.belief import belief_of_days, belief_of_reference
from drift.model_quality.judging.day_model import (
    SPREAD_PRIOR,
    SPREADS,
    day_grid,
    log_likelihoods,
    shapes,
)
from drift.model_quality.judging.estimates import smallest_drop
from drift.model_quality.judging.judgement import DayScore, JudgeSettings
from drift.model_quality.judging.predictive import DayCounts, lower_tail

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
MEANS = np.array([0.3, 0.9, 0.97, 0.999])
CORRELATIONS = np.array([0.01, 0.004, 0.1, 1e-6])


def counts_of(*images: float) -> DayCounts:
    numbers = np.arange(len(images), dtype=float)
    return DayCounts(images=np.array(images, dtype=float), gaps=np.abs(numbers[:, None] - numbers))


def days_with(accuracies, images):
    return [
        DayScore(start=FIRST + at * DAY, end=FIRST + (at + 1) * DAY, images=images, right=right)
        for at, right in enumerate(np.rint(images * np.asarray(accuracies)).tolist())
    ]


def belief_from(days):
    return belief_of_days(days, log_likelihoods(days), np.arange(len(days), dtype=float))


@pytest.mark.parametrize(("images", "right"), [(1, 0), (50, 10), (50, 46), (300, 270), (999, 985)])
def test_the_tail_is_that_of_the_beta_binomial(images, right):
    a, b = shapes(MEANS, CORRELATIONS)

    tail = lower_tail(images, right, MEANS, CORRELATIONS)

    assert tail == pytest.approx(betabinom.cdf(right, images, a, b), abs=1e-8)


@pytest.mark.parametrize("right", [10, 24, 25, 26, 47])
def test_a_part_of_an_answer_counts_in_proportion(right):
    whole, more = (lower_tail(50, one, MEANS, CORRELATIONS) for one in (right, right + 1))

    part = lower_tail(50, right + 0.25, MEANS, CORRELATIONS)

    assert part == pytest.approx(0.75 * whole + 0.25 * more, abs=1e-8)


def test_all_right_is_no_surprise():
    assert lower_tail(50, 50, MEANS, CORRELATIONS).tolist() == [1, 1, 1, 1]
    assert lower_tail(5_000, 5_000, MEANS, CORRELATIONS).tolist() == [1, 1, 1, 1]


def test_many_labels_are_close_to_the_exact_sum():
    means, correlations = np.array([0.9, 0.9, 0.97]), np.array([1e-6, 0.004, 0.01])
    a, b = shapes(means, correlations)
    for rate in (0.001, 0.01, 0.5):
        right = betabinom.ppf(rate, 2_000, a, b)
        exact = betabinom.cdf(right, 2_000, a, b)
        for at, one in enumerate(right):
            tail = lower_tail(2_000, one, means[at : at + 1], correlations[at : at + 1])
            assert tail[0] == pytest.approx(exact[at], rel=0.5, abs=0.003)


def test_a_days_likelihood_is_that_of_the_beta_binomial():
    grid = day_grid()
    days = days_with([0.9, 0.8], 60)
    a, b = shapes(grid.means, grid.correlations)
    expected = betabinom.logpmf(54, 60, a, b) - betabinom.logpmf(48, 60, a, b)

    logs = log_likelihoods(days)
    # What only depends on the day is left out.
    constants = logs[0] - logs[1] - expected

    assert np.ptp(constants) < 1e-6


def test_the_prior_of_day_spreads_is_a_distribution():
    assert sum(SPREAD_PRIOR) == pytest.approx(1)
    mean = sum(spread * weight for spread, weight in zip(SPREADS, SPREAD_PRIOR, strict=True))
    assert 0.01 < mean < 0.02


def test_days_that_differ_more_widen_what_is_expected():
    random = np.random.default_rng(1)
    noise = random.standard_normal(28)
    quiet, restless = (
        belief_from(days_with(np.clip(0.9 + spread * noise, 0, 1), 2_000))
        for spread in (0.005, 0.04)
    )
    one_day = counts_of(300)

    assert quiet.day_variance**0.5 < 0.01
    assert 0.03 < restless.day_variance**0.5 < 0.07
    assert quiet.chance(one_day, 250) < 0.01 < restless.chance(one_day, 250)


def test_a_decline_over_months_does_not_widen_the_day_spread():
    declining = np.linspace(0.95, 0.75, 280)

    assert belief_from(days_with(declining, 500)).day_variance ** 0.5 < 0.012


def test_days_that_follow_their_neighbours_are_seen_to():
    wave = 0.03 * np.sin(np.arange(84) * 2 * np.pi / 14)
    shuffled = np.random.default_rng(1).permutation(wave)
    alike, unlike = (belief_from(days_with(0.9 + one, 1_000)) for one in (wave, shuffled))

    assert alike.weights @ alike.likenesses > 0.6
    assert unlike.weights @ unlike.likenesses < 0.3


def test_more_labels_in_the_reference_make_its_accuracy_surer():
    few, many = belief_of_reference(100, 90), belief_of_reference(10_000, 9_000)
    week = counts_of(*[43] * 7)

    assert few.mean == pytest.approx(0.9, abs=0.01)
    assert many.mean == pytest.approx(0.9, abs=0.001)
    assert many.chance(week, 250) < few.chance(week, 250)


def test_a_stretch_of_many_days_varies_less_than_one_day():
    assert counts_of(300).shared(0.5) == 1
    independent, alike = counts_of(*[43] * 7).shared(0.0), counts_of(*[43] * 7).shared(0.75)
    assert independent == pytest.approx(7 * 43 * 42 / (301 * 300))
    assert independent < alike < 1


def test_the_smallest_drop_is_found_with_its_power():
    settings = JudgeSettings()
    belief = belief_of_reference(5_000, 4_500)
    week = counts_of(*[100] * 7)

    smallest = smallest_drop(belief, week, settings, 0.9)

    assert smallest is not None
    random = np.random.default_rng(1)
    at = random.choice(len(belief.weights), 2_000, p=belief.weights)
    means = np.clip(belief.means[at] - smallest, 0, 1)
    a, b = shapes(means, belief.of_stretch(week)[at])
    right = random.binomial(700, random.beta(a, b))
    chances = {one: belief.chance(week, one) for one in np.unique(right)}
    found = np.array([chances[one] < settings.false_alarm_rate for one in right])
    # 95 % of 2,000 draws at 80 % lie between 78.2 and 81.8 %.
    assert 0.78 < found.mean() < 0.83


def test_no_drop_is_small_enough_where_labels_are_too_few_for_the_rate():
    belief = belief_of_reference(60, 6)

    assert smallest_drop(belief, counts_of(10), JudgeSettings(), 0.1) is None
