"""The axes along which a reference's embeddings vary most, as whole numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

from drift.model_view.nearness import LENGTH, Directions

# With forty axes a new class is seen about as often, with all of them no more often.
_MOST_AXES = 128
_NO_VARIANCE = 1e-9
_ROWS = 4_096


def widest_axes(bank: Directions) -> NDArray[np.float32]:
    """Return the 128 principal axes of widest variance, or as many as there are.

    The covariance is a sum of whole numbers, exact in float64. The axes are rounded to whole
    numbers, so that what libraries of linear algebra do differently is rounded away.

    Returns
    -------
    Shape (width, axes), the widest first, each about `LENGTH` long.
    """
    width, images = bank.whole.shape[1], len(bank)
    products, sums = np.zeros((width, width)), np.zeros(width)
    for first in range(0, images, _ROWS):
        rows = bank.whole[first : first + _ROWS].astype(np.float64)
        products += rows.T @ rows
        sums += rows.sum(axis=0)
    covariance = products / images - np.outer(sums, sums) / images**2
    fewest = max(0, width - _MOST_AXES)
    variances, axes = eigh(covariance, subset_by_index=(fewest, width - 1))
    axes = axes[:, variances > _NO_VARIANCE * max(variances[-1], 1.0)][:, ::-1]
    # Libraries differ in the sign of an axis.
    largest = np.abs(axes).argmax(axis=0)
    axes = axes * np.sign(axes[largest, np.arange(axes.shape[1])])
    whole: NDArray[np.float32] = np.rint(axes * LENGTH).astype(np.float32)
    return whole


def positions(images: Directions, axes: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return where images lie along axes, as directions of length 1: shape (images, axes)."""
    # Sums of whole numbers, as exact as distances.
    found: NDArray[np.float64] = (images.whole @ axes).astype(np.float64) / LENGTH**2
    return found
