"""Passes over interleaved red, green and blue."""

from __future__ import annotations

import numpy as np
from numpy import float32, int16, int32, uint8
from numpy.typing import NDArray

from reference_stats.kernels.compiled import compiled
from reference_stats.kernels.share_unit import SHARE

# Short enough that sums of squares, at most 510 ** 2 each, and of `SHARE` fit 32 bits.
_CHUNK = 1024


@compiled
def fill_luma(rgb: NDArray[np.uint8], luma: NDArray[np.uint8]) -> None:
    """Write PIL's ``convert("L")`` of pixels of shape (height, width, 3) into (height, width)."""
    height, width = luma.shape
    rows = rgb.reshape(height, 3 * width)
    for y in range(height):
        row, out = rows[y], luma[y]
        for x in range(width):
            red, green, blue = int32(row[3 * x]), int32(row[3 * x + 1]), int32(row[3 * x + 2])
            out[x] = uint8(int32(19595 * red + 38470 * green + 7471 * blue + 32768) >> 16)


@compiled
def sum_colours_of(
    rgb: NDArray[np.uint8], blown: int, crushed: int, equal: int
) -> NDArray[np.int64]:
    """Return ten sums over pixels of shape (height, width * 3).

    They are red, green, blue, ``(R - G)**2``, ``(R + G - 2 B)**2``, ``(max - min) / max`` in units
    of 1 / `SHARE`, and the numbers of pixels with a channel of `blown` or more, with one of
    `crushed` or less, and with channels that are equal within `equal` levels; last ``|R - B|``.
    """
    pixels, bright, dark = rgb.reshape(-1), uint8(blown), uint8(crushed)
    alike = uint8(equal)
    sums = np.zeros(10, np.int64)
    # Plain loops over short arrays: each becomes a few vector instructions, all in the first cache.
    red, green, blue = np.empty(_CHUNK, uint8), np.empty(_CHUNK, uint8), np.empty(_CHUNK, uint8)
    largest, chroma = np.empty(_CHUNK, uint8), np.empty(_CHUNK, uint8)
    is_blown, is_crushed = np.empty(_CHUNK, uint8), np.empty(_CHUNK, uint8)
    is_grey, apart = np.empty(_CHUNK, uint8), np.empty(_CHUNK, uint8)
    red_green, yellow_blue = np.empty(_CHUNK, int16), np.empty(_CHUNK, int16)
    for start in range(0, pixels.size, 3 * _CHUNK):
        chunk = pixels[start : start + 3 * _CHUNK]
        size = chunk.size // 3
        for x in range(size):
            red[x], green[x], blue[x] = chunk[3 * x], chunk[3 * x + 1], chunk[3 * x + 2]
        for x in range(size):
            high = max(red[x], green[x], blue[x])
            low = min(red[x], green[x], blue[x])
            is_blown[x], is_crushed[x] = high >= bright, low <= dark
            largest[x], chroma[x] = max(high, uint8(1)), uint8(high - low)
            is_grey[x] = chroma[x] <= alike
            apart[x] = uint8(max(red[x], blue[x]) - min(red[x], blue[x]))
        for x in range(size):
            red_green[x] = int16(red[x]) - int16(green[x])
        for x in range(size):
            yellow_blue[x] = int16(red[x]) + int16(green[x]) - (int16(blue[x]) << 1)
        sums[0] += _sum(red[:size])
        sums[1] += _sum(green[:size])
        sums[2] += _sum(blue[:size])
        sums[3] += _sum_squares(red_green[:size])
        sums[4] += _sum_squares(yellow_blue[:size])
        sums[5] += _sum_shares(chroma[:size], largest[:size])
        sums[6] += _sum(is_blown[:size])
        sums[7] += _sum(is_crushed[:size])
        sums[8] += _sum(is_grey[:size])
        sums[9] += _sum(apart[:size])
    return sums


@compiled
def _sum(values: NDArray[np.uint8]) -> int:
    total = int32(0)
    for x in range(values.size):
        total = int32(total + int32(values[x]))
    return total


@compiled
def _sum_squares(values: NDArray[np.int16]) -> int:
    total = int32(0)
    for x in range(values.size):
        total = int32(total + int32(values[x]) * int32(values[x]))
    return total


@compiled
def _sum_shares(parts: NDArray[np.uint8], wholes: NDArray[np.uint8]) -> int:
    # Whole numbers, so that the sum does not depend on the order in which a processor adds.
    total = int32(0)
    for x in range(parts.size):
        share = float32(parts[x]) / float32(wholes[x])
        total = int32(total + int32(share * float32(SHARE) + float32(0.5)))
    return total
