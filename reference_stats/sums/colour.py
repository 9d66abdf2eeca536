"""The sums that all colour features are computed from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from reference_stats.kernels.share_unit import SHARE
from reference_stats.sums.arithmetic import Value

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

    red: Value
    green: Value
    blue: Value
    red_green_squares: Value
    yellow_blue_squares: Value
    saturation: Value
    blown: Value
    crushed: Value
    colourless: Value
    red_blue: Value


def colour_sums_of(sums: Sequence[Value]) -> ColourSums:
    """Return what the kernel of the colours said, of one image or of many, with shares in ones."""
    red, green, blue, red_green, yellow_blue, shares, *counts = sums
    return ColourSums(red, green, blue, red_green, yellow_blue, shares / SHARE, *counts)
