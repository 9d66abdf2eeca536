"""How far a regular pattern in a series of numbers stands out of what is beside it."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

# Lines of a spectrum on either side that a peak is compared with.
_REACH = 7


def peak_of(series: NDArray[np.float64], *, first: int, floor: float) -> float:
    """Return ``log(1 + P)``: 0 without any pattern, about 2 to 3 by chance, 4 and more for one.

    P is the largest ratio of a line of the periodogram to the mean of the lines up to 7 beside it,
    its two neighbours left out. The periodogram is that of the deviations from the mean under
    Hann's window. Ratios to the surroundings make nothing of what photographs are full of: power
    that falls with the frequency.

    Parameters
    ----------
    series
        One or more series of equal length, shape (series, length).
    first
        Waves that fit fewer times into the length are left out.
    floor
        The mean power per line that is taken for rounding.
    """
    from reference_stats.kernels.peak_pass import highest_peak  # noqa: PLC0415 - numba is slow

    length = series.shape[1]
    windowed = (series - series.mean(axis=1, keepdims=True)) * _hann(length)
    lines = np.fft.rfft(windowed)
    power = (lines.real**2 + lines.imag**2) / length
    return math.log1p(highest_peak(power, first, _REACH, floor))


@lru_cache(maxsize=64)
def _hann(length: int) -> NDArray[np.float64]:
    window: NDArray[np.float64] = np.hanning(length)
    window.flags.writeable = False
    return window
