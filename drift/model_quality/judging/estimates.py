"""By how much the score is lower, and the smallest drop that would have been seen."""

from __future__ import annotations

import numpy as np
from scipy.special import betainc

from drift.model_quality.judging.belief import Belief
from drift.model_quality.judging.judgement import JudgeSettings
from drift.model_quality.judging.numbers import Numbers
from drift.model_quality.judging.predictive import DayCounts, lower_tail
from reports.findings.model_quality.scores import Estimate

POWER = 0.8
"""`smallest_drop` is seen in so many of all windows."""
_HALVINGS = 24


def drop_estimate(belief: Belief, counts: DayCounts, right: float, before: float) -> Estimate:
    """Return by how much the stretch's accuracy is lower, with a 95 % interval.

    The interval is of the level, so that it is as wide as days differ.

    Parameters
    ----------
    before
        The share of right answers that it is compared with.
    """
    value = before - right / counts.total
    low, high = (_quantile(belief, counts, right, chance) for chance in (0.025, 0.975))
    return Estimate(value=value, low=min(low, value), high=max(high, value))


def _quantile(belief: Belief, counts: DayCounts, right: float, chance: float) -> float:
    total = counts.total
    informative = total / (1 + (total - 1) * belief.of_stretch(counts))
    share = min(right / total, 1.0)
    a = 0.5 + informative * share
    b = 0.5 + informative * (1 - share)

    def below(drop: float) -> float:
        level = np.clip(belief.means - drop, 0, 1)
        return float(belief.weights @ (1 - betainc(a, b, level)))

    low, high = -1.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) < chance else (low, middle)
    return (low + high) / 2


def smallest_drop(
    belief: Belief, counts: DayCounts, settings: JudgeSettings, before: float
) -> float | None:
    """Return the smallest drop that is found with a power of 80 %; None where none is.

    Parameters
    ----------
    before
        The share of right answers that the stretch is compared with.
    """
    most = _most_right(belief, counts, settings, before)
    if most < 0:
        return None
    correlations = belief.of_stretch(counts)

    def power(drop: float) -> float:
        means = np.clip(belief.means - drop, 1e-4, 1 - 1e-4)
        tails: Numbers = lower_tail(counts.total, most, means, correlations)
        return float(belief.weights @ tails)

    low, high = 0.0, 1.0
    if power(high) < POWER:
        return None
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (middle, high) if power(middle) < POWER else (low, middle)
    return high


def _most_right(belief: Belief, counts: DayCounts, settings: JudgeSettings, before: float) -> int:
    """Return the most right answers that are still found to be a drop; -1 where none are."""
    low = -1
    high = int(np.floor((before - settings.minimum_drop) * counts.total + 1e-9)) + 1
    high = min(max(high, 0), counts.total + 1)
    while high - low > 1:
        middle = (low + high) // 2
        found = belief.chance(counts, middle) < settings.false_alarm_rate
        low, high = (middle, high) if found else (low, middle)
    return low
