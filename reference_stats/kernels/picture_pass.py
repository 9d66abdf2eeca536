"""What most images need, in one call: each call takes and gives the interpreter's lock."""

from __future__ import annotations

import numpy as np
from numpy import int64
from numpy.typing import NDArray

from reference_stats.kernels.channel_pass import sum_channels
from reference_stats.kernels.colour_pass import sum_colours_of
from reference_stats.kernels.compiled import compiled
from reference_stats.kernels.detail_pass import sum_three_sizes
from reference_stats.kernels.layout_pass import sum_layout


@compiled
def sum_colours_and_grey(  # noqa: PLR0913, PLR0917 - compiled code takes no others
    rgb: NDArray[np.uint8],
    plane: NDArray[np.uint8],
    blown: int,
    crushed: int,
    equal: int,
    jump: int,
    every: int,
    speck_step: int,
    hot_step: int,
    first_row: int,
    first_column: int,
    flat: int,
) -> NDArray[np.int64]:
    """Return `sum_colours_of`, `sum_channels` of three channels and `sum_neighbourhoods`."""
    colours = sum_colours_of(rgb, blown, crushed, equal)
    height, width = rgb.shape[:2]
    channels = sum_channels(rgb.reshape(height, 3 * width), 3, jump, every)
    grey = sum_neighbourhoods(plane, speck_step, hot_step, first_row, first_column, flat)
    return np.concatenate((colours, channels, grey))


@compiled
def sum_grey(  # noqa: PLR0913, PLR0917 - compiled code takes no others
    plane: NDArray[np.uint8],
    jump: int,
    every: int,
    speck_step: int,
    hot_step: int,
    first_row: int,
    first_column: int,
    flat: int,
) -> NDArray[np.int64]:
    """Return `sum_channels` of the one channel and `sum_neighbourhoods`."""
    channels = sum_channels(plane, 1, jump, every)
    grey = sum_neighbourhoods(plane, speck_step, hot_step, first_row, first_column, flat)
    return np.concatenate((channels, grey))


@compiled
def sum_neighbourhoods(
    plane: NDArray[np.uint8],
    speck_step: int,
    hot_step: int,
    first_row: int,
    first_column: int,
    flat: int,
) -> NDArray[np.int64]:
    """Return the sixteen sums of `sum_three_sizes` and those of `sum_layout`."""
    sums = np.empty(20 + plane.shape[0] + plane.shape[1], int64)
    sums[:16] = sum_three_sizes(plane, speck_step, hot_step, first_row, first_column)
    sums[16:] = sum_layout(plane, flat)
    return sums
