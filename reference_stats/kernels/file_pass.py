"""From the bytes of small files, inflated or decoded, to all their sums, in one call for many."""

from __future__ import annotations

import numpy as np
from numpy import int64, uint8
from numpy.typing import NDArray

from reference_stats.kernels.cell_pass import pack_cells
from reference_stats.kernels.colour_pass import fill_luma
from reference_stats.kernels.compiled import compiled
from reference_stats.kernels.grey_pass import summarize
from reference_stats.kernels.picture_pass import sum_picture
from reference_stats.kernels.png_filters import unfilter


@compiled
def sum_files(  # noqa: PLR0913, PLR0917 - compiled code takes no others
    memory: NDArray[np.uint8],
    files: NDArray[np.int64],
    scales: NDArray[np.float64],
    edges: tuple[int, int],
    exposure: tuple[int, int],
    limits: tuple[int, ...],
    peaks: tuple[int, ...],
    floors: tuple[float, float],
    cells: tuple[int, float],
    found: NDArray[np.float64],
    gradients: NDArray[np.uint8],
) -> NDArray[np.bool_]:
    """Write the sums of several pictures; return which of them could be made out.

    Parameters
    ----------
    memory
        The pictures one after the other.
    files
        Shape (pictures, 5 or more): where in the memory each begins, its height and width, the
        bytes per pixel (1, 3, or 4 with alpha), and whether it consists of the filtered lines of a
        PNG.
    scales
        Shape (pictures, 3): of how many rows `sum_channels` looks at one, the rank `black` of
        `summarize` and the `least_step` of `pack_cells`.
    edges
        The `first_row` and the `first_column` of `sum_three_sizes`.
    exposure
        The levels `bright` and `dark` of `summarize`.
    limits, peaks, floors
        As of `sum_picture`.
    cells
        The `cells` and the `relative_step` of `pack_cells`.
    found
        Shape (pictures, 53): those of `sum_picture`; the nine whole numbers of `summarize`, the
        entropy and the gradients; the mean of the cells, and how many pixels are transparent.
    gradients
        Shape (pictures, bytes): the bits of `pack_cells`.
    """
    is_whole = np.zeros(len(files), np.bool_)
    for place in range(len(files)):
        start, height, width = files[place, 0], files[place, 1], files[place, 2]
        samples, row = files[place, 3], found[place]
        is_whole[place], lines = _lines_of(
            memory[start:], height, width * samples, samples, files[place, 4]
        )
        if not is_whole[place]:
            continue
        row[52] = 0
        if samples == 4:
            lines, row[52] = _without_alpha(lines)
        luma = _luma_of(lines, width)
        every, black = int64(scales[place, 0]), int64(scales[place, 1])
        places, channels = (every, edges[0], edges[1]), lines.shape[1] // width
        sum_picture(lines, channels, luma, places, limits, peaks, floors, row[:40])
        levels, row[49], row[50] = summarize(luma, exposure[0], exposure[1], black)
        row[40:49] = levels
        gradients[place], row[51] = pack_cells(luma, cells[0], scales[place, 2], cells[1])
    return is_whole


@compiled
def _lines_of(
    memory: NDArray[np.uint8], height: int, size: int, samples: int, is_filtered: int
) -> tuple[bool, NDArray[np.uint8]]:
    """Return whether the picture at the start of the memory can be made out, and its lines."""
    if not is_filtered:
        return True, memory[: height * size].reshape(height, size)
    lines = np.empty((height, size), uint8)
    stored = memory[: height * (1 + size)].reshape(height, 1 + size)
    return unfilter(stored, samples, lines), lines


@compiled
def _without_alpha(lines: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int]:
    """Return the colours of pixels with alpha, and how many of these are not opaque."""
    height, width = lines.shape[0], lines.shape[1] // 4
    colours, transparent = np.empty((height, 3 * width), uint8), 0
    for y in range(height):
        line, out = lines[y], colours[y]
        for x in range(width):
            for channel in range(3):
                out[3 * x + channel] = line[4 * x + channel]
            transparent += line[4 * x + 3] < 255
    return colours, transparent


@compiled
def _luma_of(lines: NDArray[np.uint8], width: int) -> NDArray[np.uint8]:
    """Return the luma of colours; grey levels as they are."""
    if lines.shape[1] == width:
        return lines
    luma = np.empty((len(lines), width), uint8)
    fill_luma(lines.reshape(len(lines), width, 3), luma)
    return luma
