"""What varies at all: deviations that rounding leaves over are none.

Adding up a hundred times 0.1 leaves a mean that is a hair beside 0.1, and a standard deviation of
1e-17 in place of 0. Divided by that, everything is infinitely far away.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

ROUNDING = 1e-12
"""Differences below this part of the numbers' size are rounding."""


def rounding_of(values: Numbers) -> float:
    """Return how far apart values of that size may lie by rounding alone."""
    if not len(values):
        return 0.0
    return ROUNDING * max(abs(float(values.min())), abs(float(values.max())))


def is_constant(*sides: Numbers) -> bool:
    """Tell whether all values of all sides are the same up to rounding; none and a single one are.

    Values that are not finite make it no constant.
    """
    ends = np.array([end for side in sides if len(side) for end in (side.min(), side.max())])
    return not len(ends) or float(ends.max() - ends.min()) <= rounding_of(ends)


def deviation_of(values: Numbers) -> float:
    """Return the standard deviation (of a sample); exactly 0 where only rounding varies."""
    return 0.0 if is_constant(values) else float(np.std(values, ddof=1))
