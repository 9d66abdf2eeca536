"""How far a regular pattern in a series of numbers stands out of what is beside it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

# Lines of a spectrum on either side that a peak is compared with.
_REACH = 7
# The levels at both ends hold what is clipped.
_FIRST_LEVEL, _BEHIND_LAST_LEVEL = 2, 254
# The mean of so many levels on either side is what is smooth in a histogram.
_SMOOTHED = 4


def peak_of(series: NDArray[np.float64], *, first: int, floor: float) -> float:
    """Return ``log(1 + P)``: 0 without any pattern, about 1 to 2 by chance, 3 and more for one.

    P is the largest ratio of a line of the periodogram to the mean of the lines up to 7 beside it,
    its two neighbours left out. The periodogram is that of the deviations from the mean under
    Hann's window, of 512 lines from `first` on at most. Ratios to the surroundings make nothing of
    what photographs are full of: power that falls with the frequency.

    Parameters
    ----------
    series
        One or more series of equal length, shape (series, length); the largest peak counts.
    first
        Waves that fit fewer times into the length are left out.
    floor
        The mean power per line that is taken for rounding.
    """
    from reference_stats.kernels.spectrum_pass import highest_peak  # noqa: PLC0415 - numba is slow

    return math.log1p(highest_peak(series, first, _REACH, floor))


def unevenness_of(levels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return ``log(1 + N)`` of how often each inner level occurs, less its mean over 9 levels.

    Parameters
    ----------
    levels
        Counts of shape (channels, 256).

    Returns
    -------
    Of the levels 2 to 253, shape (channels, 252).
    """
    from reference_stats.kernels.spectrum_pass import level_waves  # noqa: PLC0415 - numba is slow

    return level_waves(levels, _FIRST_LEVEL, _BEHIND_LAST_LEVEL, _SMOOTHED)
