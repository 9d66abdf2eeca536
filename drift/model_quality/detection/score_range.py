"""Whether predictions with low scores were left out of a detector's log."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

_HARMLESS = 0.05
"""Detectors are commonly evaluated without scores below this one; AP loses next to nothing."""
_FEWEST = 150
"""With fewer predictions an edge cannot be told from chance."""
_MOST_LOW = 200
_HIGHEST_PLACE = 0.58
"""The mean place among the lowest scores, from 0 at the lowest to 1, up to which they begin at an
edge. Scores that nobody cut: about 0.65 to 0.8. Above an edge: 0.5, with a standard deviation of
0.05 for 37 scores and 0.02 for 200."""
_STEPS = (0.1, 0.05, 0.01, 0.001)
"""People cut at round numbers."""
_GAPS = 5
"""The lowest score lies above the cut by less than so many mean distances of neighbours; more has a
probability of exp(-5)."""


def find_cut(scores: NDArray[np.float64]) -> float | None:
    """Find the score below which predictions were left out; None where that does not show.

    Scores that nobody cut become rarer towards the lowest one, which stands almost alone; directly
    above a cut they lie about as dense as a little higher. So of the lowest quarter, and of at most
    200 of them, the mean place between the lowest and the highest of them is looked at. The cut is
    the roundest number directly below. A cut so far out in thin scores that it took next to nothing
    away does not show; with fewer than 150 predictions none does.
    """
    if len(scores) < _FEWEST:
        return None
    lowest, highest = float(scores.min()), float(scores.max())
    if lowest < _HARMLESS or highest > 1 or lowest == highest:
        return None
    count = min(len(scores) // 4, _MOST_LOW)
    low = np.partition(scores, count)[: count + 1]
    width = float(low.max()) - lowest
    if width > 0 and (np.sort(low)[1:-1].mean() - lowest) / width > _HIGHEST_PLACE:
        return None
    cut = _round_number_below(lowest, _GAPS * width / count)
    return cut if cut > _HARMLESS else None


def _round_number_below(lowest: float, distance: float) -> float:
    for step in _STEPS:
        number = round(math.floor(lowest / step + 1e-9) * step, 3)
        if lowest - number <= distance:
            return number
    return lowest
