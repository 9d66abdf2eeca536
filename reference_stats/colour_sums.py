"""One pass over the colour planes that all colour features are computed from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reference_stats.grey_levels import TILE_PIXELS

# As bright and as dark as a channel gets; JPEG moves a level or two.
_BLOWN = 254
_CRUSHED = 2
_RUN_PIXELS = (2**31 - 1) // (2 * 255) ** 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ColourSums:
    """Sums over all pixels; exact but for `saturation`.

    Attributes
    ----------
    red, green, blue
        Sums of the channels.
    saturation
        Sum of ``(max - min) / max`` over the three channels, 0 for black.
    red_green_squares
        Sum of ``(R - G)**2``.
    yellow_blue_squares
        Sum of ``(R + G - 2 B)**2``.
    blown
        Pixels with a channel of 254 or more.
    crushed
        Pixels with a channel of 2 or less.
    """

    red: int
    green: int
    blue: int
    saturation: float
    red_green_squares: int
    yellow_blue_squares: int
    blown: int
    crushed: int


def sum_colours(planes: NDArray[np.uint8]) -> ColourSums:
    """Return the sums over planes of shape (3, height, width)."""
    if planes.strides[0] == 0:
        return _sum_grey(planes[0])
    flat = planes.reshape(3, -1)
    channels, saturation, red_green, yellow_blue = np.zeros(3, np.int64), 0.0, 0, 0
    blown, crushed = 0, 0
    for start in range(0, flat.shape[1], TILE_PIXELS):
        tile = flat[:, start : start + TILE_PIXELS]
        channels += tile.sum(axis=1, dtype=np.uint32)
        largest = np.maximum(np.maximum(tile[0], tile[1]), tile[2])
        smallest = np.minimum(np.minimum(tile[0], tile[1]), tile[2])
        saturation += _sum_saturation(largest, smallest)
        blown += int(np.count_nonzero(largest >= _BLOWN))
        crushed += int(np.count_nonzero(smallest <= _CRUSHED))
        red, green, blue = tile.astype(np.int16)
        red_green += _sum_squares(red - green)
        yellow_blue += _sum_squares(red + green - 2 * blue)
    return ColourSums(
        red=int(channels[0]),
        green=int(channels[1]),
        blue=int(channels[2]),
        saturation=saturation,
        red_green_squares=red_green,
        yellow_blue_squares=yellow_blue,
        blown=blown,
        crushed=crushed,
    )


def _sum_grey(plane: NDArray[np.uint8]) -> ColourSums:
    total = int(plane.sum(dtype=np.uint64))
    return ColourSums(
        red=total,
        green=total,
        blue=total,
        saturation=0.0,
        red_green_squares=0,
        yellow_blue_squares=0,
        blown=int(np.count_nonzero(plane >= _BLOWN)),
        crushed=int(np.count_nonzero(plane <= _CRUSHED)),
    )


def _sum_saturation(largest: NDArray[np.uint8], smallest: NDArray[np.uint8]) -> float:
    chroma = largest - smallest
    shares = chroma.astype(np.float32)
    # Black has chroma 0: any divisor will do for it.
    shares /= np.maximum(largest, 1).astype(np.float32)
    return float(shares.sum())


def _sum_squares(values: NDArray[np.int16]) -> int:
    squares = values.astype(np.int32)
    squares *= squares
    # Runs so short that their sums fit 32 bits: numpy adds those four times faster than 64 bits.
    runs = np.add.reduceat(squares, np.arange(0, squares.size, _RUN_PIXELS))
    return int(runs.sum(dtype=np.int64))
