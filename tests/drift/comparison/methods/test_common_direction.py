"""Whether what is new to a model lies to one side of what it knows."""

import numpy as np
import pytest

from drift.comparison.methods.common_direction import common_direction
from drift.comparison.methods.normal_scores import normal_scores
from drift.comparison.permutation.adjustment import PermutationPlan, permutation_test
from drift.comparison.permutation.normal_scale import NormalScale
from drift.comparison.permutation.resampling import joined, observed_sums, resampled_sums
from drift.comparison.permutation.scores import ScoreTable, VectorStatistic
from drift.comparison.permutation.statistic_key import StatisticKey
from reports.findings.effect_sizes import COMMON_DIRECTION

KEY = StatisticKey(group="novelty", method=COMMON_DIRECTION)
WINDOW, UNITS, NUMBERS = 100, 600, 30


def sides(new, seed, length=1.0):
    """Return novelty and directions; the first so many of the window lie to one side."""
    random = np.random.default_rng(seed)
    directions = random.standard_normal((UNITS, NUMBERS)) / np.sqrt(NUMBERS)
    directions[:new, 0] += length
    novelty = np.linalg.norm(directions, axis=1) + 0.1 * random.standard_normal(UNITS)
    return normal_scores(novelty[:, None])[:, 0], directions.astype(np.float32)


def table(new, seed, **how):
    novelty, directions = sides(new, seed, **how)
    found = common_direction(novelty, np.zeros(UNITS, bool), directions)
    return ScoreTable(
        scores=np.zeros((UNITS, 0), np.float32),
        current_units=WINDOW,
        linear=(),
        vector=VectorStatistic(key=KEY, vectors=found.vectors),
    )


def p_value(table):
    plan = PermutationPlan(resamples=199, seed=3, level=0.05, widening={})
    return permutation_test(table, plan).adjusted_p_values["novelty"]


def test_a_tenth_of_the_images_that_lie_to_one_side_are_seen():
    assert p_value(table(new=15, seed=1)) <= 0.01
    assert p_value(table(new=0, seed=1)) > 0.05


def test_false_alarms_are_as_rare_as_asked_for():
    alarms = sum(p_value(table(new=0, seed=seed)) <= 0.05 for seed in range(100))

    # The 99.9 % quantile of a binomial of 100 runs at 5 %.
    assert alarms <= 13


def test_the_statistic_stands_for_an_eighth_of_its_probability_where_nothing_moved():
    one = table(new=0, seed=2)
    scale = NormalScale.of(one, joined(resampled_sums(one, 256, 1)))
    drawn = np.concatenate([scale.statistics(sums)[:, 0] for sums in resampled_sums(one, 2_000, 2)])

    # A standard normal number exceeds 2.5 in 0.62 %, so that this one does in eight times as many.
    assert (drawn > 2.5).mean() == pytest.approx(8 * 0.0062, abs=0.02)
    assert scale.statistics(observed_sums(one)).shape == (1, 1)


def test_the_smaller_side_may_be_the_reference():
    novelty, directions = sides(new=80, seed=4)
    found = common_direction(novelty, np.zeros(UNITS, bool), directions)
    large = ScoreTable(
        scores=np.zeros((UNITS, 0), np.float32),
        current_units=500,
        linear=(),
        vector=VectorStatistic(key=KEY, vectors=found.vectors),
    )

    assert 0 < p_value(large) <= 1


def test_units_without_a_view_say_nothing():
    novelty, directions = sides(new=0, seed=5)
    missing = np.arange(UNITS) < 20

    found = common_direction(novelty, missing, np.where(missing[:, None], 9.0, directions))

    assert (found.vectors[:20] == 0).all()
    assert np.abs(found.vectors.mean(axis=0)).max() < 1e-6
    assert common_direction(novelty, np.ones(UNITS, bool), directions) is None


def test_the_distance_of_both_sides_is_what_is_more_than_chance():
    novelty, directions = sides(new=50, seed=6, length=2.0)
    apart = common_direction(novelty, np.zeros(UNITS, bool), directions)
    novelty, directions = sides(new=0, seed=6)
    together = common_direction(novelty, np.zeros(UNITS, bool), directions)

    assert apart.distance(WINDOW) > 0.5
    assert together.distance(WINDOW) < 0.3
