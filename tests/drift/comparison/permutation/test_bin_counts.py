"""Counting the window's units in bins: exact chances, packed sums, whichever side is drawn."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from drift.comparison.permutation.adjustment import PermutationPlan, permutation_test
from drift.comparison.permutation.bin_counts import (
    BinCounts,
    BinScale,
    BinStatistic,
    _hypergeometric,
)
from drift.comparison.permutation.resampling import joined, observed_sums, resampled_sums
from drift.comparison.permutation.scores import ScoreTable
from drift.comparison.permutation.statistic_key import StatisticKey

PLAN = PermutationPlan(resamples=9_999, seed=3, level=0.05, widening={})


def key(group: str) -> StatisticKey:
    return StatisticKey(group=group, method="pile")


def table_of(*members: np.ndarray, current: int) -> ScoreTable:
    statistics = [BinStatistic(key=key(str(n)), members=one) for n, one in enumerate(members)]
    return ScoreTable(
        scores=np.zeros((len(members[0]), 0), dtype=np.float32),
        current_units=current,
        linear=(),
        bins=BinCounts.of(statistics, seed=5),
    )


@given(units=st.integers(2, 80), data=st.data())
def test_chances_are_those_of_the_hypergeometric_distribution(units, data):
    current = data.draw(st.integers(1, units - 1))
    size = data.draw(st.integers(1, units))
    tails, chances = _hypergeometric(np.array([size]), units, current)
    expected = stats.hypergeom(units, size, current)
    counts = np.arange(size + 1)
    assert chances == pytest.approx(expected.pmf(counts), abs=1e-9)
    assert tails == pytest.approx(expected.sf(counts - 1), abs=1e-9)


@settings(max_examples=30)
@given(seed=st.integers(0, 1_000), current=st.integers(1, 299))
def test_packed_sums_hold_every_count_whichever_side_is_drawn(seed, current):
    random = np.random.default_rng(seed)
    members = [random.random((300, bins)) < random.random(bins) for bins in (1, 7, 20)]
    members = [np.vstack([one[:-1], np.ones((1, one.shape[1]), dtype=bool)]) for one in members]
    table = table_of(*members, current=current)
    observed = table.bins.counts(observed_sums(table).counts)
    assert observed[0].tolist() == np.hstack(members)[:current].sum(axis=0).tolist()
    drawn = table.bins.counts(joined(resampled_sums(table, 20, seed=1)).counts)
    inside = np.hstack(members).sum(axis=0)
    assert (drawn <= np.minimum(inside, current)).all()
    assert (drawn >= inside - (300 - current)).all()


def test_the_p_value_of_one_bin_is_that_of_fishers_exact_test():
    """The standard error at 0.012 is 0.001."""
    members = np.array([True] * 6 + [False] * 9 + [True] * 6 + [False] * 59)[:, None]
    result = permutation_test(table_of(members, current=15), PLAN)
    assert result.p_values["0"] == pytest.approx(stats.hypergeom.sf(5, 80, 12, 15), abs=0.0035)


def test_the_scale_of_several_bins_is_exceeded_as_a_normal_variable_with_five_times_the_chance():
    bins = np.arange(200)[:, None] % 10 == np.arange(10)
    table = table_of(bins, current=60)
    scale = BinScale.of(table.bins, 200, 60)
    drawn = scale.statistics(joined(resampled_sums(table, 20_000, seed=2)).counts)[:, 0]
    for height in np.unique(drawn[drawn > 2.6]):
        stated = stats.norm.sf(height) / 5
        # Three standard errors of a share of 20,000 draws; the bins' excesses rarely coincide.
        error = 3 * np.sqrt(stated / 20_000)
        assert (drawn >= height - 1e-9).mean() == pytest.approx(stated, abs=error + 0.05 * stated)


def test_the_fullest_bin_is_the_one_with_the_least_probable_excess():
    bins = np.zeros((100, 3), dtype=bool)
    bins[:8, 1] = bins[:12, 2] = bins[40:60, 2] = bins[5:9, 0] = True
    result = permutation_test(table_of(bins, current=20), PLAN)
    chances = [
        stats.hypergeom.sf(bins[:20, place].sum() - 1, 100, bins[:, place].sum(), 20)
        for place in range(3)
    ]
    assert result.fullest_bins == {key("0"): int(np.argmin(chances))}


def test_of_very_many_units_some_of_both_sides_are_counted():
    random = np.random.default_rng(1)
    members = random.random((30_000, 4)) < 0.1
    members[:9_000, 2] |= random.random(9_000) < 0.05
    table = table_of(members, current=9_000)
    assert len(table.bins.counted) == 8_192
    assert (table.bins.counted < 9_000).mean() == pytest.approx(0.3, abs=0.02)
    found = permutation_test(table, PermutationPlan(resamples=199, seed=1, level=0.05, widening={}))
    assert found.p_values["0"] == 1 / 200
    assert found.fullest_bins == {key("0"): 2}


def test_a_small_window_beside_very_many_is_gathered_row_by_row():
    members = np.arange(9_000)[:, None] % 16 == np.arange(16)
    table = table_of(members, current=90)
    sums = joined(resampled_sums(table, 300, seed=1))
    counts = table.bins.counts(sums.counts)
    expected = 90 * 8_192 / 9_000 / 16
    assert counts.mean() == pytest.approx(expected, rel=0.05)


def test_the_level_holds_beside_ties_and_overlapping_bins():
    """400 windows at 10 %: five binomial standard errors are 7.5 points."""
    random = np.random.default_rng(8)
    alarms = 0
    for _ in range(400):
        values = random.integers(0, 12, size=(80, 3))
        members = [
            np.hstack([one[:, None] == np.arange(12), one[:, None] < np.arange(3, 7)])
            for one in values.T
        ]
        members = [one[:, one.any(axis=0)] for one in members]
        plan = PermutationPlan(resamples=99, seed=1, level=0.1, widening={})
        result = permutation_test(table_of(*members, current=25), plan)
        alarms += min(result.adjusted_p_values.values()) <= 0.1
    assert alarms / 400 <= 0.1 + 0.075
    assert list(itertools.islice(result.statistics, 3)) == [key("0"), key("1"), key("2")]


def test_units_that_are_counted_of_many_are_drawn_apart_from_the_windows():
    """With the same stream the first window would hold every unit that is counted."""
    inside = np.random.default_rng(0).random((20_000, 1)) < 0.06
    table = table_of(inside, current=10_000)
    counts = next(iter(resampled_sums(table, 8, 5))).counts
    shares = table.bins.counts(counts)[:, 0] / table.bins.sizes[0]
    assert (abs(shares - 0.5) < 0.15).all()
