"""Turning an image as its EXIF orientation says."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_SIDEWAYS = {5, 6, 7, 8}


def turn(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Return a view of pixels of shape (height, width, ...) turned as an EXIF tag says."""
    if orientation in _SIDEWAYS:
        pixels = pixels.swapaxes(0, 1)
    if is_mirrored(orientation, axis=1):
        pixels = pixels[:, ::-1]
    if is_mirrored(orientation, axis=0):
        pixels = pixels[::-1]
    return pixels


def turned_plane(plane: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Return a plane of shape (height, width) turned, its rows one after the other in memory."""
    if orientation == 1:
        return np.ascontiguousarray(plane)
    if orientation in _SIDEWAYS:
        from reference_stats.kernels.turning import transpose  # noqa: PLC0415 - numba is slow to import

        plane = transpose(plane)
    if is_mirrored(orientation, axis=1):
        plane = plane[:, ::-1]
    if is_mirrored(orientation, axis=0):
        plane = plane[::-1]
    return np.ascontiguousarray(plane)


def is_mirrored(orientation: int, *, axis: int) -> bool:
    """Whether the displayed rows (axis 0) or columns (axis 1) run against the file's own."""
    return orientation in ({3, 4, 7, 8} if axis == 0 else {2, 3, 6, 7})
