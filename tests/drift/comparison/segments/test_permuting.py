"""Many parts are tested at once: each is permuted within itself, and the level is exact."""

import numpy as np
import pytest
from scipy.stats import binom

from drift.comparison.permutation.adjustment import PermutationPlan, permutation_test
from drift.comparison.permutation.scores import LinearStatistic, ScoreTable, standardised
from drift.comparison.permutation.statistic_key import StatisticKey
from drift.comparison.segments.permuting import permuted_parts, significant_parts

WINDOW, REFERENCE = 30, 50


def table(values: np.ndarray) -> ScoreTable:
    """Return a table whose columns are numbers; the first rows are the window's."""
    statistics = [
        LinearStatistic(key=StatisticKey(group=f"n{at}", method="location"), two_sided=True)
        for at in range(values.shape[1])
    ]
    scores, kept = standardised([values], statistics)
    return ScoreTable(scores=scores, current_units=WINDOW, linear=kept)


def plan(resamples: int = 999, level: float = 0.05) -> PermutationPlan:
    return PermutationPlan(resamples=resamples, seed=3, level=level, widening={})


def parts_of(random: np.random.Generator, number: int = 4, columns: int = 3) -> list[ScoreTable]:
    return [table(random.normal(size=(WINDOW + REFERENCE, columns))) for _ in range(number)]


def test_the_part_that_moved_is_found_with_its_column_and_no_other_is() -> None:
    random = np.random.default_rng(1)
    values = random.normal(size=(WINDOW + REFERENCE, 3))
    values[:WINDOW, 1] += 2
    tables = [*parts_of(random), table(values)]
    *quiet, moved = permuted_parts(tables, [plan()] * 5)
    assert moved.p_value == moved.adjusted_p_values["n1"] == 0.001
    assert moved.statistics[StatisticKey(group="n1", method="location")] > 4
    assert min(moved.adjusted_p_values["n0"], moved.adjusted_p_values["n2"]) > 0.05
    assert all(min(one.adjusted_p_values.values()) > 0.05 for one in quiet)


def test_a_smaller_value_in_the_window_is_told_by_its_sign() -> None:
    values = np.random.default_rng(2).normal(size=(WINDOW + REFERENCE, 1))
    values[:WINDOW] -= 2
    (found,) = permuted_parts([table(values)], [plan()])
    assert found.statistics[StatisticKey(group="n0", method="location")] < -4


def test_one_part_alone_has_the_p_values_of_the_test_of_all_units() -> None:
    values = np.random.default_rng(4).normal(size=(WINDOW + REFERENCE, 4))
    values[:WINDOW, 2] += 0.55
    (ours,) = permuted_parts([table(values)], [plan(resamples=9_999)])
    whole = permutation_test(table(values), plan(resamples=9_999))
    for name, p_value in whole.adjusted_p_values.items():
        assert ours.adjusted_p_values[name] == pytest.approx(p_value, abs=0.02)
        assert ours.p_values[name] == pytest.approx(whole.p_values[name], abs=0.02)


def test_where_nothing_moved_the_smallest_adjusted_p_value_is_uniform() -> None:
    runs, level = 400, 0.1
    random = np.random.default_rng(5)
    smallest = []
    for _ in range(runs):
        found = permuted_parts(parts_of(random), [plan(resamples=99)] * 4)
        smallest.append(min(min(one.adjusted_p_values.values()) for one in found))
    alarms = sum(one <= level for one in smallest)
    low, high = binom.interval(0.999, runs, level)
    assert low <= alarms <= high


def test_two_equal_parts_are_not_permuted_alike() -> None:
    values = np.random.default_rng(6).normal(size=(WINDOW + REFERENCE, 1))
    twins = permuted_parts([table(values), table(values)], [plan()] * 2)
    # Drawn alike, the largest of both would be the largest of one.
    assert twins[0].adjusted_p_values["n0"] > 1.3 * twins[0].p_values["n0"]


def test_widened_statistics_need_more_to_be_improbable() -> None:
    values = np.random.default_rng(7).normal(size=(WINDOW + REFERENCE, 1))
    values[:WINDOW] += 0.8
    key = StatisticKey(group="n0", method="location")
    widened = PermutationPlan(resamples=999, seed=3, level=0.05, widening={key: 3.0})
    (plain,), (wide,) = (permuted_parts([table(values)], [one]) for one in (plan(), widened))
    assert plain.p_value < 0.05 < 0.3 < wide.p_value


def test_a_quiet_test_stops_early_and_one_that_alarms_is_the_same() -> None:
    random = np.random.default_rng(8)
    assert significant_parts(parts_of(random), [plan(level=0.001)] * 4) is None
    values = random.normal(size=(WINDOW + REFERENCE, 1))
    values[:WINDOW] += 3
    tables, plans = [table(values)], [plan(level=0.01)]
    assert significant_parts(tables, plans) == permuted_parts(tables, plans)
