"""Each score method against the contract, and some against an independent implementation."""

import tracemalloc

import numpy as np
import pytest
from scipy import stats

from drift.comparison.methods.classes import OTHERS, UnitLabels, class_scores
from drift.comparison.methods.location import LOCATION
from drift.comparison.methods.normal_scores import normal_scores
from drift.comparison.methods.piles import PILE
from drift.comparison.methods.registry import COUNT_METHODS, VIEW_METHODS
from drift.comparison.methods.spread import SPREAD
from drift.comparison.methods.tails import LOWER_TAIL, UPPER_PART, UPPER_TAIL
from drift.comparison.methods.whitening import joint_scores
from drift.testing.score_methods import CountMethodContract, ScoreMethodContract


class TestLocation(ScoreMethodContract):
    method = LOCATION

    def draw_moved(self, generator, rows):
        return generator.normal(0.6, 1, rows)


class TestSpread(ScoreMethodContract):
    method = SPREAD

    def draw_moved(self, generator, rows):
        return generator.normal(0, 1.8, rows)


class TestUpperTail(ScoreMethodContract):
    method = UPPER_TAIL

    def draw_moved(self, generator, rows):
        return np.where(generator.random(rows) < 0.1, 6.0, generator.normal(size=rows))


class TestUpperPart(ScoreMethodContract):
    method = UPPER_PART

    def draw_moved(self, generator, rows):
        return np.where(generator.random(rows) < 0.15, 3.0, 0.0) + generator.normal(size=rows)


class TestLowerTail(ScoreMethodContract):
    method = LOWER_TAIL

    def draw_moved(self, generator, rows):
        return np.where(generator.random(rows) < 0.1, -6.0, generator.normal(size=rows))


class TestPile(CountMethodContract):
    method = PILE

    def draw_moved(self, generator, rows):
        return np.where(generator.random(rows) < 0.15, 0.3, generator.normal(size=rows))


def test_every_registered_method_has_a_test_and_a_name_of_its_own():
    tested = [
        test.method
        for contract in (ScoreMethodContract, CountMethodContract)
        for test in contract.__subclasses__()
    ]
    registered = [*VIEW_METHODS, *COUNT_METHODS]
    assert set(tested) == set(registered)
    assert len({method.name for method in registered}) == len(registered)


def test_normal_scores_are_those_of_ranks_whatever_the_scale():
    values = np.random.default_rng(1).normal(size=(200, 1))
    expected = stats.norm.ppf((stats.rankdata(values) - 0.5) / 200)
    scores = normal_scores(np.exp(5 * values))[:, 0]
    assert scores == pytest.approx((expected - expected.mean()) / expected.std())


def test_missing_values_and_constant_columns_score_zero():
    scores = normal_scores(np.array([[1.0, 7.0], [np.nan, 7.0], [2.0, 7.0]]))
    assert scores[1, 0] == 0
    assert not scores[:, 1].any()


def one_each(labels):
    """Return units of one label each, None for a unit without one."""
    known = np.flatnonzero([label is not None for label in labels])
    return UnitLabels(labels=labels[known], of_label=known, units=len(labels))


def test_the_class_map_gives_pearsons_chi_square():
    counts = np.array([[50, 30, 20], [20, 25, 30]])
    labels = np.array(
        [name for side in counts for name, n in zip("abc", side, strict=True) for _ in range(n)],
        dtype=object,
    )
    scores = class_scores(one_each(labels))
    window, units = int(counts[0].sum()), int(counts.sum())
    shares = scores.indicators.mean(axis=0)
    variance = window * (units - window) / (units - 1) * shares * (1 - shares)
    z = (scores.indicators[:window].sum(axis=0) - window * shares) / np.sqrt(variance)
    value = ((z @ scores.root) ** 2).sum()
    expected = stats.chi2_contingency(counts, correction=False).statistic
    assert value == pytest.approx(expected * (units - 1) / units)


def test_rare_classes_count_as_one_and_a_missing_label_as_the_mean_of_the_others():
    labels = np.array(["a"] * 9 + ["b"] * 2 + ["c"] + [None], dtype=object)
    scores = class_scores(one_each(labels))
    assert scores.names == ("a", OTHERS)
    assert scores.indicators[:-1].sum(axis=0).tolist() == [9, 3]
    assert scores.indicators[-1].tolist() == [0.75, 0.25]


def test_one_long_label_gives_no_other_row_its_room():
    labels = np.array(["beagle"] * 5000 + ["x" * 1_000_000], dtype=object)
    tracemalloc.start()
    scores = class_scores(one_each(labels))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert scores.names == ("beagle", OTHERS)
    assert peak < 20_000_000


def test_whitened_columns_have_about_unit_covariance():
    generator = np.random.default_rng(2)
    cause = generator.normal(size=(5000, 1))
    joint = joint_scores(normal_scores(cause + generator.normal(size=(5000, 3))))
    assert np.cov(joint.whitened.T) == pytest.approx(np.eye(3), abs=0.3)


def test_columns_that_repeat_each_other_cannot_blow_up_a_small_difference():
    column = np.random.default_rng(2).normal(size=(1000, 1))
    joint = joint_scores(normal_scores(np.hstack([column, column + 1e-9])))
    assert np.abs(np.linalg.eigvalsh(joint.whitening)).max() <= 10**0.5 + 1e-9
