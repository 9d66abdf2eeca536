"""The permutation engine: exact moments, levels, and step-down adjustment."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from drift.comparison.permutation import resampling
from drift.comparison.permutation.adjustment import (
    PermutationPlan,
    permutation_test,
    significant_result,
)
from drift.comparison.permutation.normal_scale import NormalScale, without_skewness
from drift.comparison.permutation.resampling import WindowSums, joined, resampled_sums
from drift.comparison.permutation.scores import (
    LinearStatistic,
    ScoreTable,
    SpectralStatistic,
    standardised,
)
from drift.comparison.permutation.statistic_key import StatisticKey
from drift.comparison.scoring import DIRECTION


def sum_of(group: object) -> StatisticKey:
    return StatisticKey(group=str(group), method="sum")


def table_of(values: np.ndarray, current: int, *, two_sided: bool = True) -> ScoreTable:
    statistics = [
        LinearStatistic(key=sum_of(n), two_sided=two_sided) for n in range(values.shape[1])
    ]
    scores, linear = standardised([values], statistics)
    return ScoreTable(scores=scores, current_units=current, linear=linear)


def plan(**changes) -> PermutationPlan:
    usual = {"resamples": 999, "seed": 3, "level": 0.05, "widening": {}}
    return PermutationPlan(**(usual | changes))


def test_the_moments_are_those_of_all_permutations():
    values = np.array([[0.0], [0.0], [1.0], [5.0], [9.0], [30.0], [31.0]])
    table = table_of(values, 2)
    scale = NormalScale.of(
        table, WindowSums(scores=np.zeros((9, 1), dtype=np.float32), scatters=None)
    )
    sums = [sum(pair) for pair in itertools.combinations(table.scores[:, 0].astype(float), 2)]
    assert scale.deviation == pytest.approx(np.std(sums), rel=1e-5)
    assert scale.skewness[0] == pytest.approx(stats.skew(sums), rel=1e-4)


def test_a_gamma_variable_becomes_about_normal():
    shape = 4.0
    quantiles = np.array([0.01, 0.05, 0.5, 0.95, 0.999])
    values = (stats.gamma.ppf(quantiles, shape) - shape) / np.sqrt(shape)
    scale = without_skewness(values, np.array(2 / np.sqrt(shape)))
    assert scale == pytest.approx(stats.norm.ppf(quantiles), abs=0.06)


@settings(max_examples=25)
@given(units=st.integers(3, 60), data=st.data())
def test_drawn_sums_have_the_size_of_the_window(units, data):
    current = data.draw(st.integers(1, units - 1))
    table = table_of(np.arange(float(units))[:, None], current)
    drawn = joined(resampled_sums(table, 10, seed=1)).scores
    assert drawn.shape == (10, 1)
    largest = np.sort(table.scores[:, 0])[-current:].sum()
    assert (np.abs(drawn) <= largest + 1e-3).all()


@pytest.mark.parametrize("current", [20, 500, 9_980])
def test_sums_are_spread_as_theory_says_whichever_side_is_drawn(current):
    scores = np.random.default_rng(0).normal(size=(10_000, 1))
    table = table_of(scores, current)
    drawn = joined(resampled_sums(table, 2_000, seed=1)).scores
    expected = np.sqrt(current * (10_000 - current) / 9_999)
    # The standard error of a standard deviation from 2,000 draws is 1.6 %.
    assert drawn.std() == pytest.approx(expected, rel=0.065)


def test_p_values_are_those_of_an_exact_test():
    """Fisher's exact test: one indicator, one-sided; the standard error at 0.012 is 0.001."""
    values = np.array([1.0] * 6 + [0.0] * 9 + [1.0] * 6 + [0.0] * 59)[:, None]
    result = permutation_test(table_of(values, 15, two_sided=False), plan(resamples=9_999))
    exact = stats.hypergeom.sf(5, 80, 12, 15)
    assert result.p_values["0"] == pytest.approx(exact, abs=0.0035)


def test_many_copies_of_one_column_cost_nothing():
    """Bonferroni would multiply the p-value by thirty."""
    generator = np.random.default_rng(1)
    column = np.concatenate([generator.normal(0.55, 1, (40, 1)), generator.normal(size=(300, 1))])
    alone = permutation_test(table_of(column, 40), plan())
    among = permutation_test(table_of(np.repeat(column, 30, axis=1), 40), plan())
    assert among.adjusted_p_values["7"] == pytest.approx(alone.adjusted_p_values["0"], abs=1e-9)


def test_a_clear_column_does_not_hide_a_second_one():
    """Step down: once the largest is out, the others are compared among themselves."""
    generator = np.random.default_rng(4)
    values = generator.normal(size=(400, 8))
    values[:60, 0] += 3
    result = permutation_test(table_of(values, 60), plan())
    largest = max(result.statistics[sum_of(n)] for n in range(1, 8))
    name = next(n for n in range(1, 8) if result.statistics[sum_of(n)] == largest)
    assert result.adjusted_p_values["0"] == 1 / 1000
    assert result.adjusted_p_values[str(name)] <= result.statistic_p_values[sum_of(name)]
    ordered = sorted(result.statistics, key=result.statistics.get, reverse=True)
    adjusted = [result.adjusted_p_values[one.group] for one in ordered]
    assert adjusted == sorted(adjusted)


@pytest.mark.no_cover
def test_heavily_tied_columns_do_not_alarm_more_often_than_stated():
    """200 runs of 20 columns that are nearly always 0, at 5 %: at most 20 alarms (0.1 %)."""
    generator = np.random.default_rng(8)
    alarms = sum(
        significant_result(
            table_of(generator.binomial(1, 0.02, (260, 20)).astype(float), 60), plan(resamples=399)
        )
        is not None
        for _ in range(200)
    )
    assert alarms <= 20


def test_the_quick_answer_is_the_whole_answer():
    generator = np.random.default_rng(9)
    answers = []
    for _ in range(30):
        values = generator.normal(size=(150, 5))
        values[:30] += generator.choice([0, 0.6])
        table = table_of(values, 30)
        whole = min(permutation_test(table, plan(resamples=199)).adjusted_p_values.values())
        answers.append(significant_result(table, plan(resamples=199)) is not None)
        assert answers[-1] == (whole < 0.05)
    assert len(set(answers)) == 2


def test_widening_divides_the_statistic_of_that_key_only():
    generator = np.random.default_rng(4)
    values = generator.normal(size=(400, 2))
    values[:60] += 1
    table = table_of(values, 60)
    result = permutation_test(table, plan(widening={sum_of(0): 50.0}))
    assert result.adjusted_p_values["0"] > 0.5
    assert result.adjusted_p_values["1"] == 1 / 1000


def test_memory_does_not_grow_with_the_number_of_draws():
    table = table_of(np.random.default_rng(0).normal(size=(1_000, 5)), 100)
    sizes = {len(part.scores) for part in resampled_sums(table, 1_000, seed=1)}
    assert max(sizes) <= 128


def test_the_scatter_of_the_window_is_the_same_whichever_side_is_drawn():
    """Drawing 90 of 120 units draws the other 30: their scatter is the total less that."""
    generator = np.random.default_rng(5)
    whitened = generator.normal(size=(120, 3)).astype(np.float32)
    table = replace(
        table_of(generator.normal(size=(120, 1)), 90),
        spectral=SpectralStatistic(key=sum_of("s"), whitened=whitened),
    )
    scatters = joined(resampled_sums(table, 500, seed=1)).scatters
    expected = whitened.T @ whitened / 120
    assert scatters.mean(axis=0) == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("current", [600, 6_000])
def test_many_units_have_the_scatters_that_their_draws_give_row_by_row(current, monkeypatch):
    generator = np.random.default_rng(5)
    units = resampling._MOST_GATHERED + 500
    whitened = generator.normal(size=(units, 3)).astype(np.float32)
    table = replace(
        table_of(generator.normal(size=(units, 2)), current),
        spectral=SpectralStatistic(key=DIRECTION, whitened=whitened),
    )
    at_once = joined(resampled_sums(table, 7, 1))
    monkeypatch.setattr(resampling, "_MOST_GATHERED", units)
    gathered = joined(resampled_sums(table, 7, 1))
    np.testing.assert_array_equal(at_once.scores, gathered.scores)
    np.testing.assert_allclose(at_once.scatters, gathered.scatters, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("two_sided", [True, False])
def test_a_statistic_is_negative_where_the_window_has_less_of_it(two_sided):
    values = np.arange(60.0)[:, None]
    for rows, sign in ((values, -1), (values[::-1], 1)):
        result = permutation_test(table_of(rows, 20, two_sided=two_sided), plan())
        assert sign * result.signed(sum_of(0)) > 2
