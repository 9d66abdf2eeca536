"""Whether a part of the units lies far out, while most stay: one broken camera among ten."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from drift.comparison.methods.method import ScoreMethod

# Nearly the most powerful score against a tenth of the units shifted by two standard deviations:
# log(0.9 + 0.1 exp(2 z - 2)) is flat below 1 and straight above 2.
_FAR_OUT = 1.5
# A sixth of the normal scores lie above 1: a new class that makes up a sixth of all units of both
# sides, and lies above all others, is all of what counts.
_APART = 1.0


def upper_scores(normal_scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far each normal score lies above 1.5, and 0 below."""
    return np.maximum(normal_scores - _FAR_OUT, 0.0)


def lower_scores(normal_scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far each normal score lies below -1.5, and 0 above."""
    return np.maximum(-normal_scores - _FAR_OUT, 0.0)


def upper_part_scores(normal_scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far each normal score lies above 1, and 0 below."""
    return np.maximum(normal_scores - _APART, 0.0)


UPPER_TAIL = ScoreMethod(name="upper_tail", two_sided=False, scores=upper_scores)
LOWER_TAIL = ScoreMethod(name="lower_tail", two_sided=False, scores=lower_scores)
UPPER_PART = ScoreMethod(name="upper_part", two_sided=False, scores=upper_part_scores)
