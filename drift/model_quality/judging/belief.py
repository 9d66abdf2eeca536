"""What earlier days, or the reference's labels, say of a day like any other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import xlog1py, xlogy

from drift.model_quality.judging.day_model import SPREAD_PRIOR, SPREADS, day_grid
from drift.model_quality.judging.judgement import DayScore
from drift.model_quality.judging.numbers import Numbers
from drift.model_quality.judging.predictive import DayCounts, lower_tail

BLOCK_DAYS = 28
"""Days differ among so many that follow one another: a slow decline does not widen the spread."""
LIKENESSES = (0.0, 0.4, 0.75)
"""How alike two days are that follow one another: the correlation of their accuracies."""
_LIKENESS_PRIOR = (0.25, 0.3, 0.45)
_NEGLIGIBLE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """Points that are thought possible, with their weights.

    Attributes
    ----------
    means, correlations, likenesses
        Shape (points,): the mean accuracy, the correlation of two answers of one day, and that of
        the accuracies of two days that follow one another.
    weights
        The same shape, summing to 1.
    """

    means: Numbers
    correlations: Numbers
    likenesses: Numbers
    weights: Numbers

    @property
    def mean(self) -> float:
        """The expected accuracy."""
        return float(self.weights @ self.means)

    @property
    def day_variance(self) -> float:
        """The expected variance of days' accuracies."""
        return float(self.weights @ (self.correlations * self.means * (1 - self.means)))

    def of_stretch(self, counts: DayCounts) -> Numbers:
        """Return the correlation of two answers of a stretch of days, shape (points,)."""
        shared = np.empty_like(self.means)
        for likeness in LIKENESSES:
            shared[self.likenesses == likeness] = counts.shared(likeness)
        return np.maximum(self.correlations * shared, 1e-9)

    def chance(self, counts: DayCounts, right: float) -> float:
        """Return the chance that a stretch has so few right answers, or fewer."""
        tails = lower_tail(counts.total, right, self.means, self.of_stretch(counts))
        return min(float(self.weights @ tails), 1.0)


def belief_of_reference(images: float, right: float) -> Belief:
    """Return what the reference's labels say: its accuracy, and nothing of how days differ."""
    grid = day_grid()
    means = grid.means
    logs = np.log(grid.mean_prior) + xlogy(right, means) + xlog1py(images - right, -means)
    weights = np.exp(logs - logs.max())[:, :, None] * np.array(SPREAD_PRIOR)[:, None]
    return _pruned(weights * np.array(_LIKENESS_PRIOR), np.ones(len(LIKENESSES)))


def belief_of_days(
    days: Sequence[DayScore], logs: Numbers, numbers: Numbers, era: int = 0
) -> Belief:
    """Return what earlier days say.

    How much days differ is told within blocks of `BLOCK_DAYS`, each with a mean of its own; the
    mean accuracy is that of all days alike.

    Parameters
    ----------
    days
        In order of time.
    logs
        Their log-likelihoods, shape (days, means, spreads).
    numbers
        The calendar day of each, as a number.
    era
        The mean is told of the days from this position on.
    """
    grid = day_grid()
    blocks = np.add.reduceat(logs, np.arange(0, len(days), BLOCK_DAYS), axis=0)
    prior = np.log(grid.mean_prior)
    by_spread = np.log(SPREAD_PRIOR) + _log_sums(blocks + prior, axis=1).sum(axis=0)
    whole = blocks.sum(axis=0) if era == 0 else logs[era:].sum(axis=0)
    alike = _likeness_logs(days, numbers)
    answer = np.empty((*grid.correlations.shape, len(LIKENESSES)))
    by_chance = _chance_variance(days[era:])
    spreads = np.array(SPREADS)
    for at, likeness in enumerate(LIKENESSES):
        # Of days that are alike, so many say as little as fewer days that are not.
        inflated = (1 + likeness) / (1 - likeness)
        told = (spreads**2 + by_chance) / (spreads**2 * inflated + by_chance)
        means = prior + whole * told
        answer[:, :, at] = means - _log_sums(means, axis=0) + by_spread + alike[:, at]
    return _pruned(np.exp(answer - answer.max()), _widenings(len(days)))


def _chance_variance(days: Sequence[DayScore]) -> float:
    """Return the variance that the number of labels gives a day's share of right answers."""
    images = sum(day.images for day in days)
    share = sum(day.right for day in days) / images
    return max(share * (1 - share), 1e-4) * len(days) / images


def _likeness_logs(days: Sequence[DayScore], numbers: Numbers) -> Numbers:
    """Return the log of what is thought of each likeness, shape (spreads, likenesses).

    Told from the products of neighbouring days' deviations, as far as these exceed chance.
    """
    prior = np.log(_LIKENESS_PRIOR) + np.zeros((len(SPREADS), 1))
    images = np.array([day.images for day in days])
    shares = np.array([day.right for day in days]) / images
    block = np.arange(len(days)) // BLOCK_DAYS
    mean = (np.bincount(block, shares * images) / np.bincount(block, images))[block]
    variances = np.maximum(mean * (1 - mean), 1e-4) / images
    spreads = np.array(SPREADS)[:, None]
    widths = np.sqrt(spreads**2 + variances)
    deviations = (shares - mean) / widths
    pairs = np.flatnonzero((np.diff(numbers) == 1) & (np.diff(block) == 0))
    if not len(pairs):
        return prior
    deviations = np.clip(deviations, -3, 3)
    scale = np.maximum((deviations**2).mean(axis=1), 1e-9)[:, None]
    products = deviations[:, pairs] * deviations[:, pairs + 1] / scale
    parts = (spreads**2 / (widths[:, pairs] * widths[:, pairs + 1])).mean(axis=1)[:, None]
    sizes = np.bincount(block)[block[pairs]].mean()
    likeness = np.array(LIKENESSES)
    # The mean of a block is told by its own days, which makes them seem less alike.
    expected = likeness * parts - (1 + 4 * likeness * parts) / sizes
    miss = products.mean(axis=1)[:, None] - expected
    answer: Numbers = prior - 0.5 * len(pairs) * miss**2
    return answer


def _log_sums(logs: Numbers, axis: int) -> Numbers:
    """Return the logs of sums, as `scipy.special.logsumexp` does, without its checks."""
    largest = logs.max(axis=axis, keepdims=True)
    sums = np.log(np.exp(logs - largest).sum(axis=axis, keepdims=True)) + largest
    answer: Numbers = sums.squeeze(axis)
    return answer


def _widenings(days: int) -> Numbers:
    """Return by likeness by how much days vary more over a long time than within a block."""
    gaps = np.arange(1, BLOCK_DAYS)
    answer = []
    for likeness in LIKENESSES:
        # The variance of a block's mean, in parts of that of a day.
        of_mean = (1 + 2 * ((1 - gaps / BLOCK_DAYS) * likeness**gaps).sum()) / BLOCK_DAYS
        answer.append((1 - 1 / BLOCK_DAYS) / (1 - of_mean))
    # Of few days the spread is what was thought of it before.
    return np.array(answer) ** min(1.0, days / BLOCK_DAYS)


def _pruned(weights: Numbers, widenings: Numbers) -> Belief:
    """Return the points that matter, of weights with shape (means, spreads, likenesses)."""
    grid = day_grid()
    kept = np.nonzero(weights > _NEGLIGIBLE * weights.max())
    chosen = weights[kept]
    return Belief(
        means=grid.means[kept[0], 0],
        correlations=np.minimum(grid.correlations[kept[0], kept[1]] * widenings[kept[2]], 0.5),
        likenesses=np.array(LIKENESSES)[kept[2]],
        weights=chosen / chosen.sum(),
    )
