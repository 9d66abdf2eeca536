"""The sums that most features are computed from, in as few calls as can be.

While machine code runs, another thread has the interpreter: between two calls the threads may have
to wait for each other, which costs a small image more than its pixels do.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference_stats.sums.channels import JUMP, ChannelSums, channel_sums_of, row_step
from reference_stats.sums.colour import (
    BLOWN,
    CRUSHED,
    EQUAL,
    ColourSums,
    colour_sums_of,
    grey_sums,
)
from reference_stats.sums.detail import (
    HOT_STEP,
    SPECK_STEP,
    DetailSums,
    detail_sums_of,
    first_boundary,
)
from reference_stats.sums.layout import FLAT, LayoutSums, layout_sums_of

_COLOURS = 10
_DETAIL = 16


class PictureSums(NamedTuple):
    """Sums over all pixels of one picture."""

    colours: ColourSums
    channels: ChannelSums
    detail: DetailSums
    layout: LayoutSums


def sum_picture(
    pixels: NDArray[np.uint8],
    grey: NDArray[np.uint8],
    *,
    rows_from_below: bool = False,
    columns_from_right: bool = False,
) -> PictureSums:
    """Return the sums over pixels of shape (height, width, 3) and their grey levels.

    Parameters
    ----------
    pixels
        As in the file. Of a grey picture the three channels are one memory.
    grey
        The grey levels as displayed.
    rows_from_below, columns_from_right
        Whether JPEG's blocks are counted from the last row or column of `grey`, as in a mirrored
        file.
    """
    from reference_stats.kernels import picture_pass  # noqa: PLC0415 - numba is slow

    height, width = grey.shape
    first_row = first_boundary(height, from_end=rows_from_below)
    first_column = first_boundary(width, from_end=columns_from_right)
    of_channels = JUMP, row_step(height, width)
    of_grey = SPECK_STEP, HOT_STEP, first_row, first_column, FLAT
    if pixels.strides[2] == 0:
        sums = picture_pass.sum_grey(grey, *of_channels, *of_grey)
        return _picture_sums(grey_sums(pixels[:, :, 0]), 1, sums, grey.shape)
    sums = picture_pass.sum_colours_and_grey(
        pixels, grey, BLOWN, CRUSHED, EQUAL, *of_channels, *of_grey
    )
    colours = colour_sums_of(sums[:_COLOURS].tolist())
    return _picture_sums(colours, 3, sums[_COLOURS:], grey.shape)


def _picture_sums(
    colours: ColourSums, channels: int, sums: NDArray[np.int64], shape: tuple[int, ...]
) -> PictureSums:
    detail = 2 + 256 * channels
    layout = detail + _DETAIL
    return PictureSums(
        colours=colours,
        channels=channel_sums_of(sums[:detail], channels),
        detail=detail_sums_of(sums[detail:layout].tolist(), shape),
        layout=layout_sums_of(sums[layout:], shape),
    )
