"""How few right answers a stretch of days has by chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, betaln

from drift.model_quality.judging.day_model import shapes
from drift.model_quality.judging.numbers import Numbers

# With more labels the sum over all counts costs more than it adds to a continuous distribution.
_MOST_SUMMED = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCounts:
    """The labels of a stretch by day.

    Attributes
    ----------
    images
        By labelled day.
    gaps
        How many calendar days lie between each pair of days, shape (days, days).
    """

    images: Numbers
    gaps: Numbers

    @property
    def total(self) -> int:
        """All labels, as a whole number."""
        return max(1, round(float(self.images.sum())))

    def shared(self, likeness: float) -> float:
        """Return by how much the correlation of two answers of one day counts for two of any days.

        Parameters
        ----------
        likeness
            The correlation of the accuracies of two days that follow one another.
        """
        total = float(self.images.sum())
        if total <= 1:
            return 1.0
        pairs = float(self.images @ (likeness**self.gaps) @ self.images) - total
        return max(pairs / (total * (total - 1)), 0.0)


def lower_tail(images: int, right: float, means: Numbers, correlations: Numbers) -> Numbers:
    """Return the chance of at most `right` right answers of `images`, between counts by a line.

    Parameters
    ----------
    means, correlations
        One beta-binomial each, shape (points,).
    """
    if right >= images:
        return np.ones_like(means)
    if images > _MOST_SUMMED:
        # A beta distribution with the mean and the variance of the share of right answers.
        matched = (1 + (images - 1) * correlations) / images
        a, b = shapes(means, matched)
        smooth: Numbers = betainc(a, b, (right + 0.5) / images)
        return smooth
    a, b = shapes(means, correlations)
    whole = int(np.floor(right))
    part = right - whole
    # The shorter of the two sums.
    if right <= images / 2:
        chances = _chances(images, a, b, whole + 2)
        exact: Numbers = chances[:, :-1].sum(axis=1) + part * chances[:, -1]
    else:
        chances = _chances(images, b, a, images - whole)
        exact = 1 - chances.sum(axis=1) + part * chances[:, -1]
    exact.clip(0, 1, out=exact)
    return exact


def _chances(images: int, a: Numbers, b: Numbers, count: int) -> Numbers:
    """Return the chances of 0 to `count` - 1, shape (points, count)."""
    steps = np.arange(count - 1)
    first = betaln(a, b + images) - betaln(a, b)
    ratios = (
        np.log((images - steps) / (steps + 1))
        + np.log(a[:, None] + steps)
        - np.log(b[:, None] + (images - 1 - steps))
    )
    logs = np.concatenate([first[:, None], first[:, None] + np.cumsum(ratios, axis=1)], axis=1)
    chances: Numbers = np.exp(logs)
    return chances
