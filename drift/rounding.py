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
    return ROUNDING * float(np.abs(values).max(initial=0.0))


def is_constant(values: Numbers) -> bool:
    """Tell whether all values are the same up to rounding; none and a single one are."""
    return len(values) < 2 or float(np.ptp(values)) <= rounding_of(values)


def deviation_of(values: Numbers) -> float:
    """Return the standard deviation (of a sample); exactly 0 where only rounding varies."""
    return 0.0 if is_constant(values) else float(np.std(values, ddof=1))
