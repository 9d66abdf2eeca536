"""How much days differ: a prior for all scores, sharpened by what all of them show.

The standard deviation tau of a score between days is looked for on a grid. With few days the data
say little of any one score, but much of all of them together. So tau is log-normal over the scores
of a kind, and the middle and the width of that distribution are learnt from all of them:
hierarchical Bayes (A. Gelman, "Prior distributions for variance parameters in hierarchical models",
Bayesian Analysis 1, 2006, section 6).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from drift.comparison.methods.location import LOCATION
from drift.comparison.permutation.statistic_key import StatisticKey
from drift.days.scale import JOINT
from reports.findings.effect_sizes import COMMON_DIRECTION

Numbers = NDArray[np.float64]

DAY_SPREADS = np.array([0.005, 0.02, 0.035, 0.05, 0.075, 0.11, 0.16, 0.23, 0.34, 0.5, 0.75, 1.1])
"""The grid of tau, in reference standard deviations of a score."""
# Of means; spreads and tails move by about half of that on the same days.
_USUAL_OF_LOCATIONS = 0.12
_USUAL_OF_OTHERS = 0.06
_LOG_DEVIATION_OF_MIDDLE = 0.7
_WIDTHS = (0.35, 0.7)
# The scores of a kind are alike: all of them tell about as much as a part of them would.
_ALIKE = 8.0
_MOST_INDEPENDENT = 8.0
_PLACE = 4


def learnt_priors(
    keys: Sequence[StatisticKey], log_likelihoods: Numbers, telling: NDArray[np.bool_]
) -> Numbers:
    """Return the logarithms of the priors of tau after all scores of a kind were seen.

    Parameters
    ----------
    keys
        The scores.
    log_likelihoods
        Of every tau, shape (scores, grid).
    telling
        Which scores say something of days: those of a constant column do not. Shape (scores,).

    Returns
    -------
    Shape (scores, grid).
    """
    learnt = np.empty(log_likelihoods.shape)
    kinds = _kinds(tuple(keys))
    table = _priors()
    for kind in np.unique(kinds):
        members = np.flatnonzero((kinds == kind) & telling)
        weights = _first_weights(bool(kind % 2))
        if len(members):
            seen = np.log(normalised(log_likelihoods[members]) @ table.T).mean(axis=0)
            weights = weights + seen * min(len(members) / _ALIKE, _MOST_INDEPENDENT)
        learnt[kinds == kind] = np.log(normalised(weights) @ table)
    return learnt


def normalised(logs: Numbers) -> Numbers:
    """Return weights that sum to 1 along the last axis, from their logarithms."""
    weights: Numbers = np.exp(logs - logs.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return weights


@lru_cache(maxsize=1)
def _priors() -> Numbers:
    """Return the log-normal priors that are weighed up, shape (priors, grid)."""
    logs = np.log(DAY_SPREADS)
    return np.concatenate(
        [normalised(-0.5 * ((logs[None, :] - logs[:, None]) / width) ** 2) for width in _WIDTHS]
    )


@lru_cache(maxsize=2)
def _first_weights(of_others: bool) -> Numbers:
    """Return the logarithms of the weights of the priors before anything was seen."""
    usual = _USUAL_OF_OTHERS if of_others else _USUAL_OF_LOCATIONS
    off = (np.log(DAY_SPREADS) - np.log(usual)) / _LOG_DEVIATION_OF_MIDDLE
    return np.tile(-0.5 * off**2, len(_WIDTHS))


@lru_cache(maxsize=64)
def _kinds(keys: tuple[StatisticKey, ...]) -> NDArray[np.int64]:
    """Return the kind of each score.

    0 a location, 1 a spread or tail, 2 and 3 the joint ones, 4 a place along an axis of a view.
    """
    return np.array([_kind(key) for key in keys], dtype=np.int64)


def _kind(key: StatisticKey) -> int:
    if key.method == COMMON_DIRECTION:
        return _PLACE
    is_mean = key.method == LOCATION.name or key.method.startswith("share of ")
    return 2 * (key.group == JOINT) + (not is_mean)
