"""One pass over the grey levels for all that compares a pixel with its neighbours."""

from __future__ import annotations

import numpy as np
from numpy import int16, int32, int64, uint8, uint64
from numpy.typing import NDArray

from reference_stats.kernels.compiled import compiled
from reference_stats.kernels.word_pass import count_flags, sum_words

# Short enough that sums of squares, at most 1020 ** 2 each, fit 32 bits.
_CHUNK = 1024
# Narrower rows are summed sooner byte by byte than by words.
_WIDE = 512


@compiled
def sum_three_sizes(
    plane: NDArray[np.uint8], speck_step: int, hot_step: int, first_row: int, first_column: int
) -> NDArray[np.int64]:
    """Return sixteen sums over a plane of shape (height, width).

    Over the inner pixels, those with all eight neighbours: the absolute response to
    ``[[1, -2, 1], [-2, 4, -2], [1, -2, 1]]``; g, the absolute step to the right plus that down;
    its squares; the number of pixels that are brighter, or darker, than their four neighbours by
    more than `speck_step`; the squares of the four-neighbour Laplacian. Over all pixels: the
    squares of the Laplacian with the outermost pixels repeated beyond the border; the absolute
    steps downwards; those from rows `first_row`, `first_row` + 8 and so on; the absolute steps to
    the right; those from columns `first_column`, `first_column` + 8 and so on. Over the inner
    pixels again: the number of those that stand out by more than `hot_step`; the squares of the
    Laplacian in the centre, as `centre_of` has it. Then the absolute second differences downwards,
    over all pixels with a neighbour above and below, and to the right, likewise. Last the squares
    of the Laplacian over the inner pixels of the half and of the quarter, whose pixels are the sums
    of 4 and of 16 pixels: 4 and 16 times the grey levels.

    Parameters
    ----------
    first_row, first_column
        From 0 to 7.
    """
    height, width = plane.shape
    sums = np.zeros(16, int64)
    top, bottom = centre_of(height)
    bend, across = np.empty(width, int16), np.empty(width, int16)
    # Filled up to whole words: what is beyond the row stays 0.
    places = np.zeros((4, (width + 7) // 8 * 8), uint8)
    below, beside, specks, hot = places[0], places[1], places[2], places[3]
    halves, quarters = np.empty((3, width // 2), int16), np.empty((3, width // 4), int16)
    for y in range(height):
        upper, here, lower = plane[max(y - 1, 0)], plane[y], plane[min(y + 1, height - 1)]
        _find_steps(upper, here, lower, bend, below, beside)
        downwards = sum_levels(below[:width])
        rightwards, from_columns = _sum_steps(beside, width, first_column)
        sums[6] += downwards
        sums[7] += downwards if y % 8 == first_row else 0
        sums[8] += rightwards
        sums[9] += from_columns
        is_central = top <= y < bottom
        squares, central = _sum_row_laplacian(here, bend, across, is_central)
        sums[5] += squares + _sum_border(here, bend)
        sums[13] += _sum_absolute(across[: max(width - 2, 0)])
        sums[12] += _sum_absolute(bend) if 0 < y < height - 1 else 0
        if 0 < y < height - 1 and width > 2:
            sums[0] += _sum_noise(bend)
            sums[1] += downwards - below[0] - below[width - 1] + rightwards - beside[0]
            sums[2] += _sum_gradient_squares(beside[1 : width - 1], below[1 : width - 1])
            _find_standing_out(upper, here, lower, speck_step, hot_step, specks, hot)
            sums[3] += count_flags(specks.view(uint64))
            sums[4] += squares
            sums[10] += count_flags(hot.view(uint64))
            sums[11] += central
        if y % 2:
            # While both rows are in the cache.
            sums[14] += _add_row(y // 2, plane[y - 1], here, halves)
        if y % 4 == 3:
            sums[15] += _add_row(y // 4, halves[(y // 2 - 1) % 3], halves[y // 2 % 3], quarters)
    return sums


@compiled
def centre_of(length: int) -> tuple[int, int]:
    """Return the first pixel of the middle half of the inner ones, and the first one behind it."""
    quarter = max(length - 2, 0) // 4
    return 1 + quarter, max(length - 1 - quarter, 1 + quarter)


@compiled
def _find_steps(
    upper: NDArray[np.uint8],
    here: NDArray[np.uint8],
    lower: NDArray[np.uint8],
    bend: NDArray[np.int16],
    below: NDArray[np.uint8],
    beside: NDArray[np.uint8],
) -> None:
    """Write the second differences downwards and the absolute steps down and to the right."""
    for x in range(here.size):
        bend[x] = int16(upper[x]) + int16(lower[x]) - (int16(here[x]) << 1)
        below[x] = uint8(max(lower[x], here[x]) - min(lower[x], here[x]))
    for x in range(here.size - 1):
        beside[x] = uint8(max(here[x + 1], here[x]) - min(here[x + 1], here[x]))


@compiled
def _sum_steps(steps: NDArray[np.uint8], width: int, first_column: int) -> tuple[int, int]:
    """Return the sum of the steps of a row, and that of each eighth one from `first_column` on."""
    if width >= _WIDE:
        return sum_words(steps.view(uint64), first_column)
    eighths = int64(0)
    for x in range(first_column, width, 8):
        eighths += steps[x]
    return sum_levels(steps[:width]), eighths


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
def _sum_row_laplacian(
    here: NDArray[np.uint8],
    bend: NDArray[np.int16],
    across: NDArray[np.int16],
    is_central: bool,
) -> tuple[int, int]:
    """Write the second differences to the right, of the first inner pixel first.

    Returns the sum of the squares of the Laplacian over the inner pixels, and that over the middle
    half where `is_central` says so, otherwise 0.
    """
    size = max(here.size - 2, 0)
    left, middle, right = here[:size], here[1 : size + 1], here[2:]
    for x in range(size):
        across[x] = int16(left[x]) + int16(right[x]) - (int16(middle[x]) << 1)
    vertical, central = bend[1 : size + 1], int64(0)
    if is_central:
        first, last = centre_of(here.size)
        central += _sum_squares_of_sums(
            vertical[first - 1 : last - 1], across[first - 1 : last - 1]
        )
    return _sum_squares_of_sums(vertical, across[:size]), central


@compiled
def _sum_squares_of_sums(some: NDArray[np.int16], others: NDArray[np.int16]) -> int:
    total = int64(0)
    for start in range(0, some.size, _CHUNK):
        one, other = some[start : start + _CHUNK], others[start : start + _CHUNK]
        part = int32(0)
        for x in range(one.size):
            response = int16(one[x] + other[x])
            part = int32(part + int32(response) * int32(response))
        total += part
    return total


@compiled
def _sum_border(here: NDArray[np.uint8], bend: NDArray[np.int16]) -> int:
    """Return the squares of the Laplacian at both ends of a row, whose pixels are repeated."""
    end = here.size - 1
    first = int64(bend[0]) + int64(here[min(1, end)]) - int64(here[0])
    last = int64(bend[end]) + int64(here[max(end - 1, 0)]) - int64(here[end])
    return first * first + (last * last if end > 0 else 0)


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
def _find_standing_out(  # noqa: PLR0913, PLR0917 - compiled code takes no others
    upper: NDArray[np.uint8],
    here: NDArray[np.uint8],
    lower: NDArray[np.uint8],
    speck_step: int,
    hot_step: int,
    specks: NDArray[np.uint8],
    hot: NDArray[np.uint8],
) -> None:
    """Write which inner pixels are brighter, or darker, than all four neighbours by each step."""
    speck, dot = uint8(speck_step), uint8(hot_step)
    for x in range(here.size - 2):
        high = max(upper[x + 1], lower[x + 1], here[x], here[x + 2])
        low = min(upper[x + 1], lower[x + 1], here[x], here[x + 2])
        bright = uint8(max(here[x + 1], high) - high)
        dark = uint8(low - min(here[x + 1], low))
        specks[x], hot[x] = max(bright, dark) > speck, max(bright, dark) > dot


@compiled
def _add_row(
    y: int,
    upper: NDArray[np.int16] | NDArray[np.uint8],
    lower: NDArray[np.int16] | NDArray[np.uint8],
    rows: NDArray[np.int16],
) -> int:
    """Write the sums of 2 x 2 pixels, which are row `y` of a smaller plane, into row `y` modulo 3.

    Returns the sum of squares of the four-neighbour Laplacian over the inner pixels of the row
    before. An odd last column is left out. The sums are at most 4,080: the response fits 16 bits
    and its square 32.
    """
    new = rows[y % 3]
    for x in range(new.size):
        left = int16(upper[2 * x]) + int16(lower[2 * x])
        new[x] = int16(left + int16(upper[2 * x + 1]) + int16(lower[2 * x + 1]))
    total = int64(0)
    if y > 1:
        above, here = rows[(y - 2) % 3], rows[(y - 1) % 3]
        for x in range(1, here.size - 1):
            around = int32(above[x]) + int32(new[x]) + int32(here[x - 1]) + int32(here[x + 1])
            response = int32(around - 4 * int32(here[x]))
            total += int64(int32(response * response))
    return total
