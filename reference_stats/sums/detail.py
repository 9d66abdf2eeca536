"""The sums that the features of sharpness, noise, detail and blocks are computed from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from reference_stats.sums.arithmetic import Value, larger, ratio

# Grey levels by which a speck stands out from all four neighbours.
SPECK_STEP = 8
# Grey levels by which a hot pixel, or a dead one, does.
HOT_STEP = 96
# The side of JPEG's blocks.
BLOCK = 8


class DetailSums(NamedTuple):
    """Exact sums over the grey image; most are over its inner pixels, with all eight neighbours.

    Attributes
    ----------
    pixels
        How many inner pixels there are; 0 for an image narrower or lower than 3 pixels.
    noise
        Sum of ``|N|``, the response to ``[[1, -2, 1], [-2, 4, -2], [1, -2, 1]]``.
    gradient, gradient_squares
        Sums of g and of its squares, where g is the absolute step to the pixel on the right plus
        the one to the pixel below.
    specks, hot_pixels
        How many pixels are brighter, or darker, than all four neighbours by more than 8 levels, and
        by more than 96.
    padded_laplacian_squares
        Sum over all pixels, not only the inner ones, of the squares of the four-neighbour
        Laplacian; beyond the border the outermost pixels are repeated.
    steps_down, steps_down_between_blocks
        Sum over all pixels of the absolute steps to the pixel below, and of those of them that
        cross from one row of JPEG's blocks into the next.
    steps_right, steps_right_between_blocks
        The same for the steps to the pixel on the right.
    laplacian_squares, central_laplacian_squares, central_pixels
        Sums of the squares of the four-neighbour Laplacian over the inner pixels and over the
        middle half of their rows and columns, and how many pixels are in that middle.
    bends_down, bends_right
        Sums of the absolute second differences downwards, over all pixels with a neighbour above
        and below, and to the right, over those with one on the left and on the right.
    laplacian_energies
        Mean squares of the four-neighbour Laplacian, in grey levels squared, over the inner pixels
        of the image, of its half and of its quarter; NaN where that one has none. The half is made
        of the means of 2 x 2 pixels, without an odd last row or column; the quarter likewise of
        the half.
    """

    pixels: Value
    noise: Value
    gradient: Value
    gradient_squares: Value
    specks: Value
    hot_pixels: Value
    padded_laplacian_squares: Value
    steps_down: Value
    steps_down_between_blocks: Value
    steps_right: Value
    steps_right_between_blocks: Value
    laplacian_squares: Value
    central_laplacian_squares: Value
    central_pixels: Value
    bends_down: Value
    bends_right: Value
    laplacian_energies: tuple[Value, Value, Value]


def detail_sums_of(sums: Sequence[Value], height: Value, width: Value) -> DetailSums:
    """Return what the kernel of the three sizes said of a plane, or of many."""
    noise, gradient, gradient_squares, specks, squares = sums[:5]
    padded_squares, down, down_between, right, right_between = sums[5:10]
    hot, central, bends_down, bends_right, half, quarter = sums[10:]
    energies = (
        _mean_square(squares, height, width, 1),
        _mean_square(half, height // 2, width // 2, 4),
        _mean_square(quarter, height // 4, width // 4, 16),
    )
    return DetailSums(
        pixels=_inner_pixels(height, width),
        noise=noise,
        gradient=gradient,
        gradient_squares=gradient_squares,
        specks=specks,
        hot_pixels=hot,
        padded_laplacian_squares=padded_squares,
        steps_down=down,
        steps_down_between_blocks=down_between,
        steps_right=right,
        steps_right_between_blocks=right_between,
        laplacian_squares=squares,
        central_laplacian_squares=central,
        central_pixels=_central(height) * _central(width),
        bends_down=bends_down,
        bends_right=bends_right,
        laplacian_energies=energies,
    )


def first_boundary(length: int, *, from_end: bool) -> int:
    """Return the first pixel whose step to the next one crosses from block to block."""
    return (length - BLOCK - 1) % BLOCK if from_end else BLOCK - 1


def _inner_pixels(height: Value, width: Value) -> Value:
    return larger(height - 2, 0) * larger(width - 2, 0)


def _central(length: Value) -> Value:
    """Return how many of the inner pixels of a line are in its middle half, as `centre_of`."""
    inner = larger(length - 2, 0)
    return inner - 2 * (inner // 4)


def _mean_square(squares: Value, height: Value, width: Value, scale: int) -> Value:
    return ratio(squares, scale * scale * _inner_pixels(height, width))
