"""What columns say together: how odd a unit is as a whole, and along which combination."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# The variance of a third of a standard deviation: columns that repeat each other (grey level and
# green, say) must not turn a difference that nobody could see into a large joint one.
_RIDGE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class JointScores:
    """The pooled sample with the dependence between its columns taken out.

    Attributes
    ----------
    whitened
        float64 of shape (units, columns), of about unit covariance.
    whitening
        The map from normal scores to `whitened`, shape (columns, columns), symmetric.
    """

    whitened: NDArray[np.float64]
    whitening: NDArray[np.float64]

    @property
    def distances(self) -> NDArray[np.float64]:
        """Mahalanobis' distance of each unit from the middle of all, shape (units,)."""
        distances: NDArray[np.float64] = np.sqrt((self.whitened**2).sum(axis=1))
        return distances


def joint_scores(normal_scores: NDArray[np.float64]) -> JointScores:
    """Whiten normal scores with the covariance of both sides together.

    The map is the symmetric root of the inverse of ``C + 0.1 I``, where C is the correlation
    matrix. Both sides give C together, so that permuting stays exact.

    Parameters
    ----------
    normal_scores
        Shape (units, columns), mean 0, variance 1.
    """
    correlation = normal_scores.T @ normal_scores / len(normal_scores)
    values, vectors = np.linalg.eigh(correlation)
    whitening = (vectors / np.sqrt(np.maximum(values, 0.0) + _RIDGE)) @ vectors.T
    return JointScores(whitened=normal_scores @ whitening, whitening=whitening)
