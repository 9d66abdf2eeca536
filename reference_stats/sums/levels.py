"""One pass over the luma that all features of the grey levels are computed from."""

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
    """Exact but for the last two.

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
    gradients
        Sum of ``sqrt(gx**2 + gy**2)``, the responses to Sobel's kernels of whole numbers; each
        root is right to 2**-21.
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
    gradients: float


def sum_levels(plane: NDArray[np.uint8]) -> LevelSums:
    """Return the sums over a plane of shape (height, width)."""
    from reference_stats.kernels.grey_pass import summarize  # noqa: PLC0415 - numba is slow

    black = math.ceil(_BLACK_SHARE * plane.size) - 1
    sums, entropy, gradients = summarize(plane, _OVEREXPOSED, _UNDEREXPOSED, black)
    total, squares, bright, dark, darkest, brightest, lower, upper, nearly_black = sums.tolist()
    return LevelSums(
        total=total,
        squares=squares,
        overexposed=bright,
        underexposed=dark,
        darkest=darkest,
        brightest=brightest,
        lower_median=lower,
        upper_median=upper,
        black_point=nearly_black,
        entropy=entropy,
        gradients=gradients,
    )
