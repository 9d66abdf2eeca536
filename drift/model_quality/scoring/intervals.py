"""Intervals of 95 % for shares, for means of shares and for means."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from reports.findings.model_quality.scores import Estimate

Numbers = NDArray[np.float64]

Z = 1.959963984540054
"""The normal distribution's 97.5 % point."""


def wilson(right: Numbers, count: Numbers) -> tuple[Numbers, Numbers]:
    """Return both ends of Wilson's score interval of shares ``right / count``.

    Parameters
    ----------
    right, count
        Of one shape, ``0 <= right <= count`` and ``count > 0``; they need not be whole numbers.

    Notes
    -----
    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22
    (1927). Its average coverage is 95 %; that of a single share swings around it by few per cent
    (L. D. Brown, T. T. Cai and A. DasGupta, "Interval estimation for a binomial proportion",
    Statistical Science 16, 2001).
    """
    share = right / count
    middle = share + Z * Z / (2 * count)
    half = Z * np.sqrt(share * (1 - share) / count + (Z / (2 * count)) ** 2)
    whole = 1 + Z * Z / count
    # Rounding may leave the share a few bits outside.
    low = np.minimum(np.maximum((middle - half) / whole, 0.0), share)
    high = np.maximum(np.minimum((middle + half) / whole, 1.0), share)
    return low, high


def share(right: float, count: float, information: float = 1.0) -> Estimate:
    """Return a share of ``count`` > 0 with Wilson's interval.

    Parameters
    ----------
    information
        The part of an independent observation that each one counted stands for, in ``(0, 1]``.
    """
    low, high = wilson(
        np.array([right * information], dtype=np.float64),
        np.array([count * information], dtype=np.float64),
    )
    return Estimate(value=right / count, low=float(low[0]), high=float(high[0]))


def mean_of_shares(right: Numbers, count: Numbers, information: float) -> Estimate:
    """Return the mean of independent shares ``right / count``, each with ``count > 0``.

    The interval is Wilson's for a single share with as many observations as give the mean's
    variance. That variance sums those of the shares, each by its own share drawn towards the mean
    of all by one observation, and freed of the bias that few observations give. The number of
    observations is bounded by what it were if all shares were alike, as their estimated variance is
    near zero where nearly all answers are right.
    """
    shares, size = right / count, count * information
    mean, classes = float(shares.mean()), len(count)
    alike = classes**2 / float((1 / size).sum())
    centre = (mean * alike + 0.5) / (alike + 1)
    drawn = (shares * size + centre) / (size + 1)
    unbiased = 1 - size / (size + 1) ** 2
    variance = float((drawn * (1 - drawn) / size / unbiased).sum()) / classes**2
    cautious = (shares * size + 0.5) / (size + 1)
    spread = float((cautious * (1 - cautious) / size).sum()) / classes**2
    most = alike * max(1.0, centre * (1 - centre) / (spread * alike))
    return mean_with_variance(mean, variance, most)


def mean_with_variance(mean: float, variance: float, most: float, bias: float = 0.0) -> Estimate:
    """Return a mean of shares with Wilson's interval for as many observations as give `variance`.

    Parameters
    ----------
    most
        The greatest number of observations that is believed, as a variance of few is too small.
    bias
        By how much the mean is too large on average: the interval is that of the mean without it,
        and is never narrowed to leave the mean itself out.
    """
    centre = (mean * most + 0.5) / (most + 1)
    observations = most if variance == 0 else min(centre * (1 - centre) / variance, most)
    right = min(max(mean - bias, 0.0), 1.0) * observations
    low, high = wilson(np.array([right]), np.array([observations]))
    return Estimate(value=mean, low=min(float(low[0]), mean), high=max(float(high[0]), mean))


def among_all(found: Estimate, part: float) -> Estimate:
    """Return a mean over this part of the classes as one over all, where the others count as 0.

    They count so because nothing is known of them. So the low end counts them as 0 too, and the
    high end as the classes that have a share.
    """
    low = None if found.low is None else found.low * part
    return Estimate(value=found.value * part, low=low, high=found.high)


def mean_of_losses(count: int, total: float, squares: float, information: float) -> Estimate:
    """Return the mean of losses >= 0 with the normal interval of its standard error.

    Parameters
    ----------
    count, total, squares
        How many losses (at least 1), their sum and the sum of their squares. Of a single loss no
        interval is known.
    """
    mean = total / count
    observations = count * information
    if observations <= 1:
        return Estimate(value=mean)
    variance = max(squares / count - mean * mean, 0.0) * count / max(count - 1, 1)
    half = Z * math.sqrt(variance / observations)
    return Estimate(value=mean, low=max(mean - half, 0.0), high=mean + half)
