"""How many images a drift is about."""

from __future__ import annotations

import math

import numpy as np

from drift.direction import Positions

# The chance that the bound is too high.
_RISK = 0.05


def least_affected(positions: Positions) -> int | None:
    """Return a lower bound of the images that differ from the reference; None where there is none.

    Along the direction of the drift, the largest difference between the two empirical distribution
    functions is the smallest share of images that must have changed. What two samples of these
    sizes show by chance in 95 % is taken off (the one-sided two-sample Kolmogorov-Smirnov
    statistic: P(D > d) is about exp(-2 d^2 n m / (n + m)), Smirnov 1939). Near-copies count once.
    """
    if positions.current.empty or positions.reference.empty:
        return None
    now = np.sort(positions.current.mean(axis=1).to_numpy())
    then = np.sort(positions.reference.mean(axis=1).to_numpy())
    points = np.concatenate([then, now])
    below_then = np.searchsorted(then, points, side="right") / len(then)
    below_now = np.searchsorted(now, points, side="right") / len(now)
    chance = math.sqrt(-math.log(_RISK) / 2 * (1 / len(now) + 1 / len(then)))
    bound = int((float(np.max(below_then - below_now)) - chance) * len(now))
    return bound if bound > 0 else None
