"""Passes over the samples of each colour channel: jumps between neighbours, and the levels."""

from __future__ import annotations

import numpy as np
from numpy import int32, int64, uint8
from numpy.typing import NDArray

from reference_stats.kernels.compiled import compiled

_CHUNK = 1024


@compiled
def sum_channels(
    lines: NDArray[np.uint8], channels: int, jump: int, every: int
) -> NDArray[np.int64]:
    """Return the number of jumps, and how often each level occurs in each channel.

    Parameters
    ----------
    lines
        Shape (height, width * channels): the samples of a pixel stand side by side.
    jump
        A step between neighbours of one channel, to the right or downwards, is a jump where it is
        larger.
    every
        The levels are counted in every so-manieth row, from the first one on.

    Returns
    -------
    Shape (1 + 256 * channels,).
    """
    found = np.zeros(1 + 256 * channels, int64)
    height, width = lines.shape
    for y in range(height):
        here = lines[y]
        found[0] += _count_jumps(here[: width - channels], here[channels:], jump)
        if y + 1 < height:
            found[0] += _count_jumps(here, lines[y + 1], jump)
    for channel in range(channels):
        start = 1 + 256 * channel
        _count_levels(lines[::every], channel, channels, found[start : start + 256])
    return found


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
def _count_levels(
    lines: NDArray[np.uint8], channel: int, channels: int, counts: NDArray[np.int64]
) -> None:
    # Two tables, for a counter that has just been changed cannot be read at once.
    odd = np.zeros(256, int64)
    for y in range(lines.shape[0]):
        line = lines[y]
        for x in range(channel, line.size - channels, 2 * channels):
            counts[line[x]] += 1
            odd[line[x + channels]] += 1
        if line.size // channels % 2:
            counts[line[line.size - channels + channel]] += 1
    counts += odd
