"""Passes over the samples of each colour channel: jumps between neighbours, and the levels."""

from __future__ import annotations

import numpy as np
from numpy import int32, int64, uint8, uint32, uint64
from numpy.typing import NDArray

from reference_stats.kernels.compiled import compiled

_CHUNK = 1024
# Several for each channel, for a counter that has just been changed cannot be read at once.
_TABLES = 12


@compiled
def sum_channels(
    lines: NDArray[np.uint8], channels: int, jump: int, every: int
) -> NDArray[np.int64]:
    """Return the numbers of jumps and of steps, and how often each channel has each level.

    Parameters
    ----------
    lines
        Shape (height, width * channels): the samples of a pixel stand side by side.
    jump
        A step between neighbours of one channel, to the right or downwards, is a jump where it is
        larger.
    every
        One of so many rows is looked at, the first one among them.

    Returns
    -------
    Shape (2 + 256 * channels,).
    """
    found = np.zeros(2 + 256 * channels, int64)
    height, width = lines.shape
    tables = np.zeros((_TABLES, 256), uint32)
    if every == 1:
        found[0], found[1] = _jumps_of_all(lines, channels, jump)
        _count_levels(lines.reshape(-1), tables)
    for y in range(0, height if every > 1 else 0, every):
        here = lines[y]
        found[0] += _count_jumps(here[: width - channels], here[channels:], jump)
        found[1] += width - channels
        if y + 1 < height:
            found[0] += _count_jumps(here, lines[y + 1], jump)
            found[1] += width
        _count_levels(here, tables)
    for table in range(_TABLES):
        start = 2 + 256 * (table % channels)
        for level in range(256):
            found[start + level] += tables[table, level]
    return found


@compiled
def _jumps_of_all(lines: NDArray[np.uint8], channels: int, jump: int) -> tuple[int, int]:
    """Return the jumps and the steps of all rows, in two long passes."""
    height, width = lines.shape
    samples = lines.reshape(-1)
    jumps = _count_jumps(samples[: samples.size - width], samples[width:], jump)
    jumps += _count_jumps(samples[: samples.size - channels], samples[channels:], jump)
    # Steps from the end of a row to the start of the next one are none.
    for y in range(1, height):
        start = width * y
        jumps -= _count_jumps(
            samples[start - channels : start], samples[start : start + channels], jump
        )
    return jumps, height * (width - channels) + (height - 1) * width


@compiled
def _count_jumps(one: NDArray[np.uint8], other: NDArray[np.uint8], jump: int) -> int:
    least, total = uint8(jump), int64(0)
    for start in range(0, one.size, _CHUNK):
        first, second = one[start : start + _CHUNK], other[start : start + _CHUNK]
        part = int32(0)
        for x in range(first.size):
            step = uint8(max(first[x], second[x]) - min(first[x], second[x]))
            part = int32(part + int32(step > least))
        total += part
    return total


@compiled
def _count_levels(line: NDArray[np.uint8], tables: NDArray[np.uint32]) -> None:
    """Count the levels of samples number 0, 12, 24 and so on in the first table, and so on."""
    byte, one, eight = uint64(255), uint32(1), uint64(8)
    whole = line.size // (2 * _TABLES) * (2 * _TABLES)
    words = line[:whole].view(uint64)
    for start in range(0, words.size, 3):
        for part in range(3):
            word = words[start + part]
            for place in range(8):
                tables[(8 * part + place) % _TABLES, word & byte] += one
                word >>= eight
    for x in range(whole, line.size):
        tables[x % _TABLES, line[x]] += one
