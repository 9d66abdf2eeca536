"""One pass over the luma that all features of the grey levels are computed from."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference_stats.sums.arithmetic import Value

# The share of the pixels that may be darker than the black point.
_BLACK_SHARE = 0.001
OVEREXPOSED = 250
UNDEREXPOSED = 5


class LevelSums(NamedTuple):
    """Exact but for the last two; in the order in which the kernel has them.

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

    total: Value
    squares: Value
    overexposed: Value
    underexposed: Value
    darkest: Value
    brightest: Value
    lower_median: Value
    upper_median: Value
    black_point: Value
    entropy: Value
    gradients: Value


def sum_levels(plane: NDArray[np.uint8]) -> LevelSums:
    """Return the sums over a plane of shape (height, width)."""
    from reference_stats.kernels.grey_pass import summarize  # noqa: PLC0415 - numba is slow

    sums, entropy, gradients = summarize(
        plane, OVEREXPOSED, UNDEREXPOSED, int(black_rank(plane.size))
    )
    return LevelSums(*[*sums.tolist(), entropy, gradients])


def black_rank(pixels: Value) -> Value:
    """Return which pixel in the order of brightness has the black point's level."""
    # The whole number from which on it is no less than the share: -(-x // 1) rounds up.
    return -(-_BLACK_SHARE * pixels // 1) - 1
