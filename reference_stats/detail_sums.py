"""One pass over the grey levels: sharpness, noise, detail and blocks come from its sums."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# Grey levels by which a speck stands out from all four neighbours.
_SPECK_STEP = 8
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
    specks
        How many pixels are brighter, or darker, than all four neighbours by more than 8 levels.
    padded_laplacian_squares
        Sum over all pixels, not only the inner ones, of the squares of the four-neighbour
        Laplacian; beyond the border the outermost pixels are repeated.
    steps_down, steps_down_between_blocks
        Sum over all pixels of the absolute steps to the pixel below, and of those of them that
        cross from one row of JPEG's blocks into the next.
    steps_right, steps_right_between_blocks
        The same for the steps to the pixel on the right.
    laplacian_energies
        Mean squares of the four-neighbour Laplacian, in grey levels squared, over the inner pixels
        of the image, of its half and of its quarter; NaN where that one has none. The half is made
        of the means of 2 x 2 pixels, without an odd last row or column; the quarter likewise of
        the half.
    """

    pixels: int
    noise: int
    gradient: int
    gradient_squares: int
    specks: int
    padded_laplacian_squares: int
    steps_down: int
    steps_down_between_blocks: int
    steps_right: int
    steps_right_between_blocks: int
    laplacian_energies: tuple[float, float, float]


def sum_detail(
    grey: NDArray[np.uint8], *, rows_from_below: bool = False, columns_from_right: bool = False
) -> DetailSums:
    """Return the sums over a plane of shape (height, width).

    Parameters
    ----------
    rows_from_below, columns_from_right
        Whether the blocks are counted from the last row or column, as in a mirrored file.
    """
    from reference_stats.kernels.detail_pass import sum_three_sizes  # noqa: PLC0415 - numba is slow

    height, width = grey.shape
    sums = sum_three_sizes(
        grey,
        _SPECK_STEP,
        _first_boundary(height, from_end=rows_from_below),
        _first_boundary(width, from_end=columns_from_right),
    ).tolist()
    noise, gradient, gradient_squares, specks, squares = sums[:5]
    padded_squares, down, down_between, right, right_between = sums[5:10]
    energies = (
        _mean_square(squares, height, width, scale=1),
        _mean_square(sums[10], height // 2, width // 2, scale=4),
        _mean_square(sums[11], height // 4, width // 4, scale=16),
    )
    return DetailSums(
        pixels=_inner_pixels(height, width),
        noise=noise,
        gradient=gradient,
        gradient_squares=gradient_squares,
        specks=specks,
        padded_laplacian_squares=padded_squares,
        steps_down=down,
        steps_down_between_blocks=down_between,
        steps_right=right,
        steps_right_between_blocks=right_between,
        laplacian_energies=energies,
    )


def _first_boundary(length: int, *, from_end: bool) -> int:
    """Return the first pixel whose step to the next one crosses from block to block."""
    return (length - BLOCK - 1) % BLOCK if from_end else BLOCK - 1


def _inner_pixels(height: int, width: int) -> int:
    return max(height - 2, 0) * max(width - 2, 0)


def _mean_square(squares: int, height: int, width: int, *, scale: int) -> float:
    pixels = _inner_pixels(height, width)
    return squares / (scale * scale * pixels) if pixels else math.nan
