"""Numbers as normal scores: ranks, read off the normal distribution."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import rankdata


def normal_scores(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each column's ranks as quantiles of the standard normal distribution.

    ``ndtri((rank - 0.5) / n)`` with the mean rank for ties, then centred and divided by the
    standard deviation, so that ties weigh as much as other columns. Skewed and heavy-tailed
    numbers become comparable, and no single value can outweigh all others.

    Parameters
    ----------
    values
        float64 of shape (units, columns); NaN is a missing value.

    Returns
    -------
    The same shape, mean 0 and variance 1 per column; missing values and constant columns are 0.
    """
    scores = np.zeros(values.shape)
    for column, numbers in enumerate(values.T):
        known = np.isfinite(numbers)
        if known.any():
            ranks = rankdata(numbers[known])
            scores[known, column] = ndtri((ranks - 0.5) / len(ranks))
            scores[known, column] -= scores[known, column].mean()
    deviations = scores.std(axis=0)
    # A column without deviation is 0 already.
    scores /= np.where(deviations > 0, deviations, 1.0)
    return scores
