"""The sums that the features of colour and of detail are computed from, in as few calls as can be.

While machine code runs, another thread has the interpreter: between two calls the threads may have
to wait for each other, which costs a small image more than its pixels do.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference_stats.sums.colour import BLOWN, CRUSHED, ColourSums, colour_sums_of, grey_sums
from reference_stats.sums.detail import SPECK_STEP, DetailSums, detail_sums_of, first_boundary


class PictureSums(NamedTuple):
    """Sums over all pixels of one picture."""

    colours: ColourSums
    detail: DetailSums


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
    from reference_stats.kernels import detail_pass, picture_pass  # noqa: PLC0415 - numba is slow

    height, width = grey.shape
    first_row = first_boundary(height, from_end=rows_from_below)
    first_column = first_boundary(width, from_end=columns_from_right)
    if pixels.strides[2] == 0:
        sums = detail_pass.sum_three_sizes(grey, SPECK_STEP, first_row, first_column)
        return PictureSums(grey_sums(pixels[:, :, 0]), detail_sums_of(sums.tolist(), grey.shape))
    sums = picture_pass.sum_colours_and_detail(
        pixels, BLOWN, CRUSHED, grey, SPECK_STEP, first_row, first_column
    )
    numbers = sums.tolist()
    return PictureSums(colour_sums_of(numbers[:8]), detail_sums_of(numbers[8:], grey.shape))
