"""How much days differ: a prior for all scores, sharpened by what all of them show.

The standard deviation tau of a score between days is looked for on a grid. With few days the data
say little of any one score, but much of all of them together, so that the prior is estimated from
all scores of a kind: empirical Bayes (B. Efron, "Bayes, oracle Bayes and empirical Bayes",
Statistical Science 34, 2019).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from drift.comparison.methods.location import LOCATION
from drift.comparison.permutation.statistic_key import StatisticKey

DAY_SPREADS = np.array([0.005, 0.02, 0.035, 0.05, 0.075, 0.11, 0.16, 0.23, 0.34, 0.5, 0.75, 1.1])
"""The grid of tau, in reference standard deviations of a score."""
# Of means; spreads and tails move by about half of that on the same days.
_USUAL_OF_LOCATIONS = 0.15
_USUAL_OF_OTHERS = 0.08
_LOG_DEVIATION = 0.8
# How many scores of a kind the prior itself is worth: scores are too alike to count one by one.
_WORTH_OF_PRIOR = 10.0
_ROUNDS = 2


def first_priors(keys: Sequence[StatisticKey]) -> NDArray[np.float64]:
    """Return the logarithms of the prior of tau before anything was seen, shape (scores, grid)."""
    others = _others(tuple(keys))
    usual = np.where(others, _USUAL_OF_OTHERS, _USUAL_OF_LOCATIONS)
    off = np.log(DAY_SPREADS)[None, :] - np.log(usual)[:, None]
    logs: NDArray[np.float64] = -0.5 * (off / _LOG_DEVIATION) ** 2
    logs -= np.log(np.exp(logs).sum(axis=1, keepdims=True))
    return logs


def learnt_priors(
    keys: Sequence[StatisticKey],
    log_likelihoods: NDArray[np.float64],
    telling: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Return the priors of tau after all scores of a kind were seen.

    Parameters
    ----------
    log_likelihoods
        Of every tau, shape (scores, grid).
    telling
        Which scores say something of days: those of a constant column do not. Shape (scores,).
    """
    first = first_priors(keys)
    learnt = first.copy()
    others = _others(tuple(keys))
    for kind in (others, ~others):
        members = np.flatnonzero(kind & telling)
        if not len(members):
            continue
        own = np.exp(first[members[0]])
        shares = own
        for _ in range(_ROUNDS):
            posterior = normalised(log_likelihoods[members] + np.log(shares))
            total = posterior.sum(axis=0) + _WORTH_OF_PRIOR * own
            shares = total / total.sum()
        learnt[kind] = np.log(shares)
    return learnt


def normalised(logs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return weights that sum to 1 along the last axis, from their logarithms."""
    weights: NDArray[np.float64] = np.exp(logs - logs.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return weights


@lru_cache(maxsize=64)
def _others(keys: tuple[StatisticKey, ...]) -> NDArray[np.bool_]:
    """Return which scores are no locations and no shares."""
    shares = "share of "
    return np.array(
        [key.method != LOCATION.name and not key.method.startswith(shares) for key in keys],
        dtype=np.bool_,
    )
