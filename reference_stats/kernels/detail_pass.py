"""One pass over the grey levels for all that compares a pixel with its neighbours."""

from __future__ import annotations

import numpy as np
from numpy import int16, int32, int64, uint8
from numpy.typing import NDArray

from reference_stats.kernels.compiled import compiled

# Short enough that sums of squares, at most 1020 ** 2 each, fit 32 bits.
_CHUNK = 1024


@compiled
def sum_three_sizes(
    plane: NDArray[np.uint8], speck_step: int, hot_step: int, first_row: int, first_column: int
) -> NDArray[np.int64]:
    """Return the fourteen sums of `sum_neighbours` and the squares of the smaller Laplacians.

    These are over the inner pixels of the half and of the quarter, whose pixels are the sums of 4
    and of 16 pixels: 4 and 16 times the grey levels.
    """
    sums = np.empty(16, int64)
    sums[:14] = sum_neighbours(plane, speck_step, hot_step, first_row, first_column)
    half = halve(plane)
    sums[14] = sum_inner_laplacian(half)
    sums[15] = sum_inner_laplacian(halve(half))
    return sums


@compiled
def sum_neighbours(
    plane: NDArray[np.uint8], speck_step: int, hot_step: int, first_row: int, first_column: int
) -> NDArray[np.int64]:
    """Return fourteen sums over a plane of shape (height, width).

    Over the inner pixels, those with all eight neighbours: the absolute response to
    ``[[1, -2, 1], [-2, 4, -2], [1, -2, 1]]``; g, the absolute step to the right plus that down;
    its squares; the number of pixels that are brighter, or darker, than their four neighbours by
    more than `speck_step`; the squares of the four-neighbour Laplacian. Over all pixels: the
    squares of the Laplacian with the outermost pixels repeated beyond the border; the absolute
    steps downwards; those from rows `first_row`, `first_row` + 8 and so on; the absolute steps to
    the right; those from columns `first_column`, `first_column` + 8 and so on. Over the inner
    pixels again: the number of those that stand out by more than `hot_step`; the squares of the
    Laplacian in the centre, as `centre_of` has it. Last the absolute second differences downwards,
    over all pixels with a neighbour above and below, and to the right, likewise.
    """
    height, width = plane.shape
    sums = np.zeros(14, int64)
    (top, bottom), (left, right) = centre_of(height), centre_of(width)
    bend, across, laplacian = np.empty(width, int16), np.zeros(width, int16), np.zeros(width, int16)
    beside, below = np.zeros(width, uint8), np.zeros(width, uint8)
    standing_out = np.empty(width, uint8)
    for y in range(height):
        upper, here, lower = plane[max(y - 1, 0)], plane[y], plane[min(y + 1, height - 1)]
        for x in range(width):
            bend[x] = int16(upper[x]) + int16(lower[x]) - (int16(here[x]) << 1)
            below[x] = uint8(max(lower[x], here[x]) - min(lower[x], here[x]))
        for x in range(width - 1):
            beside[x] = uint8(max(here[x + 1], here[x]) - min(here[x + 1], here[x]))
        downwards, rightwards = sum_levels(below), sum_levels(beside[: width - 1])
        sums[6] += downwards
        if y % 8 == first_row:
            sums[7] += downwards
        sums[8] += rightwards
        for x in range(first_column, width - 1, 8):
            sums[9] += beside[x]
        squares = _sum_row_laplacian(here, bend, across, laplacian)
        sums[13] += _sum_absolute(across[: max(width - 2, 0)])
        first = int64(bend[0]) + int64(here[min(1, width - 1)]) - int64(here[0])
        last = int64(bend[width - 1]) + int64(here[max(width - 2, 0)]) - int64(here[width - 1])
        sums[5] += squares + first * first + (last * last if width > 1 else 0)
        sums[12] += _sum_absolute(bend) if 0 < y < height - 1 else 0
        if 0 < y < height - 1 and width > 2:
            sums[0] += _sum_noise(bend)
            sums[1] += downwards - below[0] - below[width - 1] + rightwards - beside[0]
            sums[2] += _sum_gradient_squares(beside[1 : width - 1], below[1 : width - 1])
            _find_standing_out(upper, here, lower, standing_out)
            sums[3] += _count_above(standing_out[: width - 2], speck_step)
            sums[4] += squares
            sums[10] += _count_above(standing_out[: width - 2], hot_step)
            is_central = top <= y < bottom
            sums[11] += _sum_squares(laplacian[left - 1 : right - 1 if is_central else left - 1])
    return sums


@compiled
def centre_of(length: int) -> tuple[int, int]:
    """Return the first pixel of the middle half of the inner ones, and the first one behind it."""
    quarter = max(length - 2, 0) // 4
    return 1 + quarter, max(length - 1 - quarter, 1 + quarter)


@compiled
def sum_levels(values: NDArray[np.uint8]) -> int:
    """Return the sum of some levels, in 32 bits as far as they reach."""
    total = int64(0)
    for start in range(0, values.size, _CHUNK):
        chunk, part = values[start : start + _CHUNK], int32(0)
        for x in range(chunk.size):
            part = int32(part + int32(chunk[x]))
        total += part
    return total


@compiled
def _sum_squares(values: NDArray[np.int16]) -> int:
    total = int64(0)
    for start in range(0, values.size, _CHUNK):
        chunk, part = values[start : start + _CHUNK], int32(0)
        for x in range(chunk.size):
            part = int32(part + int32(chunk[x]) * int32(chunk[x]))
        total += part
    return total


@compiled
def _sum_row_laplacian(
    here: NDArray[np.uint8],
    bend: NDArray[np.int16],
    across: NDArray[np.int16],
    laplacian: NDArray[np.int16],
) -> int:
    size = max(here.size - 2, 0)
    left, middle, right = here[:size], here[1 : size + 1], here[2:]
    vertical, out = bend[1 : size + 1], laplacian[:size]
    for x in range(size):
        across[x] = int16(left[x]) + int16(right[x]) - (int16(middle[x]) << 1)
    for x in range(size):
        out[x] = vertical[x] + across[x]
    return _sum_squares(out)


@compiled
def _sum_absolute(values: NDArray[np.int16]) -> int:
    total = int64(0)
    for start in range(0, values.size, _CHUNK):
        chunk, part = values[start : start + _CHUNK], int32(0)
        for x in range(chunk.size):
            part = int32(part + int32(max(chunk[x], int16(-chunk[x]))))
        total += part
    return total


@compiled
def _sum_noise(bend: NDArray[np.int16]) -> int:
    total = int64(0)
    for start in range(0, bend.size - 2, _CHUNK):
        size = min(_CHUNK, bend.size - 2 - start)
        left, middle, right = bend[start:], bend[start + 1 :], bend[start + 2 :]
        part = int32(0)
        for x in range(size):
            response = int16(left[x] + right[x] - (middle[x] << 1))
            part = int32(part + int32(max(response, int16(-response))))
        total += part
    return total


@compiled
def _sum_gradient_squares(beside: NDArray[np.uint8], below: NDArray[np.uint8]) -> int:
    total = int64(0)
    for start in range(0, beside.size, _CHUNK):
        one, other = beside[start : start + _CHUNK], below[start : start + _CHUNK]
        part = int32(0)
        for x in range(one.size):
            gradient = int16(int16(one[x]) + int16(other[x]))
            part = int32(part + int32(gradient) * int32(gradient))
        total += part
    return total


@compiled
def _find_standing_out(
    upper: NDArray[np.uint8],
    here: NDArray[np.uint8],
    lower: NDArray[np.uint8],
    standing_out: NDArray[np.uint8],
) -> None:
    """Write by how much each inner pixel is brighter, or darker, than all four neighbours."""
    for x in range(here.size - 2):
        high = max(upper[x + 1], lower[x + 1], here[x], here[x + 2])
        low = min(upper[x + 1], lower[x + 1], here[x], here[x + 2])
        bright = uint8(max(here[x + 1], high) - high)
        dark = uint8(low - min(here[x + 1], low))
        standing_out[x] = max(bright, dark)


@compiled
def _count_above(values: NDArray[np.uint8], level: int) -> int:
    least, total = uint8(level), int64(0)
    for start in range(0, values.size, _CHUNK):
        chunk, part = values[start : start + _CHUNK], int32(0)
        for x in range(chunk.size):
            part = int32(part + int32(chunk[x] > least))
        total += part
    return total


@compiled
def halve(plane: NDArray[np.int16] | NDArray[np.uint8]) -> NDArray[np.int16]:
    """Return the sums of 2 x 2 pixels; an odd last row or column is left out."""
    height, width = plane.shape[0] // 2, plane.shape[1] // 2
    sums = np.empty((height, width), int16)
    for y in range(height):
        upper, lower, out = plane[2 * y], plane[2 * y + 1], sums[y]
        for x in range(width):
            left = int16(upper[2 * x]) + int16(lower[2 * x])
            out[x] = int16(left + int16(upper[2 * x + 1]) + int16(lower[2 * x + 1]))
    return sums


@compiled
def sum_inner_laplacian(plane: NDArray[np.int16]) -> int:
    """Return the sum of squares of the four-neighbour Laplacian over the inner pixels.

    Parameters
    ----------
    plane
        Values up to 4,080: the response fits 16 bits and its square 32.
    """
    total = int64(0)
    for y in range(1, plane.shape[0] - 1):
        upper, here, lower = plane[y - 1], plane[y], plane[y + 1]
        for x in range(1, here.size - 1):
            around = int32(upper[x]) + int32(lower[x]) + int32(here[x - 1]) + int32(here[x + 1])
            response = int32(around - 4 * int32(here[x]))
            total += int64(int32(response * response))
    return total
