"""Passes over interleaved red, green and blue."""

from __future__ import annotations

import numpy as np
from numpy import float32, int16, int32, int64, uint8, uint64
from numpy.typing import NDArray

from reference_stats.kernels.compiled import compiled
from reference_stats.kernels.share_unit import SHARE
from reference_stats.kernels.word_pass import WORDS_AT_ONCE, count_few_flags, sum_few_words

# Short enough that sums of squares, at most 510 ** 2 each, and of `SHARE` fit 32 bits.
_CHUNK = 8 * WORDS_AT_ONCE


@compiled
def fill_luma(rgb: NDArray[np.uint8], luma: NDArray[np.uint8]) -> None:
    """Write PIL's ``convert("L")`` of pixels of shape (height, width, 3) into (height, width)."""
    pixels, levels = rgb.reshape(-1), luma.reshape(-1)
    red, green, blue = np.empty(_CHUNK, uint8), np.empty(_CHUNK, uint8), np.empty(_CHUNK, uint8)
    for start in range(0, levels.size, _CHUNK):
        out = levels[start : start + _CHUNK]
        chunk = pixels[3 * start : 3 * (start + out.size)]
        for x in range(out.size):
            red[x], green[x], blue[x] = chunk[3 * x], chunk[3 * x + 1], chunk[3 * x + 2]
        for x in range(out.size):
            one, two, three = int32(red[x]), int32(green[x]), int32(blue[x])
            out[x] = uint8(int32(19595 * one + 38470 * two + 7471 * three + 32768) >> 16)


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
    sums = np.zeros(10, int64)
    # Plain loops over short arrays: each becomes a few vector instructions, all in the first cache.
    # They are allocated one by one, for then the compiler knows that none overlaps another.
    red, green, blue = np.zeros(_CHUNK, uint8), np.zeros(_CHUNK, uint8), np.zeros(_CHUNK, uint8)
    largest, chroma = np.empty(_CHUNK, uint8), np.empty(_CHUNK, uint8)
    is_blown, is_crushed = np.zeros(_CHUNK, uint8), np.zeros(_CHUNK, uint8)
    is_grey, apart = np.zeros(_CHUNK, uint8), np.zeros(_CHUNK, uint8)
    for start in range(0, pixels.size, 3 * _CHUNK):
        chunk = pixels[start : start + 3 * _CHUNK]
        size = chunk.size // 3
        if size < _CHUNK:
            for x in range(size, _CHUNK):
                red[x] = green[x] = blue[x] = apart[x] = uint8(0)
                is_blown[x] = is_crushed[x] = is_grey[x] = uint8(0)
        for x in range(size):
            red[x], green[x], blue[x] = chunk[3 * x], chunk[3 * x + 1], chunk[3 * x + 2]
        for x in range(size):
            high = max(red[x], green[x], blue[x])
            low = min(red[x], green[x], blue[x])
            is_blown[x], is_crushed[x] = high >= bright, low <= dark
            largest[x], chroma[x] = max(high, uint8(1)), uint8(high - low)
            is_grey[x] = chroma[x] <= alike
            apart[x] = uint8(max(red[x], blue[x]) - min(red[x], blue[x]))
        sums[0] += sum_few_words(red.view(uint64))
        sums[1] += sum_few_words(green.view(uint64))
        sums[2] += sum_few_words(blue.view(uint64))
        sums[3] += _sum_red_green(red[:size], green[:size])
        sums[4] += _sum_yellow_blue(red[:size], green[:size], blue[:size])
        sums[5] += _sum_shares(chroma[:size], largest[:size])
        sums[6] += count_few_flags(is_blown.view(uint64))
        sums[7] += count_few_flags(is_crushed.view(uint64))
        sums[8] += count_few_flags(is_grey.view(uint64))
        sums[9] += sum_few_words(apart.view(uint64))
    return sums


@compiled
def _sum_red_green(red: NDArray[np.uint8], green: NDArray[np.uint8]) -> int:
    total = int32(0)
    for x in range(red.size):
        step = int32(int32(red[x]) - int32(green[x]))
        total = int32(total + int32(step * step))
    return total


@compiled
def _sum_yellow_blue(
    red: NDArray[np.uint8], green: NDArray[np.uint8], blue: NDArray[np.uint8]
) -> int:
    total = int32(0)
    for x in range(red.size):
        step = int16(int16(red[x]) + int16(green[x]) - int16(int16(blue[x]) << 1))
        total = int32(total + int32(step) * int32(step))
    return total


@compiled
def _sum_shares(parts: NDArray[np.uint8], wholes: NDArray[np.uint8]) -> int:
    # Whole numbers, so that the sum does not depend on the order in which a processor adds.
    total = int32(0)
    for x in range(parts.size):
        share = float32(parts[x]) / float32(wholes[x])
        total = int32(total + int32(share * float32(SHARE) + float32(0.5)))
    return total
