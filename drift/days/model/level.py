"""How production differs from the reference over normal days, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from drift.comparison.permutation.statistic_key import StatisticKey
from drift.days.matrix import FamilyMeans
from drift.days.model.random_effects.day_fit import fit_days
from drift.days.model.random_effects.shape_choice import chosen_shape
from drift.days.model.times import BlockTimes

Numbers = NDArray[np.float64]

_HALVINGS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreLevel:
    """One score over normal days, in the unit of `FamilyMeans`.

    Attributes
    ----------
    difference
        The mean over days less the reference's.
    low, high
        Its interval over days, with the reference's own sampling error.
    day_spread
        The standard deviation between days.
    """

    difference: float
    low: float
    high: float
    day_spread: float


def level_of(
    past: FamilyMeans, times: BlockTimes, confidence: float = 0.95
) -> dict[StatisticKey, ScoreLevel]:
    """Return the level of each score in the last regime of some normal blocks, at least one.

    The interval is over days, whose likeness (weekdays, neighbouring days) is that of the fit, and
    its ends are quantiles over the posterior of the spread between days. One image of the
    reference has the variance 1 on this scale.

    Returns
    -------
    By score; those that no block knows are missing.
    """
    fit = fit_days(past, times, chosen_shape(past, times))
    means, variances = fit.levels(int(times.regimes[-1]))
    variances = variances + 1.0 / max(past.reference_units, 1)
    middle = np.einsum("pg,pg->p", fit.weights, means)
    tail = (1 - confidence) / 2
    ends = [_quantile(share, fit.weights, means, np.sqrt(variances)) for share in (tail, 1 - tail)]
    return {
        past.keys[at]: ScoreLevel(
            difference=float(middle[at]),
            low=float(ends[0][at]),
            high=float(ends[1][at]),
            day_spread=float(fit.day_spreads[at]),
        )
        for at in np.flatnonzero(np.isfinite(middle))
    }


def _quantile(share: float, weights: Numbers, means: Numbers, deviations: Numbers) -> Numbers:
    """Return a quantile of mixtures of normal variables, shape (scores,), by bisection."""
    low = (means - 12 * deviations).min(axis=1)
    high = (means + 12 * deviations).max(axis=1)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        below = (weights * ndtr((middle[:, None] - means) / deviations)).sum(axis=1)
        low, high = np.where(below < share, middle, low), np.where(below < share, high, middle)
    middle_of_last: Numbers = (low + high) / 2
    return middle_of_last
