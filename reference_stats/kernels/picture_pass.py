"""All sums of a picture in one call: each call takes and gives the interpreter's lock."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reference_stats.kernels.channel_pass import sum_channels
from reference_stats.kernels.colour_pass import sum_colours_of
from reference_stats.kernels.compiled import compiled
from reference_stats.kernels.detail_pass import sum_three_sizes
from reference_stats.kernels.grey_pass import count_levels
from reference_stats.kernels.layout_pass import describe_lines, sum_layout
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
