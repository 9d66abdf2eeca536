"""Passes over grey levels: their histogram and Sobel's gradient."""

from __future__ import annotations

import numpy as np
from numpy import float32, int16, int32, int64, uint32, uint64
from numpy.typing import NDArray

from reference_stats.kernels.compiled import compiled

_LANES = 8
# Short enough that rests of up to half a level, in units of 1 / _UNITS, fit 32 bits.
_CHUNK = 1024
_UNITS = 1 << 21
# Keeps the rest of the root of 0 a number.
_TINY = 1e-30


@compiled
def count_levels(plane: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return how many pixels have each of the 256 levels."""
    # Eight tables, for a counter that has just been changed cannot be read at once.
    tables = np.zeros((_LANES, 256), uint32)
    first, second, third, fourth = tables[0], tables[1], tables[2], tables[3]
    fifth, sixth, seventh, eighth = tables[4], tables[5], tables[6], tables[7]
    counts = np.zeros(256, np.int64)
    byte, one = uint64(255), uint32(1)
    levels = plane.reshape(-1)
    words = levels[: levels.size // 8 * 8].view(uint64)
    for x in range(words.size):
        word = words[x]
        first[word & byte] += one
        second[(word >> uint64(8)) & byte] += one
        third[(word >> uint64(16)) & byte] += one
        fourth[(word >> uint64(24)) & byte] += one
        fifth[(word >> uint64(32)) & byte] += one
        sixth[(word >> uint64(40)) & byte] += one
        seventh[(word >> uint64(48)) & byte] += one
        eighth[word >> uint64(56)] += one
    for x in range(8 * words.size, levels.size):
        first[levels[x]] += one
    for table in tables:
        for level in range(256):
            counts[level] += table[level]
    return counts


@compiled
def summarize(
    plane: NDArray[np.uint8], bright: int, dark: int, black: int
) -> tuple[NDArray[np.int64], float, float]:
    """Return nine whole numbers, the entropy in bits and `sum_gradients` of a plane of n pixels.

    The nine are the sums of the levels and of their squares, the numbers of pixels at level
    `bright` or above and at `dark` or below, and the levels of the pixels number 0, n - 1,
    ``(n - 1) // 2``, ``n // 2`` and `black` in the order of their brightness.
    """
    counts = count_levels(plane)
    sums, bits, seen = np.zeros(9, np.int64), 0.0, 0
    ranks = (0, plane.size - 1, (plane.size - 1) // 2, plane.size // 2, black)
    for level in range(256):
        count = counts[level]
        if count == 0:
            continue
        sums[0] += count * level
        sums[1] += count * level * level
        sums[2] += count if level >= bright else 0
        sums[3] += count if level <= dark else 0
        for place in range(5):
            if seen <= ranks[place] < seen + count:
                sums[4 + place] = level
        seen += count
        bits -= count / plane.size * np.log2(count / plane.size)
    return sums, bits, sum_gradients(plane)


@compiled
def sum_gradients(plane: NDArray[np.uint8]) -> float:
    """Return the sum of ``sqrt(gx**2 + gy**2)`` over all pixels of shape (height, width).

    gx and gy are the responses to Sobel's kernels of whole numbers, 1-2-1; beyond the border the
    outermost pixels are repeated. Each root is right to 2**-21.
    """
    height, width = plane.shape
    across, down = np.empty(width + 2, int16), np.empty(width + 2, int16)
    right, lower = np.empty(width, int16), np.empty(width, int16)
    squares, roots = np.empty(width, float32), np.empty(width, float32)
    total = 0
    for y in range(height):
        above, here, below = plane[max(y - 1, 0)], plane[y], plane[min(y + 1, height - 1)]
        for x in range(width):
            across[x + 1] = int16(above[x]) + int16(below[x]) + (int16(here[x]) << 1)
            down[x + 1] = int16(below[x]) - int16(above[x])
        across[0], across[width + 1] = across[1], across[width]
        down[0], down[width + 1] = down[1], down[width]
        for x in range(width):
            right[x] = across[x + 2] - across[x]
            lower[x] = down[x] + down[x + 2] + (down[x + 1] << 1)
        for x in range(width):
            gx, gy = float32(right[x]), float32(lower[x])
            squares[x] = gx * gx + gy * gy
        for x in range(width):
            roots[x] = np.sqrt(squares[x])
        for start in range(0, width, _CHUNK):
            total += _sum_roots(squares[start : start + _CHUNK], roots[start : start + _CHUNK])
    return total / _UNITS


@compiled
def _sum_roots(squares: NDArray[np.float32], roots: NDArray[np.float32]) -> int:
    """Return the sum of the square roots in units of 1 / `_UNITS`.

    `roots` are right to 24 bits. A square is a whole number below 2**21, so that what the nearest
    whole root leaves of it is exact too, and ``s - n**2 = (sqrt(s) - n) (sqrt(s) + n)`` gives the
    rest of the root. Whole numbers make the sum independent of the order of the additions.
    """
    wholes, rests = int32(0), int32(0)
    for x in range(squares.size):
        whole = int32(roots[x] + float32(0.5))
        near = float32(whole)
        rest = (squares[x] - near * near) / (near + roots[x] + float32(_TINY))
        wholes = int32(wholes + whole)
        rests = int32(rests + int32(rest * float32(_UNITS)))
    return int64(wholes) * _UNITS + rests
