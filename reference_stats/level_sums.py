"""The histogram of the grey levels and what is computed from it at once."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# The share of the pixels that may be darker than the black point.
_BLACK_SHARE = 0.001
_OVEREXPOSED = 250
_UNDEREXPOSED = 5


class LevelSums(NamedTuple):
    """Exact but for `entropy`.

    Attributes
    ----------
    total, squares
        Sums of the levels and of their squares.
    overexposed, underexposed
        Pixels at level 250 or above, and at level 5 or below.
    darkest, brightest
        The outermost levels.
    lower_median, upper_median
        The two middle levels, the same for an odd number of pixels.
    black_point
        The level that a thousandth of the pixels does not exceed.
    entropy
        Shannon's entropy in bits.
    """

    total: int
    squares: int
    overexposed: int
    underexposed: int
    darkest: int
    brightest: int
    lower_median: int
    upper_median: int
    black_point: int
    entropy: float


def sum_levels(plane: NDArray[np.uint8]) -> LevelSums:
    """Return the sums over a plane of shape (height, width)."""
    from reference_stats.kernels.grey_pass import summarize_levels  # noqa: PLC0415 - numba is slow

    black = math.ceil(_BLACK_SHARE * plane.size) - 1
    return LevelSums(*summarize_levels(plane, _OVEREXPOSED, _UNDEREXPOSED, black))
