"""Whether many units share an ordinary value: forty images at the same moderate warmth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from drift.comparison.methods.method import CountMethod
from drift.seed import SEED

_QUANTILE_BINS = 16
# Fewer equal values are hardly ever improbable; more ties than these say nothing new.
_SMALLEST_TIE, _MOST_TIES = 5, 8
# What more than half of all share is no pile among other values; that the middle moved shows it.
_LARGEST_PART = 0.5


def bins(normal_scores: NDArray[np.float64], missing: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which units lie in each bin: sixteenths of the pooled sample, and its largest ties.

    Equal values are never parted: all of them lie in the bin of their mean rank. The eight values
    that most units share, five units at least, are bins of their own too, so that a pile at one
    value is not diluted by its neighbours. Both sides together give the bins, so that permuting
    stays exact. Units without a value are spread over the bins as the others are: they say nothing.

    Parameters
    ----------
    normal_scores
        Shape (units,).
    missing
        Which of them stand for no value.

    Returns
    -------
    Shape (units, bins); no bin is empty or has more than half of the units.
    """
    levels = np.unique(_filled(normal_scores, missing), return_inverse=True)[1]
    units, sizes = len(levels), np.bincount(levels)
    sixteenth = (rankdata(levels) - 0.5) * (_QUANTILE_BINS / units)
    own = np.argsort(-sizes, kind="stable")[:_MOST_TIES]
    own = own[sizes[own] >= _SMALLEST_TIE]
    members = np.hstack(
        [
            sixteenth.astype(np.int64)[:, None] == np.arange(_QUANTILE_BINS),
            levels[:, None] == own,
        ]
    )
    inside = members.sum(axis=0)
    return members[:, (inside > 0) & (inside <= _LARGEST_PART * units)]


def _filled(scores: NDArray[np.float64], missing: NDArray[np.bool_]) -> NDArray[np.float64]:
    known = np.sort(scores[~missing])
    gaps = int(missing.sum())
    if not gaps or not len(known):
        return scores
    filled = scores.copy()
    even = known[((np.arange(gaps) + 0.5) / gaps * len(known)).astype(np.int64)]
    # In a random order: the window's units come first.
    filled[missing] = np.random.default_rng(SEED).permutation(even)
    return filled


PILE = CountMethod(name="pile", bins=bins)
