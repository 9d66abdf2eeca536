"""How a day's right answers vary: a beta-binomial, over a grid of means and day spreads.

A day's accuracy is drawn from a beta distribution with mean ``m`` and standard deviation ``t``, and
its right answers are drawn from that accuracy. With ``r = t^2 / (m (1 - m))``, the correlation of
two answers of one day, the beta distribution has ``a = m (1/r - 1)`` and ``b = (1 - m) (1/r - 1)``.
Source: J. G. Skellam, "A probability distribution derived from the binomial distribution by
regarding the probability of success as variable between the sets of trials", Journal of the Royal
Statistical Society B 10 (1948).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import gammaln

from drift.model_quality.judging.judgement import DayScore
from drift.model_quality.judging.numbers import Numbers

_MEANS = 300
SPREADS = (0.0005, 0.005, 0.01, 0.015, 0.02, 0.03, 0.045, 0.07)
"""The day spreads ``t`` of the grid, in parts of one: 0.02 are two points of accuracy."""
SPREAD_PRIOR = (0.08, 0.14, 0.25, 0.25, 0.195, 0.08, 0.004, 0.001)
"""What is thought of them where nothing is known yet: days differ by about 1 to 3 points."""
_LARGEST_CORRELATION = 0.3
_SMALLEST_CORRELATION = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class DayGrid:
    """Means and day spreads, and the beta distribution that belongs to each.

    Attributes
    ----------
    means
        Shape (means, 1), evenly dense for the precision that labels give.
    mean_prior
        Shape (means, 1), summing to 1: every accuracy is as likely.
    correlations
        Shape (means, spreads): of two answers of one day.
    spreads
        The same shape: the standard deviation of days' accuracies. Close to an accuracy of 1 they
        are smaller than `SPREADS`.
    """

    means: Numbers
    mean_prior: Numbers
    correlations: Numbers
    spreads: Numbers

    @property
    def variances(self) -> Numbers:
        """Of a single answer, shape (means, 1)."""
        return self.means * (1 - self.means)


@cache
def day_grid() -> DayGrid:
    """Return the one grid."""
    angles = (np.arange(_MEANS) + 0.5) * (np.pi / 2 / _MEANS)
    means = np.sin(angles)[:, None] ** 2
    prior = np.sin(2 * angles)[:, None]
    variances = means * (1 - means)
    correlations = np.clip(
        np.array(SPREADS) ** 2 / variances, _SMALLEST_CORRELATION, _LARGEST_CORRELATION
    )
    return DayGrid(
        means=means,
        mean_prior=prior / prior.sum(),
        correlations=correlations,
        spreads=np.sqrt(correlations * variances),
    )


def shapes(means: Numbers, correlations: Numbers) -> tuple[Numbers, Numbers]:
    """Return ``a`` and ``b`` of the beta distributions."""
    strength = 1 / correlations - 1
    return means * strength, (1 - means) * strength


def log_likelihoods(days: Sequence[DayScore]) -> Numbers:
    """Return the days' log-likelihoods up to a constant, shape (days, means, spreads)."""
    grid = day_grid()
    a, b = shapes(grid.means, grid.correlations)
    constant = gammaln(a + b) - gammaln(a) - gammaln(b)
    answer = np.empty((len(days), *a.shape))
    for at, day in enumerate(days):
        right = min(day.right, day.images)
        answer[at] = (
            constant
            + gammaln(a + right)
            + gammaln(b + (day.images - right))
            - gammaln(a + b + day.images)
        )
    return answer
