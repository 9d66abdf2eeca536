"""One pass over the colours that all colour features are computed from."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# As bright and as dark as a channel gets; JPEG moves a level or two.
_BLOWN = 254
_CRUSHED = 2


class ColourSums(NamedTuple):
    """Sums over all pixels; exact but for `saturation`.

    Attributes
    ----------
    red, green, blue
        Sums of the channels.
    red_green_squares
        Sum of ``(R - G)**2``.
    yellow_blue_squares
        Sum of ``(R + G - 2 B)**2``.
    saturation
        Sum of ``(max - min) / max`` over the three channels, 0 for black; each of them is rounded
        to a multiple of 2**-20.
    blown
        Pixels with a channel of 254 or more.
    crushed
        Pixels with a channel of 2 or less.
    """

    red: int
    green: int
    blue: int
    red_green_squares: int
    yellow_blue_squares: int
    saturation: float
    blown: int
    crushed: int


def sum_colours(pixels: NDArray[np.uint8]) -> ColourSums:
    """Return the sums over pixels of shape (height, width, 3)."""
    if pixels.strides[2] == 0:
        return _sum_grey(pixels[:, :, 0])
    from reference_stats.kernels.colour_pass import SHARE, sum_colours_of  # noqa: PLC0415 - numba is slow to import

    red, green, blue, red_green, yellow_blue, shares, blown, crushed = sum_colours_of(
        pixels, _BLOWN, _CRUSHED
    ).tolist()
    return ColourSums(red, green, blue, red_green, yellow_blue, shares / SHARE, blown, crushed)


def _sum_grey(plane: NDArray[np.uint8]) -> ColourSums:
    from reference_stats.kernels.grey_pass import count_levels  # noqa: PLC0415 - numba is slow

    counts = count_levels(np.ascontiguousarray(plane))
    total = int(counts @ np.arange(256))
    blown, crushed = counts[_BLOWN:].sum(), counts[: _CRUSHED + 1].sum()
    return ColourSums(total, total, total, 0, 0, 0.0, int(blown), int(crushed))
