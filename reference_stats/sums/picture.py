"""The sums that most features are computed from, in one call.

While machine code runs, another thread has the interpreter: between two calls the threads may have
to wait for each other, which costs a small image more than its pixels do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference_stats.sums.arithmetic import Value
from reference_stats.sums.channels import JUMP, ChannelSums, row_step
from reference_stats.sums.colour import BLOWN, CRUSHED, EQUAL, ColourSums, colour_sums_of
from reference_stats.sums.detail import (
    HOT_STEP,
    SPECK_STEP,
    DetailSums,
    detail_sums_of,
    first_boundary,
)
from reference_stats.sums.layout import FLAT, LayoutSums, layout_sums_of
from reference_stats.sums.peaks import FLOORS, PEAKS, Peaks

# As the kernel of a picture wants them.
LIMITS = (BLOWN, CRUSHED, EQUAL, JUMP, SPECK_STEP, HOT_STEP, FLAT)
PICTURE_SUMS = 40
# Behind the last of each group of sums.
_COLOURS, _CHANNELS, _DETAIL, _LAYOUT = 10, 12, 28, 38


class PictureSums(NamedTuple):
    """Sums over all pixels of one picture, or of many."""

    colours: ColourSums
    channels: ChannelSums
    detail: DetailSums
    layout: LayoutSums
    peaks: Peaks


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
    places = (
        int(row_step(height, width)),
        first_boundary(height, from_end=rows_from_below),
        first_boundary(width, from_end=columns_from_right),
    )
    is_grey = pixels.strides[2] == 0
    lines = grey if is_grey else pixels.reshape(len(pixels), -1)
    sums = np.empty(PICTURE_SUMS)
    picture_pass.sum_picture(lines, 1 if is_grey else 3, grey, places, LIMITS, PEAKS, FLOORS, sums)
    return picture_sums_of(sums.tolist(), height, width)


def picture_sums_of(sums: Sequence[Value], height: Value, width: Value) -> PictureSums:
    """Return what the kernel of a picture said, of one picture or of many."""
    return PictureSums(
        colours=colour_sums_of(sums[:_COLOURS]),
        channels=ChannelSums(*sums[_COLOURS:_CHANNELS]),
        detail=detail_sums_of(sums[_CHANNELS:_DETAIL], height, width),
        layout=layout_sums_of(sums[_DETAIL:_LAYOUT], height, width),
        peaks=Peaks(*sums[_LAYOUT:PICTURE_SUMS]),
    )
