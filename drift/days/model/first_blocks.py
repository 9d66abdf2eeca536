"""Which of the first blocks is least like the others: they are learnt from before any is judged."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from drift.days.matrix import FamilyMeans

SCREENED_AT = range(7, 15)
"""With so many normal blocks the one that is least like the others is looked at once more."""
_NORMAL_PER_MAD = 1.4826
# Differences within a tenth of a deviation are no oddness, however alike the others are.
_LEAST_SPREAD = 0.1
_FAR = 0.95


def oddest_block(families: Sequence[FamilyMeans], rows: Sequence[int]) -> int:
    """Return the row that lies farthest from the medians of all.

    Parameters
    ----------
    families
        One row per block, the same blocks in each.
    rows
        Which blocks are compared with each other, at least one.
    """
    parts = [family.means[list(rows)] for family in families]
    means = np.concatenate(parts, axis=1)
    means = means[:, np.isfinite(means).all(axis=0)]
    if not means.shape[1]:
        return rows[-1]
    off = np.abs(means - np.median(means, axis=0))
    spread = _NORMAL_PER_MAD * np.median(off, axis=0) + _LEAST_SPREAD
    return rows[int(np.quantile(off / spread, _FAR, axis=1).argmax())]
