"""Whether the middle moved."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from drift.comparison.methods.method import ScoreMethod


def scores(normal_scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the normal scores themselves: their sum is van der Waerden's statistic.

    As strong as Student's t where the numbers are normal, and stronger elsewhere. Source: B. L.
    van der Waerden, "Order tests for the two-sample problem and their power", Indagationes
    Mathematicae 14 (1952).
    """
    return normal_scores


LOCATION = ScoreMethod(name="location", two_sided=True, scores=scores)
