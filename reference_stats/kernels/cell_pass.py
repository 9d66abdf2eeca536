"""Averages over a grid of areas, and a fingerprint made of them."""

from __future__ import annotations

import numpy as np
from numpy import int64, uint32
from numpy.typing import NDArray

from reference_stats.kernels.compiled import compiled


@compiled
def average_cells(plane: NDArray[np.uint8], cells: int) -> NDArray[np.float64]:
    """Return the means of `cells` by `cells` equal areas of a plane of shape (height, width).

    A pixel on the border of two areas counts in both of them with the share that lies in each; in
    units of 1 / `cells` pixel these shares are whole numbers, so that the sums are exact.
    """
    height, width = plane.shape
    means = np.empty((cells, cells), np.float64)
    band, line = np.empty(width, int64), np.empty(width, uint32)
    for row in range(cells):
        # The area's rows from `top` to `bottom`, in units of 1 / cells pixel.
        top, bottom = row * height, (row + 1) * height
        first, last = top // cells, (bottom + cells - 1) // cells
        line[:] = 0
        for y in range(first + 1, last - 1):
            pixels = plane[y]
            for x in range(width):
                line[x] += uint32(pixels[x])
        lower, upper = plane[first], plane[last - 1]
        share = min((first + 1) * cells, bottom) - top
        other = bottom - (last - 1) * cells if last - 1 > first else 0
        for x in range(width):
            band[x] = cells * int64(line[x]) + share * int64(lower[x]) + other * int64(upper[x])
        for column in range(cells):
            left, right = column * width, (column + 1) * width
            first, last = left // cells, (right + cells - 1) // cells
            total = int64(0)
            for x in range(first + 1, last - 1):
                total += band[x]
            share = min((first + 1) * cells, right) - left
            other = right - (last - 1) * cells if last - 1 > first else 0
            total = cells * total + share * band[first] + other * band[last - 1]
            means[row, column] = total / (height * width)
    return means


@compiled
def pack_cells(
    plane: NDArray[np.uint8], cells: int, least_step: float, relative_step: float
) -> tuple[NDArray[np.uint8], float]:
    """Return two bits per pair of neighbouring cells, eight to a byte, and the cells' mean.

    The bits of the first half are set where the second cell of a pair is brighter by more than the
    step, those of the second half where it is darker. The step is the larger of `least_step` and
    `relative_step` standard deviations of the cells. Pairs across come first, then pairs downwards,
    each row by row; the lowest bit of a byte is its first.
    """
    means = average_cells(plane, cells)
    pairs = cells * (cells - 1)
    step = max(least_step, relative_step * means.std())
    packed = np.zeros(4 * pairs // 8, np.uint8)
    for pair in range(2 * pairs):
        if pair < pairs:
            row, column = pair // (cells - 1), pair % (cells - 1)
            rise = means[row, column + 1] - means[row, column]
        else:
            row, column = (pair - pairs) // cells, (pair - pairs) % cells
            rise = means[row + 1, column] - means[row, column]
        if rise > step:
            packed[pair // 8] |= np.uint8(1 << pair % 8)
        elif rise < -step:
            packed[(pair + 2 * pairs) // 8] |= np.uint8(1 << (pair + 2 * pairs) % 8)
    return packed, means.mean()
