"""Passes over grey levels: their histogram and Sobel's gradient."""

from __future__ import annotations

import numpy as np
from numpy import float32, int16, int32, int64, uint32, uint64
from numpy.typing import NDArray

from reference_stats.kernels.compiled import compiled

# Short enough that rests of up to half a level, in units of 1 / _UNITS, fit 32 bits.
_CHUNK = 1024
_UNITS = 1 << 21
# Keeps the rest of the root of 0 a number.
_TINY = 1e-30
# Logarithms of counts below this are kept.
_FEW = 64
# Fewer pixels are counted sooner than two tables of all pairs are added up.
_MANY_PIXELS = 1 << 20


@compiled
def count_levels(plane: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return how many pixels have each of the 256 levels."""
    levels = plane.reshape(-1)
    counts = np.zeros(256, int64)
    whole = levels.size // 8 * 8
    words = levels[:whole].view(uint64)
    if levels.size < _MANY_PIXELS:
        _add_singles(words, counts)
    else:
        pairs = np.zeros((2, 1 << 16), uint32)
        _count_pairs(words, pairs)
        _add_pairs(pairs, counts)
    for x in range(whole, levels.size):
        counts[levels[x]] += 1
    return counts


@compiled
def _add_singles(words: NDArray[np.uint64], counts: NDArray[np.int64]) -> None:
    """Count the levels of some words of eight pixels."""
    # Eight tables, for a counter that has just been changed cannot be read at once.
    tables = np.zeros((8, 256), uint32)
    first, second, third, fourth = tables[0], tables[1], tables[2], tables[3]
    fifth, sixth, seventh, eighth = tables[4], tables[5], tables[6], tables[7]
    byte, one = uint64(255), uint32(1)
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
    for table in tables:
        for level in range(256):
            counts[level] += table[level]


@compiled
def _count_pairs(words: NDArray[np.uint64], pairs: NDArray[np.uint32]) -> None:
    """Count the pairs of neighbouring pixels, every other pair in the second table.

    A pair takes one counter in place of two. Neighbours are alike, so that the counters in use fit
    the first cache; with noise all 65,536 are, and the time is that of single levels.
    """
    some, others = pairs[0], pairs[1]
    pair, one = uint64(65535), uint32(1)
    for x in range(words.size):
        word = words[x]
        some[word & pair] += one
        others[(word >> uint64(16)) & pair] += one
        some[(word >> uint64(32)) & pair] += one
        others[word >> uint64(48)] += one


@compiled
def _add_pairs(pairs: NDArray[np.uint32], counts: NDArray[np.int64]) -> None:
    seconds = np.zeros(256, int64)
    for first in range(256):
        row, other_row = pairs[0, 256 * first :], pairs[1, 256 * first :]
        total = int64(0)
        for second in range(256):
            count = int64(row[second]) + int64(other_row[second])
            seconds[second] += count
            total += count
        counts[first] += total
    for level in range(256):
        counts[level] += seconds[level]


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
    # What levels add to the entropy, by their counts: in a small picture few occur again and again.
    shares = np.zeros(_FEW)
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
        kept = count if count < _FEW else 0
        if kept == 0 or shares[kept] == 0.0:
            shares[kept] = count / plane.size * np.log2(count / plane.size)
        bits -= shares[kept]
    return sums, bits, sum_gradients(plane)


@compiled
def sum_gradients(plane: NDArray[np.uint8]) -> float:
    """Return the sum of ``sqrt(gx**2 + gy**2)`` over all pixels of shape (height, width).

    gx and gy are the responses to Sobel's kernels of whole numbers, 1-2-1; beyond the border the
    outermost pixels are repeated. Each root is right to ``2**-21 + 2**-23``.
    """
    height, width = plane.shape
    across, down = np.empty(width + 2, int16), np.empty(width + 2, int16)
    total = int64(0)
    for y in range(height):
        above, here, below = plane[max(y - 1, 0)], plane[y], plane[min(y + 1, height - 1)]
        for x in range(width):
            across[x + 1] = int16(above[x]) + int16(below[x]) + (int16(here[x]) << 1)
            down[x + 1] = int16(below[x]) - int16(above[x])
        across[0], across[width + 1] = across[1], across[width]
        down[0], down[width + 1] = down[1], down[width]
        for start in range(0, width, _CHUNK):
            size = min(_CHUNK, width - start)
            total += _sum_roots(across[start:], down[start:], size)
    return total / _UNITS


@compiled
def _sum_roots(across: NDArray[np.int16], down: NDArray[np.int16], size: int) -> int:
    """Return the sum of so many roots in units of 1 / `_UNITS`.

    A square s is a whole number, at most ``2 * 1020**2 < 2**21``, and exact. Its root is rounded to
    24 bits, so that the whole number n next to it is within 0.5002 of the true root. What n leaves
    of s is ``s - n**2``, below 2**11, and exact too; divided by ``n + sqrt(s)`` it is the rest of
    the root. The denominator is right to 1.5 times 2**-24 of itself, the quotient adds 2**-24, so
    that the rest is wrong by less than 2**-23; it is cut to a multiple of 2**-21. So each root is
    wrong by less than ``2**-21 + 2**-23``, which is 4.2e-10 of the largest gradient there is. Whole
    numbers make the sum independent of the order of the additions.

    One loop: the root and the quotient keep one unit of the processor busy, and the others do the
    rest meanwhile. A loop for each step takes 1.4 times as long.
    """
    wholes, rests = int32(0), int32(0)
    for x in range(size):
        gx = float32(int16(across[x + 2] - across[x]))
        gy = float32(int16(down[x] + down[x + 2] + (down[x + 1] << 1)))
        square = gx * gx + gy * gy
        root = np.sqrt(square)
        whole = int32(root + float32(0.5))
        near = float32(whole)
        rest = (square - near * near) / (near + root + float32(_TINY))
        wholes = int32(wholes + whole)
        rests = int32(rests + int32(rest * float32(_UNITS)))
    return int64(wholes) * _UNITS + rests
