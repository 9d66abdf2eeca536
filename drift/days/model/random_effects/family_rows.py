"""Some blocks of a family, and how much one image of it varies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from drift.days.matrix import FamilyMeans

# Images' worth of the reference's own variance: a few images say little of tails.
_WORTH_OF_REFERENCE = 500.0
# Few, since a new level may change everything.
_WORTH_OF_OTHER_LEVELS = 20.0
_LEAST_VARIANCE = 1e-3


def rows_of(family: FamilyMeans, rows: Sequence[int] | NDArray[np.int64]) -> FamilyMeans:
    """Return some of a family's blocks."""
    chosen = np.asarray(rows, dtype=np.int64)
    return replace(
        family,
        means=family.means[chosen],
        variances=family.variances[chosen],
        images=family.images[chosen],
    )


def image_variances(family: FamilyMeans, regimes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the variance of one image's scores, shape (scores,).

    Over all blocks, or where people have accepted another level over those of the newest one:
    images that lie elsewhere vary by another amount. The window is no part of it: a fault must not
    widen its own null.

    Parameters
    ----------
    regimes
        The level of each block, in order of time, shape (blocks,).
    """
    whole = _pooled(family, np.ones(family.means.shape[1]), _WORTH_OF_REFERENCE)
    newest = regimes == regimes[-1]
    if newest.all():
        return whole
    return _pooled(rows_of(family, np.flatnonzero(newest)), whole, _WORTH_OF_OTHER_LEVELS)


def _pooled(family: FamilyMeans, before: NDArray[np.float64], worth: float) -> NDArray[np.float64]:
    """Return the mean over all images, with a variance that is known before them."""
    known = np.isfinite(family.means) & np.isfinite(family.variances)
    images = np.where(known, family.images, 0.0)
    total = (images * np.where(known, family.variances, 0.0)).sum(axis=0)
    pooled = (worth * before + total) / (worth + images.sum(axis=0))
    floored: NDArray[np.float64] = np.maximum(pooled, _LEAST_VARIANCE)
    return floored
