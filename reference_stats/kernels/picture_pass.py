"""All sums of one picture or of several in one call: each call takes and gives the lock."""

from __future__ import annotations

import numpy as np
from numpy import int64, uint8
from numpy.typing import NDArray

from reference_stats.kernels.cell_pass import pack_cells
from reference_stats.kernels.channel_pass import sum_channels
from reference_stats.kernels.colour_pass import fill_luma, sum_colours_of
from reference_stats.kernels.compiled import compiled
from reference_stats.kernels.detail_pass import sum_three_sizes
from reference_stats.kernels.grey_pass import count_levels, summarize
from reference_stats.kernels.layout_pass import describe_lines, sum_layout
from reference_stats.kernels.png_filters import unfilter
from reference_stats.kernels.spectrum_pass import level_peak, line_peak


@compiled
def sum_picture(  # noqa: PLR0913, PLR0917 - compiled code takes no others
    lines: NDArray[np.uint8],
    channels: int,
    plane: NDArray[np.uint8],
    places: tuple[int, int, int],
    limits: tuple[int, ...],
    peaks: tuple[int, ...],
    floors: tuple[float, float],
    found: NDArray[np.float64],
) -> None:
    """Write 40 sums of a picture.

    They are the ten of `sum_colours_of`, the numbers of jumps and of steps of `sum_channels`, the
    sixteen of `sum_three_sizes`, the four borders of `sum_layout`, what `describe_lines` says of
    the rows and of the columns, `line_peak` of the rows and `level_peak`. All are whole numbers
    below 2**53, or fractions.

    Parameters
    ----------
    lines
        Shape (height, width * channels): the samples of a pixel stand side by side.
    channels
        3, or 1 for a grey picture.
    plane
        The grey levels.
    places
        Of how many rows `sum_channels` looks at one; the first row and the first column whose step
        crosses from block to block.
    limits
        The levels `blown`, `crushed` and `equal` of `sum_colours_of`, `jump` of `sum_channels`,
        `speck_step` and `hot_step` of `sum_three_sizes`, and `flat` of `sum_layout`.
    peaks
        As `line_peak` and `level_peak` want them.
    floors
        Their floors.
    """
    blown, crushed, equal, jump, speck_step, hot_step, flat = limits
    every, first_row, first_column = places
    height, width = plane.shape
    if channels == 1:
        _sum_grey(lines, blown, crushed, found)
    else:
        found[:10] = sum_colours_of(lines, blown, crushed, equal)
    of_channels = sum_channels(lines, channels, jump, every)
    found[10:12] = of_channels[:2]
    found[12:28] = sum_three_sizes(plane, speck_step, hot_step, first_row, first_column)
    layout = sum_layout(plane, flat)
    found[28:32] = layout[:4]
    rows, columns = layout[4 : 4 + height], layout[4 + height :]
    found[32], found[33], found[34] = describe_lines(rows)
    found[35], found[36], found[37] = describe_lines(columns)
    found[38] = line_peak(rows, width, peaks, floors[0])
    found[39] = level_peak(of_channels[2:].reshape(channels, 256), peaks, floors[1])


@compiled
def _sum_grey(
    plane: NDArray[np.uint8], blown: int, crushed: int, found: NDArray[np.float64]
) -> None:
    """Write the ten of `sum_colours_of` for a picture whose three channels are one plane."""
    counts = count_levels(plane)
    total = 0
    for level in range(256):
        total += counts[level] * level
    found[:3] = total
    found[3:6] = 0
    found[6], found[7] = counts[blown:].sum(), counts[: crushed + 1].sum()
    found[8], found[9] = plane.size, 0


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
