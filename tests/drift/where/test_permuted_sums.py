"""Moments against all permutations; drawn sums against permuted ones."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import sparse, stats

from drift.where import permuted_sums
from drift.where.permuted_sums import SumMoments, power_sums, sum_moments


def test_the_moments_are_those_of_all_permutations() -> None:
    random = np.random.default_rng(1)
    weights, scores = random.random(7), random.exponential(size=7)
    sums = np.array([np.dot(weights, order) for order in itertools.permutations(scores)])

    moments = sum_moments(power_sums(sparse.csc_array(weights[:, np.newaxis])), scores)

    assert moments.mean[0] == pytest.approx(sums.mean())
    assert moments.deviation[0] == pytest.approx(sums.std())
    assert moments.skewness[0] == pytest.approx(stats.skew(sums))


def test_skewed_sums_become_nearly_normal_and_keep_their_order() -> None:
    gamma = stats.gamma(9)
    sums = gamma.ppf([0.01, 0.1, 0.5, 0.99, 0.9999])[:, np.newaxis]
    moments = SumMoments(
        mean=np.array([gamma.mean()]),
        deviation=np.array([gamma.std()]),
        skewness=np.array([float(gamma.stats("s"))]),
    )

    normal = moments.normal_scores(sums)[:, 0]

    assert normal == pytest.approx(stats.norm.ppf([0.01, 0.1, 0.5, 0.99, 0.9999]), abs=0.03)


def test_drawn_sums_vary_together_as_permuted_ones_do(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(2)
    groups, halves = random.integers(0, 3, 400), random.integers(0, 2, 400)
    weights = sparse.csc_array(np.column_stack([np.eye(3)[groups], np.eye(2)[halves]]))
    scores = random.normal(2, 1, 400)

    def draws() -> np.ndarray:
        batches = permuted_sums.permuted_sums(weights, scores, resamples=6_000, seed=3)
        return np.concatenate(list(batches))

    permuted = draws()
    monkeypatch.setattr(permuted_sums, "EXACT_UNITS", 10)
    drawn = draws()

    assert drawn.shape == permuted.shape == (6_000, 5)
    assert drawn.mean(axis=0) == pytest.approx(permuted.mean(axis=0), abs=1)
    # Standard errors of a covariance of about 90 in 6,000 draws: 1.6.
    assert np.cov(drawn.T) == pytest.approx(np.cov(permuted.T), abs=8)
