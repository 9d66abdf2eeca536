"""How well past days were predicted, and what that means for the next prediction.

On a normal day the largest statistic of a family is ``M f`` with M as the dependence of the scores
makes it and a factor common to all scores of the day::

    f = g sqrt(1 - s + s V)

Here s is the part of the variance that is of days, V a day's own variance with the mean 1 (an
inverse gamma variable of nu degrees of freedom: some days are more unusual than others), and g says
how far the predictions are off as a whole. g and nu have a posterior on a grid, given the largest
statistic of every past day that was predicted. A day that raised an alarm counts as one that
exceeded its critical value, by however much: a fault must not widen the null without bounds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from drift.days.model.dependence.maxima import Sizes
from drift.days.model.random_effects.day_spreads import normalised

Numbers = NDArray[np.float64]

FREEDOMS = np.array([3.0, 4.0, 6.0, 10.0, 20.0, 60.0])
FACTORS = np.exp(np.linspace(np.log(0.8), np.log(2.2), 15))
_PRIOR_OF_FREEDOMS = np.array([0.05, 0.1, 0.15, 0.2, 0.25, 0.25])
_DEVIATION_OF_LOG_FACTOR = 0.15
_DRAWS_OF_VARIANCE = 400
_STEPS_OF_SHARE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What past predictions say of the next one.

    Attributes
    ----------
    logs
        The logarithm of the posterior of nu and g but for a constant, shape (nu, g).
    predicted
        How many past blocks it rests on.
    """

    logs: Numbers
    predicted: int = 0

    @classmethod
    def unknown(cls) -> Calibration:
        """Return what holds before any block was predicted."""
        factors = -0.5 * (np.log(FACTORS) / _DEVIATION_OF_LOG_FACTOR) ** 2
        return cls(logs=np.log(_PRIOR_OF_FREEDOMS)[:, None] + factors[None, :])

    def seen(self, sizes: Sizes, largest: float, share: float) -> Calibration:
        """Return what holds after a block's largest statistic was seen.

        Parameters
        ----------
        sizes
            The distribution of M.
        largest
            The statistic.
        share
            s of that block.
        """
        at = np.log(max(largest, 0.1)) - np.log(FACTORS)
        found = np.array([one.density(at) for one in _products(sizes, share)])
        return self._with(found)

    def exceeded(self, sizes: Sizes, critical: float, share: float) -> Calibration:
        """Return what holds after a block whose largest statistic exceeded a critical value."""
        found = np.array([one.exceeded(critical / FACTORS) for one in _products(sizes, share)])
        return self._with(found)

    def factor(self, share: float) -> Sizes:
        """Return the distribution of f for a window whose days' part of the variance is `share`."""
        weights = normalised(self.logs.ravel()).reshape(self.logs.shape)
        table, first = _factors(_rounded(share))
        return Sizes(first=first, shares=np.tensordot(weights, table, axes=2))

    @property
    def typical_factor(self) -> float:
        """The expected g."""
        weights = normalised(self.logs.ravel()).reshape(self.logs.shape)
        return float(weights.sum(axis=0) @ FACTORS)

    @property
    def freedom(self) -> float:
        """The expected nu."""
        weights = normalised(self.logs.ravel()).reshape(self.logs.shape)
        return float(weights.sum(axis=1) @ FREEDOMS)

    def _with(self, found: Numbers) -> Calibration:
        # No single block may rule anything out.
        logs = self.logs + np.log(np.maximum(found, 1e-6))
        return replace(self, logs=logs - logs.max(), predicted=self.predicted + 1)


def _products(sizes: Sizes, share: float) -> list[Sizes]:
    return [sizes.times(one) for one in _spreads(_rounded(share))]


def _rounded(share: float) -> int:
    return round(min(max(share, 0.0), 1.0) * _STEPS_OF_SHARE)


@lru_cache(maxsize=_STEPS_OF_SHARE + 1)
def _spreads(step: int) -> tuple[Sizes, ...]:
    """Return the distribution of ``sqrt(1 - s + s V)`` for each nu."""
    return tuple(Sizes.of(one) for one in _spread_values(step))


@lru_cache(maxsize=_STEPS_OF_SHARE + 1)
def _factors(step: int) -> tuple[Numbers, float]:
    """Return the distribution of f for each nu and g, shape (nu, g, bins), and its first size."""
    every = [[Sizes.of(g * one) for g in FACTORS] for one in _spread_values(step)]
    return np.array([[one.shares for one in row] for row in every]), every[0][0].first


def _spread_values(step: int) -> list[Numbers]:
    """Return equally probable values of ``sqrt(1 - s + s V)`` for each nu."""
    share = step / _STEPS_OF_SHARE
    middles = (np.arange(_DRAWS_OF_VARIANCE) + 0.5) / _DRAWS_OF_VARIANCE
    return [np.sqrt(1 - share + share * (nu - 2) / chi2.ppf(middles, nu)) for nu in FREEDOMS]
