"""The highest peak of a spectrum above its surroundings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reference_stats.kernels.compiled import compiled


@compiled
def highest_peak(power: NDArray[np.float64], first: int, reach: int, floor: float) -> float:
    """Return the largest ratio of a line of some spectra to the mean of the lines around it.

    Parameters
    ----------
    power
        Shape (spectra, lines), not negative.
    first
        Lines before this one are left out, as a peak and as surroundings.
    reach
        The surroundings are so many lines on either side, without the two next to the peak, which a
        window function fills with it.
    floor
        Added to the surroundings' mean.
    """
    spectra, lines = power.shape
    highest = 0.0
    for spectrum in range(spectra):
        for line in range(first, lines):
            total, count = 0.0, 0
            for other in range(max(line - reach, first), min(line + reach + 1, lines)):
                if abs(other - line) > 1:
                    total += power[spectrum, other]
                    count += 1
            around = total / count if count else 0.0
            highest = max(highest, power[spectrum, line] / (around + floor))
    return highest
