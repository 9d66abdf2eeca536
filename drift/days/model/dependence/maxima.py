"""How large the largest of many dependent statistics is on a normal day.

Everything is a distribution of the logarithm of a size on one grid, so that the product of two
independent sizes is a convolution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from drift.comparison.methods.registry import ONE_SIDED
from drift.comparison.permutation.statistic_key import StatisticKey
from drift.days.model.dependence.combined import combination_of

Numbers = NDArray[np.float64]

STEP = 0.02
_LEAST, _MOST = 0.05, 400.0
_BINS = int(np.ceil(np.log(_MOST / _LEAST) / STEP))
# Of the smoothing, in bins: the draws are thousands, not millions.
_SMOOTHING = 2.0
# The scores of days are correlated about as those of images are, not exactly.
_TRUST_IN_CORRELATION = 0.98


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """The distribution of a positive size: probabilities of equal steps of its logarithm.

    Attributes
    ----------
    first
        The logarithm of the first bin's middle.
    shares
        By bin; they sum to 1.
    """

    first: float
    shares: Numbers

    @classmethod
    def of(cls, sizes: Numbers, weights: Numbers | None = None, *, smooth: bool = False) -> Sizes:
        """Return the distribution of drawn sizes; those beyond 0.05 and 400 count as these."""
        logs = np.log(np.clip(sizes, _LEAST, _MOST))
        bins = np.clip(np.round((logs - np.log(_LEAST)) / STEP), 0, _BINS).astype(np.int64)
        counts = np.bincount(bins, weights, minlength=_BINS + 1).astype(np.float64)
        if smooth:
            counts = gaussian_filter1d(counts, _SMOOTHING, mode="nearest")
        return cls(first=float(np.log(_LEAST)), shares=counts / counts.sum())

    def times(self, other: Sizes) -> Sizes:
        """Return the distribution of the product of two independent sizes."""
        return Sizes(first=self.first + other.first, shares=np.convolve(self.shares, other.shares))

    def exceeded(self, sizes: Numbers) -> Numbers:
        """Return the probability of at least each of some sizes."""
        above = np.cumsum(self.shares[::-1])[::-1]
        # A bin reaches half a step below its middle.
        edges = self.first + STEP * (np.arange(len(above)) - 0.5)
        logs = np.log(np.maximum(sizes, np.exp(edges[0])))
        inner: Numbers = np.interp(logs, edges, above, right=0.0)
        return np.clip(inner, 0.0, 1.0)

    def quantile(self, exceeding: float) -> float:
        """Return the size that is exceeded with a probability, above 0."""
        above = np.cumsum(self.shares[::-1])[::-1]
        at = int(np.flatnonzero(above >= exceeding)[-1])
        following = float(above[at + 1]) if at + 1 < len(above) else 0.0
        part = (float(above[at]) - exceeding) / max(float(above[at]) - following, 1e-300)
        return float(np.exp(self.first + STEP * (at - 0.5 + min(part, 1.0))))

    def density(self, logs: Numbers) -> Numbers:
        """Return the probability of a bin at each of some logarithms of sizes."""
        places = (logs - self.first) / STEP
        found: Numbers = np.interp(
            places, np.arange(len(self.shares)), self.shares, left=0.0, right=0.0
        )
        return found


def drawn_statistics(
    correlations: Sequence[Numbers], keys: Sequence[StatisticKey], draws: int, seed: int
) -> NDArray[np.float32]:
    """Return draws of all statistics of a normal day, shape (draws, scores).

    Scores of different blocks are drawn independently. Where they are not, the largest of them is
    not larger: for Gaussian variables the probability that all two-sided statistics of all blocks
    are small is at least the product over the blocks (T. Royen, "A simple proof of the Gaussian
    correlation conjecture", Far East J. Theor. Stat. 48, 2014).

    Parameters
    ----------
    correlations
        Between the scores of one image: the blocks along the diagonal, in the order of the keys.
    keys
        The scores; of the tails only more is looked for.
    """
    blocks = tuple(np.ascontiguousarray(one).tobytes() for one in correlations)
    return _drawn(blocks, tuple(keys), draws, seed)


@lru_cache(maxsize=8)
def _drawn(
    correlations: tuple[bytes, ...], keys: tuple[StatisticKey, ...], draws: int, seed: int
) -> NDArray[np.float32]:
    # A replay and the judgement after it need the same draws.
    roots = {one: _root(one) for one in set(correlations)}
    random = np.random.default_rng(seed)
    drawn = random.standard_normal((draws, len(keys)), dtype=np.float32)
    end = 0
    for one in correlations:
        start, end = end, end + len(roots[one])
        drawn[:, start:end] = drawn[:, start:end] @ roots[one]
    two_sided = np.array([key.method not in ONE_SIDED for key in keys], dtype=np.bool_)
    combined = combination_of(keys)
    if combined is not None:
        drawn[:, combined.carrier] = combined.statistic(drawn)
    np.abs(drawn, out=drawn, where=np.broadcast_to(two_sided, drawn.shape))
    drawn.flags.writeable = False
    return drawn


def _root(correlation: bytes) -> NDArray[np.float32]:
    """Return the root of a matrix: the symmetric one, whatever eigenvectors are found.

    Eigenvectors of values that are alike differ from process to process.
    """
    numbers = np.frombuffer(correlation)
    size = round(len(numbers) ** 0.5)
    trusted = _TRUST_IN_CORRELATION * numbers.reshape(size, size)
    values, vectors = np.linalg.eigh(trusted + (1 - _TRUST_IN_CORRELATION) * np.eye(size))
    root: NDArray[np.float32] = ((vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T).astype(
        np.float32
    )
    return root
