"""Some blocks of a family, and how much one image of it varies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from drift.days.matrix import FamilyMeans
from drift.days.model.times import BlockTimes

# Images' worth of the reference's own variance: a few images say little of tails.
_WORTH_OF_REFERENCE = 500.0
_LEAST_VARIANCE = 1e-3
# Images' worth of the blocks of other levels, beside those of one level.
_WORTH_OF_OTHERS = 100.0


def rows_of(family: FamilyMeans, rows: Sequence[int] | NDArray[np.int64]) -> FamilyMeans:
    """Return some of a family's blocks."""
    chosen = np.asarray(rows, dtype=np.int64)
    return replace(
        family,
        means=family.means[chosen],
        variances=family.variances[chosen],
        images=family.images[chosen],
    )


def known_days(family: FamilyMeans, times: BlockTimes) -> NDArray[np.int64]:
    """Return on how many days each score is known, shape (scores,).

    Parameters
    ----------
    times
        Of the family's blocks, in their order in time.
    """
    known = np.isfinite(family.means) & (family.images > 0)
    if times.dates is not None and len(known):
        starts = np.unique(times.dates, return_index=True)[1]
        known = np.logical_or.reduceat(known, starts, axis=0)
    days: NDArray[np.int64] = known.sum(axis=0, dtype=np.int64)
    return days


def without_scores(family: FamilyMeans, hidden: NDArray[np.bool_]) -> FamilyMeans:
    """Return a family of which some scores of some blocks are not known.

    Parameters
    ----------
    hidden
        Of the shape of the means, or of one that is broadcast to it.
    """
    if not hidden.any():
        return family
    return replace(family, means=np.where(hidden, np.nan, family.means))


def growth_of_variances(family: FamilyMeans, rows: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return by how much more the images of some blocks vary than those of all, at least 1.

    After an accepted change more images may lie far out than before: what was rare is common then,
    and varies more. Shape (scores,).
    """
    every = image_variances(family)
    own = rows_of(family, np.flatnonzero(rows))
    known = np.isfinite(own.means) & np.isfinite(own.variances)
    images = np.where(known, own.images, 0.0)
    total = (images * np.where(known, own.variances, 0.0)).sum(axis=0)
    pooled = (_WORTH_OF_OTHERS * every + total) / (_WORTH_OF_OTHERS + images.sum(axis=0))
    growth: NDArray[np.float64] = np.maximum(pooled / every, 1.0)
    return growth


def image_variances(family: FamilyMeans) -> NDArray[np.float64]:
    """Return the variance of one image's scores over all blocks, shape (scores,).

    The window is no part of it: a fault must not widen its own null.
    """
    known = np.isfinite(family.means) & np.isfinite(family.variances)
    images = np.where(known, family.images, 0.0)
    total = (images * np.where(known, family.variances, 0.0)).sum(axis=0)
    pooled = (_WORTH_OF_REFERENCE + total) / (_WORTH_OF_REFERENCE + images.sum(axis=0))
    floored: NDArray[np.float64] = np.maximum(pooled, _LEAST_VARIANCE)
    return floored
