"""Passes over rows and columns of grey levels: where in the picture something is."""

from __future__ import annotations

import numpy as np
from numpy import int32, int64
from numpy.typing import NDArray

from reference_stats.kernels.compiled import compiled
from reference_stats.kernels.detail_pass import sum_levels

# So many pixels of 255 fit 32 bits.
_CHUNK = 1 << 22


@compiled
def sum_layout(plane: NDArray[np.uint8], flat: int) -> NDArray[np.int64]:
    """Return the flat lines at the four borders, the sums of the rows and those of the columns.

    Parameters
    ----------
    plane
        Shape (height, width).
    flat
        A row or column is flat where its levels lie within so many levels of each other.

    Returns
    -------
    Shape (4 + height + width,): the numbers of flat lines at the top, at the bottom, on the left
    and on the right, all of them in a flat picture; the sums of the rows; those of the columns.
    """
    height, width = plane.shape
    found = np.zeros(4 + height + width, int64)
    columns, part = found[4 + height :], np.zeros(width, int32)
    for start in range(0, height, _CHUNK):
        part[:] = 0
        for y in range(start, min(start + _CHUNK, height)):
            row = plane[y]
            for x in range(width):
                part[x] += int32(row[x])
            found[4 + y] = sum_levels(row)
        for x in range(width):
            columns[x] += part[x]
    found[0], found[1] = _flat_rows(plane, flat), _flat_rows(plane[::-1], flat)
    found[2], found[3] = _flat_rows(plane.T, flat), _flat_rows(plane[:, ::-1].T, flat)
    return found


@compiled
def describe_lines(sums: NDArray[np.int64]) -> tuple[float, int, int]:
    """Return the population standard deviation of some lines' sums, and the sums of both halves.

    The middle one of an odd number of lines is in neither half.
    """
    half, squares = sums.size // 2, 0.0
    first, second = sums[:half].sum(), sums[sums.size - half :].sum()
    middle = sums[half] if sums.size % 2 else 0
    mean = (first + second + middle) / sums.size
    for place in range(sums.size):
        squares += (sums[place] - mean) ** 2
    return np.sqrt(squares / sums.size), first, second


@compiled
def _flat_rows(plane: NDArray[np.uint8], flat: int) -> int:
    """Return how many rows from the first one on are flat."""
    height, width = len(plane), plane.shape[1]
    for y in range(height):
        low = high = plane[y, 0]
        for x in range(width):
            low, high = min(low, plane[y, x]), max(high, plane[y, x])
            if int64(high) - int64(low) > flat:
                return y
    return height
