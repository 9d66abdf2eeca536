"""How well past days were predicted, and what that means for the next prediction.

On a normal day the largest statistic of a family is ``M f`` with M as the dependence of the scores
makes it and a factor common to all scores of the day::

    f = g sqrt(1 - s + s m / c),    c chi-squared with n degrees of freedom, m its median

Here s is the part of the variance that is of days, m / c a day's own variance (some days are more
unusual than others, so that what is common to a day's scores is Student's t with n degrees of
freedom), and g says how far the predictions are off as a whole. g and n have a posterior on a grid,
given the largest statistic of every past day that was predicted.

Days that were more ordinary than the median count as no more than that: how far below it they were
says little of how far above it others will be. A day that raised an alarm counts as one that
exceeded its critical value, by however much: a fault must not widen the null without bounds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri

from drift.days.model.dependence.maxima import Sizes
from drift.days.model.random_effects.day_spreads import normalised

Numbers = NDArray[np.float64]

DEGREES_OF_FREEDOM = np.array([200.0, 20.0, 10.0, 6.0, 4.0, 3.0])
"""The grid of n: the fewer, the more unusual are the most unusual days."""
FACTORS = np.exp(np.linspace(0.0, np.log(2.2), 16))
"""The grid of g: never below 1, since days that go well say little of the largest ones."""
_PRIOR_OF_FREEDOM = np.array([0.3, 0.35, 0.2, 0.1, 0.04, 0.01])
_DEVIATION_OF_LOG_FACTOR = 0.05
# So many days have a fault, whatever normal days are like.
_FAULTY_DAYS = 0.01
# Grids and one dimension for a day's size are approximations: some room for their error.
_PRUDENCE = 1.02
# With fewer blocks the posterior of tau is so wide that it holds unusual days as well.
_BLOCKS_FOR_HALF = 15.0
_DRAWS_OF_VARIANCE = 400
_STEPS_OF_SHARE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What past predictions say of the next one.

    Attributes
    ----------
    logs
        The logarithm of the posterior of n and g but for a constant, shape (n, g).
    predicted
        How many past blocks it rests on.
    """

    logs: Numbers
    predicted: int = 0

    @classmethod
    def unknown(cls) -> Calibration:
        """Return what holds before any block was predicted."""
        factors = -0.5 * (np.log(FACTORS) / _DEVIATION_OF_LOG_FACTOR) ** 2
        return cls(logs=np.log(_PRIOR_OF_FREEDOM)[:, None] + factors[None, :])

    def seen(self, sizes: Sizes, largest: float, share: float) -> Calibration:
        """Return what holds after a block's largest statistic was seen.

        Parameters
        ----------
        sizes
            The distribution of M.
        largest
            The statistic.
        share
            s of that block: see `share_of_days`.
        """
        products = _products(sizes, share)
        median = sizes.quantile(0.5)
        if largest < median:
            found = 1 - np.array([one.exceeded(median / FACTORS) for one in products])
        else:
            found = np.array([one.density(np.log(largest) - np.log(FACTORS)) for one in products])
        return self._with(found)

    def exceeded(self, sizes: Sizes, critical: float, share: float) -> Calibration:
        """Return what holds after a block whose largest statistic exceeded a critical value."""
        found = np.array([one.exceeded(critical / FACTORS) for one in _products(sizes, share)])
        return self._with(_FAULTY_DAYS + (1 - _FAULTY_DAYS) * found)

    def factor(self, share: float) -> Sizes:
        """Return the distribution of f for a window whose days' part of the variance is `share`."""
        weights = normalised(self.logs.ravel()).reshape(self.logs.shape)
        table, first = _factors(_rounded(share))
        return Sizes(first=first + np.log(_PRUDENCE), shares=np.tensordot(weights, table, axes=2))

    @property
    def typical_factor(self) -> float:
        """The expected g."""
        weights = normalised(self.logs.ravel()).reshape(self.logs.shape)
        return float(weights.sum(axis=0) @ FACTORS)

    @property
    def unevenness(self) -> float:
        """The expected 1 / n: 0 where days are equally unusual."""
        weights = normalised(self.logs.ravel()).reshape(self.logs.shape)
        return float(weights.sum(axis=1) @ (1 / DEGREES_OF_FREEDOM))

    def _with(self, found: Numbers) -> Calibration:
        # No single block may rule anything out.
        logs = self.logs + np.log(np.maximum(found, 1e-6))
        return replace(self, logs=logs - logs.max(), predicted=self.predicted + 1)


def share_of_days(share: float, blocks: int) -> float:
    """Return s for a window that was predicted from some blocks.

    Parameters
    ----------
    share
        Which part of its variance is that of days.
    blocks
        How many normal blocks it was predicted from.
    """
    return share * blocks / (blocks + _BLOCKS_FOR_HALF)


def _products(sizes: Sizes, share: float) -> list[Sizes]:
    return [sizes.times(one) for one in _spreads(_rounded(share))]


def _rounded(share: float) -> int:
    return round(min(max(share, 0.0), 1.0) * _STEPS_OF_SHARE)


@lru_cache(maxsize=_STEPS_OF_SHARE + 1)
def _spreads(step: int) -> tuple[Sizes, ...]:
    """Return the distribution of ``sqrt(1 - s + s m / c)`` for each n."""
    return tuple(Sizes.of(one) for one in _spread_values(step))


@lru_cache(maxsize=_STEPS_OF_SHARE + 1)
def _factors(step: int) -> tuple[Numbers, float]:
    """Return the distribution of f for each n and g, shape (n, g, bins), and its first size."""
    every = [[Sizes.of(g * one) for g in FACTORS] for one in _spread_values(step)]
    return np.array([[one.shares for one in row] for row in every]), every[0][0].first


def _spread_values(step: int) -> list[Numbers]:
    """Return equally probable values of ``sqrt(1 - s + s m / c)`` for each n."""
    share = step / _STEPS_OF_SHARE
    probabilities = (np.arange(_DRAWS_OF_VARIANCE) + 0.5) / _DRAWS_OF_VARIANCE
    return [
        np.sqrt(1 - share + share * chdtri(n, 0.5) / chdtri(n, probabilities))
        for n in DEGREES_OF_FREEDOM
    ]
