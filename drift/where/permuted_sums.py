"""Sums of permuted scores: their exact moments, and draws of many of them at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from drift.comparison.columns.rounding import is_constant
from drift.comparison.permutation.wilson_hilferty import normal_from_gamma

EXACT_UNITS = 3_000
"""Up to so many scores are permuted themselves; beyond, their sums are drawn as joint normals."""
_BATCH_NUMBERS = 2_000_000
_LEAST_SKEWNESS = 1e-4
# The segments of a column make up everything, so that their sums hang together exactly; a
# correlation matrix needs a little more on its diagonal to have a Cholesky root.
_JITTER = 1e-9
_NO_SIZE = 1e-300

Numbers = NDArray[np.float64]
Weights: TypeAlias = sparse.csc_array


@dataclass(frozen=True, slots=True, kw_only=True)
class SumMoments:
    """Mean, standard deviation and skewness of each weighted sum over all permutations."""

    mean: Numbers
    deviation: Numbers
    skewness: Numbers

    def normal_scores(self, sums: Numbers) -> Numbers:
        """Return sums as nearly standard normal numbers; 0 where a sum cannot vary.

        Without a correction for skewness the smallest segments would set the bar for all others:
        theirs is the longest tail. The map rises with the sum, so that a permutation test stays
        exact: see `drift.comparison.permutation.wilson_hilferty`.

        Parameters
        ----------
        sums
            Shape (..., sums).
        """
        varies = self.deviation > 0
        deviation = np.where(varies, self.deviation, 1.0)
        standard = np.where(varies, (sums - self.mean) / deviation, 0.0)
        skewed = np.abs(self.skewness) > _LEAST_SKEWNESS
        skewness = np.where(skewed, self.skewness, 1.0)
        bent = normal_from_gamma(skewness * standard / 2 + 1, skewness)
        return np.where(skewed & varies, bent, standard)

    def of_draws(self, units: int) -> SumMoments:
        """Return the moments of what `permuted_sums` yields: normal draws have no skewness."""
        if units <= EXACT_UNITS:
            return self
        return replace(self, skewness=np.zeros_like(self.skewness))


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerSums:
    """The sums of the first, second and third powers of each column of weights."""

    first: Numbers
    second: Numbers
    third: Numbers


def power_sums(weights: Weights) -> PowerSums:
    """Return the power sums of a matrix of units x sums."""
    return PowerSums(
        first=_column_sums(weights),
        second=_column_sums(weights.power(2)),
        third=_column_sums(weights.power(3)),
    )


def sum_moments(weights: PowerSums, scores: Numbers) -> SumMoments:
    """Return the exact permutation moments of sums of w s with the scores s in random order.

    With centred a = w - mean(w), b = s - mean(s) and n scores the variance is
    sum(a^2) sum(b^2) / (n - 1), the third central moment sum(a^3) sum(b^3) n / ((n-1) (n-2)).

    Parameters
    ----------
    scores
        At least three, all finite.
    """
    n = len(scores)
    middle = weights.first / n
    squares = np.maximum(weights.second - n * middle**2, 0.0)
    cubes = weights.third - 3 * middle * weights.second + 2 * n * middle**3
    centred = scores - scores.mean()
    # Alike scores differ by rounding alone; that must not become a statistic.
    if is_constant(scores):
        centred = np.zeros(n)
    variance = squares * float(centred @ centred) / (n - 1)
    third = cubes * float((centred**3).sum()) * n / ((n - 1) * (n - 2))
    deviation = np.sqrt(variance)
    skewness = np.divide(third, deviation**3, out=np.zeros_like(third), where=deviation > 0)
    return SumMoments(mean=weights.first * scores.mean(), deviation=deviation, skewness=skewness)


def permuted_sums(
    weights: Weights, scores: Numbers, *, resamples: int, seed: int
) -> Iterator[Numbers]:
    """Yield batches of the sums of weights and permuted scores, shape (batch, sums).

    Up to `EXACT_UNITS` scores are permuted. Beyond that the sums are drawn from the normal
    distribution with their exact joint mean and covariance, as sums of many scores are.
    Memory does not grow with `resamples`.

    Parameters
    ----------
    weights
        Shape (scores, sums).
    """
    random = np.random.default_rng(seed)
    if len(scores) <= EXACT_UNITS:
        return _shuffled(weights, scores, resamples, random)
    return _drawn(weights, scores, resamples, random)


def _shuffled(
    weights: Weights, scores: Numbers, resamples: int, random: np.random.Generator
) -> Iterator[Numbers]:
    across = weights.T.tocsr()
    most = max(1, _BATCH_NUMBERS // len(scores))
    for start in range(0, resamples, most):
        batch = np.tile(scores, (min(most, resamples - start), 1))
        random.permuted(batch, axis=1, out=batch)
        yield np.asarray((across @ batch.T).T)


def _drawn(
    weights: Weights, scores: Numbers, resamples: int, random: np.random.Generator
) -> Iterator[Numbers]:
    n = len(scores)
    middle = _column_sums(weights) / n
    products = np.asarray((weights.T @ weights).todense()) - n * np.outer(middle, middle)
    sizes = np.sqrt(np.maximum(np.diag(products), _NO_SIZE))
    together = products / np.outer(sizes, sizes) + _JITTER * np.eye(len(sizes))
    root = np.linalg.cholesky(together) * (scores.std(ddof=1) * sizes)[:, np.newaxis]
    most = max(1, _BATCH_NUMBERS // max(1, len(middle)))
    for start in range(0, resamples, most):
        draws = random.standard_normal((min(most, resamples - start), len(middle)))
        yield draws @ root.T + n * middle * scores.mean()


def _column_sums(weights: Weights) -> Numbers:
    return np.asarray(weights.sum(axis=0), dtype=np.float64).ravel()
