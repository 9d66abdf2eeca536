"""Whether what is new to a model lies to one side of what it knows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TILT = 0.5
"""A direction counts ``exp(TILT novelty)`` times. Measured for one new class in ten known ones:
flatter weights see less of a tenth of the images, steeper ones less of a third."""
# What the weight itself counts beside directions of length 1.
_OWN_PART = 0.3
_NO_VARIANCE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CommonDirection:
    """Each unit's direction, longer the more novel it is.

    Attributes
    ----------
    vectors
        float32 of shape (units, axes), mean 0, the axes uncorrelated.
    variances
        Of each axis.
    """

    vectors: NDArray[np.float32]
    variances: NDArray[np.float64]

    def distance(self, window: int) -> float:
        """Return how far the means of both sides lie apart, less what chance alone adds to it.

        In standard deviations along whichever combination they differ; 0 where it is within chance.

        Parameters
        ----------
        window
            How many of the first units are the window's.
        """
        units = len(self.vectors)
        moved = self.vectors[:window].mean(axis=0, dtype=np.float64)
        moved = moved - self.vectors[window:].mean(axis=0, dtype=np.float64)
        by_chance = len(self.variances) * (1 / window + 1 / (units - window))
        return float(np.sqrt(max((moved**2 / self.variances).sum() - by_chance, 0.0)))


def common_direction(
    novelty: NDArray[np.float64], missing: NDArray[np.bool_], directions: NDArray[np.float32]
) -> CommonDirection | None:
    """Return directions weighted by ``exp(novelty / 2)``; None where they do not vary.

    Images of a new class are mostly a little more novel than others, and differ from what is known
    in the same way: the sum of their weighted directions is long. The axes are those of both sides
    together, their variances brought to the square root, between a plain sum, which the widest axes
    decide, and Hotelling's statistic, in which all axes weigh alike. As neither the weights nor the
    axes know which side a unit is from, permuting stays exact.

    Parameters
    ----------
    novelty
        Normal scores of both sides together, shape (units,).
    missing
        Which units have no view; they say nothing.
    directions
        Shape (units, numbers), of length 1 at most, their usual mean taken out.
    """
    known = ~missing
    if not known.any():
        return None
    weights = np.exp(TILT * novelty[known, None])
    longer = np.hstack([weights * directions[known], _OWN_PART * weights])
    longer -= longer.mean(axis=0)
    variances, axes = np.linalg.eigh(longer.T @ longer / len(longer))
    keep = variances > _NO_VARIANCE * max(variances[-1], 1e-12)
    if not keep.any():
        return None
    scale = variances[keep] ** -0.25
    vectors = np.zeros((len(missing), int(keep.sum())), dtype=np.float32)
    vectors[known] = longer @ (axes[:, keep] * scale)
    return CommonDirection(
        vectors=vectors, variances=np.square(vectors, dtype=np.float64).mean(axis=0)
    )
