import numpy as np
import pytest

from drift.comparison.permutation.statistic_key import StatisticKey
from drift.days.model.dependence.calibration import Calibration, share_of_days
from drift.days.model.dependence.maxima import Sizes, drawn_statistics

LEVEL = 0.005


def lognormal(deviation, draws=200_000):
    return Sizes.of(np.exp(deviation * np.random.default_rng(1).standard_normal(draws)))


def test_a_quantile_is_exceeded_as_often_as_it_says():
    sizes = lognormal(0.3)

    for exceeding in (0.5, 0.1, LEVEL):
        assert sizes.exceeded(np.array([sizes.quantile(exceeding)])) == pytest.approx(
            exceeding, rel=0.02
        )
    assert sizes.quantile(0.5) == pytest.approx(1.0, rel=0.02)
    assert sizes.quantile(0.0228) == pytest.approx(np.exp(0.6), rel=0.03)


def test_the_product_of_two_sizes_is_theirs():
    product = lognormal(0.3).times(lognormal(0.4))

    assert product.quantile(0.5) == pytest.approx(1.0, rel=0.03)
    assert product.quantile(0.1587) == pytest.approx(np.exp(0.5), rel=0.04)


def test_draws_keep_the_dependence_of_the_scores():
    keys = [StatisticKey(group="a", method="location"), StatisticKey(group="b", method="location")]
    alike = drawn_statistics((np.ones((2, 2)),), keys, 20_000, 1)
    apart = drawn_statistics((np.eye(2),), keys, 20_000, 1)

    assert np.median(alike.max(axis=1)) < np.median(apart.max(axis=1))
    assert alike.std(axis=0) == pytest.approx(apart.std(axis=0), rel=0.05)


def test_draws_follow_from_the_correlation_and_not_from_how_it_is_decomposed():
    keys = [StatisticKey(group=str(at), method="location") for at in range(12)]
    noise = np.random.default_rng(2).standard_normal((12, 12)) * 1e-13
    correlation = np.kron(np.eye(3), np.full((4, 4), 0.5)) + 0.5 * np.eye(12)
    drawn = drawn_statistics((correlation,), keys, 1000, 1)
    nearly = drawn_statistics((correlation + noise + noise.T,), keys, 1000, 1)

    assert np.abs(drawn - nearly).max() < 1e-5


def test_of_a_tail_draws_have_a_sign():
    keys = [StatisticKey(group="a", method="upper_tail"), StatisticKey(group="a", method="spread")]
    drawn = drawn_statistics((np.eye(2),), keys, 1000, 1)

    assert drawn[:, 0].min() < 0 <= drawn[:, 1].min()


def critical(calibration, share=0.6):
    return lognormal(0.15).times(calibration.factor(share)).quantile(LEVEL)


def test_uneven_days_raise_the_critical_value_and_even_ones_lower_it():
    sizes, first = lognormal(0.15), Calibration.unknown()
    even = uneven = first
    for seed in range(30):
        own = np.random.default_rng(seed).standard_normal()
        even = even.seen(sizes, float(np.exp(0.1 * own)), 0.6)
        uneven = uneven.seen(sizes, float(np.exp(0.4 * own)), 0.6)

    assert critical(even) < critical(first) < critical(uneven)
    assert even.unevenness < uneven.unevenness
    assert even.predicted == 30


def test_days_that_were_predicted_too_boldly_raise_the_critical_value():
    sizes, first = lognormal(0.15), Calibration.unknown()
    bold = first
    for _ in range(30):
        bold = bold.seen(sizes, 1.5, 0.0)

    assert bold.typical_factor == pytest.approx(1.5, rel=0.1)
    assert critical(bold, 0.0) > 1.3 * critical(first, 0.0)


def test_an_alarm_counts_the_same_however_large_it_is():
    sizes, first = lognormal(0.15), Calibration.unknown()
    once = first.exceeded(sizes, 2.0, 0.5)

    assert critical(first) < critical(once) < 1.5 * critical(first)


def test_few_days_leave_little_for_uneven_ones():
    assert share_of_days(0.8, 3) < share_of_days(0.8, 60) < 0.8


def test_scores_of_different_blocks_are_drawn_independently() -> None:
    keys = tuple(StatisticKey(group=name, method="location") for name in "abcd")
    alike = np.full((2, 2), 0.95) + 0.05 * np.eye(2)
    drawn = drawn_statistics((alike, alike), keys, 20_000, 1)
    correlation = np.corrcoef(drawn.T)
    assert correlation[0, 1] > 0.8
    assert correlation[2, 3] > 0.8
    assert np.abs(correlation[:2, 2:]).max() < 0.03
