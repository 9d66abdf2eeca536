"""Whether the numbers lie closer together or farther apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from drift.comparison.methods.method import ScoreMethod


def scores(normal_scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return squared normal scores: their sum is Klotz's statistic for the spread.

    Source: J. Klotz, "Nonparametric tests for scale", Annals of Mathematical Statistics 33 (1962).
    """
    return normal_scores**2


SPREAD = ScoreMethod(name="spread", two_sided=True, scores=scores)
