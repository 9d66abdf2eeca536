"""Pixels turned as an EXIF tag says."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reference_stats.kernels.compiled import compiled

# A square of so many pixels a side is read and written within the first cache.
_TILE = 32


@compiled
def transpose(plane: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a copy of a plane of shape (height, width) with rows and columns exchanged."""
    height, width = plane.shape
    turned = np.empty((width, height), np.uint8)
    for top in range(0, height, _TILE):
        for left in range(0, width, _TILE):
            for x in range(left, min(left + _TILE, width)):
                for y in range(top, min(top + _TILE, height)):
                    turned[x, y] = plane[y, x]
    return turned
