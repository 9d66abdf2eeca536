"""The sums that all colour features are computed from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference_stats.kernels.share_unit import SHARE

# As bright and as dark as a channel gets; JPEG moves a level or two.
BLOWN = 254
CRUSHED = 2
# Levels by which the channels of a grey pixel may differ: JPEG and rounding part equal ones.
EQUAL = 2


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
    colourless
        Pixels whose channels are equal within 2 levels.
    red_blue
        Sum of ``|R - B|``.
    """

    red: int
    green: int
    blue: int
    red_green_squares: int
    yellow_blue_squares: int
    saturation: float
    blown: int
    crushed: int
    colourless: int
    red_blue: int


def colour_sums_of(sums: Sequence[int]) -> ColourSums:
    """Return what the kernel of the colours said, with the saturation in ones."""
    red, green, blue, red_green, yellow_blue, shares, *counts = sums
    return ColourSums(red, green, blue, red_green, yellow_blue, shares / SHARE, *counts)


def grey_sums(plane: NDArray[np.uint8]) -> ColourSums:
    """Return the sums over a plane of shape (height, width) whose three channels are the same."""
    from reference_stats.kernels.grey_pass import count_levels  # noqa: PLC0415 - numba is slow

    counts = count_levels(np.ascontiguousarray(plane))
    total = int(counts @ np.arange(256))
    blown, crushed = counts[BLOWN:].sum(), counts[: CRUSHED + 1].sum()
    return ColourSums(total, total, total, 0, 0, 0.0, int(blown), int(crushed), plane.size, 0)
