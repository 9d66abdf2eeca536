"""One pass over the grey levels: sharpness, noise and detail are computed from its sums."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reference_stats.grey_levels import inner_tiles, row_bands

# Grey levels by which a speck stands out from all four neighbours.
_SPECK_STEP = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailSums:
    """Exact sums over the inner pixels of the grey image, those with all eight neighbours.

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
    laplacian_energies: tuple[float, float, float]


def sum_detail(grey: NDArray[np.uint8]) -> DetailSums:
    """Return the sums over a plane of shape (height, width)."""
    sums = np.zeros(5, np.int64)
    for tile in inner_tiles(grey):
        sums += _sum_tile(tile)
    noise, gradient, gradient_squares, specks, laplacian_squares = (int(one) for one in sums)
    # Sums in place of means keep the smaller images whole numbers: 4 and 16 times the grey levels.
    half = _sum_fours(grey)
    quarter = _sum_fours(half)
    return DetailSums(
        pixels=_inner_pixels(grey),
        noise=noise,
        gradient=gradient,
        gradient_squares=gradient_squares,
        specks=specks,
        padded_laplacian_squares=laplacian_squares + _sum_border_squares(grey),
        laplacian_energies=(
            _mean(laplacian_squares, grey, scale=1),
            _mean(_sum_laplacian_squares(half), half, scale=4),
            _mean(_sum_laplacian_squares(quarter), quarter, scale=16),
        ),
    )


def _inner_pixels(plane: NDArray[np.generic]) -> int:
    height, width = (max(int(side) - 2, 0) for side in plane.shape)
    return height * width


def _mean(squares: int, plane: NDArray[np.generic], *, scale: int) -> float:
    pixels = _inner_pixels(plane)
    return squares / (scale * scale * pixels) if pixels else math.nan


def _sum_tile(tile: NDArray[np.int16]) -> tuple[int, int, int, int, int]:
    """Return the sums of noise, gradients, their squares, specks and Laplacian squares.

    The tile is worked on as one long row, which is faster than row by row. Where one row runs
    into the next, two numbers per row mean nothing; `_inner` sets them to 0.
    """
    shape = tile.shape[0] - 2, tile.shape[1]
    flat, pitch, end = tile.ravel(), shape[1], shape[0] * shape[1] - 1
    down = flat[pitch:] - flat[:-pitch]
    right = flat[pitch + 1 :] - flat[pitch:-1]
    above, below = down[1:end], down[pitch + 1 : pitch + end]
    before, after = right[: end - 1], right[1:end]
    bends = down[pitch:] - down[:-pitch]
    turns = bends[1:] - bends[:-1]
    gradient = _inner(np.abs(below) + np.abs(after), shape)
    return (
        _sum(_inner(np.abs(turns[1:] - turns[:-1]), shape)),
        _sum(gradient),
        _sum_squares(gradient),
        _sum(_inner(_find_specks(above, before, below, after), shape)),
        _sum_squares(_inner(bends[1:end] + after - before, shape)),
    )


def _inner(values: NDArray[np.generic], shape: tuple[int, int]) -> NDArray[np.int32]:
    inner = np.empty(shape, np.int32)
    inner.ravel()[:-2] = values
    inner[:, -2:] = 0
    return inner


def _find_specks(*steps: NDArray[np.int16]) -> NDArray[np.bool_]:
    """Return where the first two steps go one way and the last two the other way, far enough."""
    above, before, below, after = steps
    bright = np.minimum(np.minimum(above, before), -np.maximum(below, after))
    dark = np.minimum(np.minimum(below, after), -np.maximum(above, before))
    specks: NDArray[np.bool_] = np.maximum(bright, dark) > _SPECK_STEP
    return specks


def _sum(values: NDArray[np.int32]) -> int:
    # A tile's sum of these fits 32 bits, which numpy adds four times faster than 64.
    return int(values.sum(dtype=np.int32))


def _sum_squares(values: NDArray[np.int32]) -> int:
    squares = values * values
    # Along a tile's shorter side, under 200 pixels, even the largest squares fit 32 bits.
    lines = squares.sum(axis=int(np.argmin(squares.shape)), dtype=np.int32)
    return int(lines.sum(dtype=np.int64))


def _sum_border_squares(grey: NDArray[np.uint8]) -> int:
    """Return the sum of the squares of the padded Laplacian over all but the inner pixels."""
    rows = sum(int(line @ line) for line in _edge_laplacians(grey))
    return rows + sum(int(line[1:-1] @ line[1:-1]) for line in _edge_laplacians(grey.T))


def _edge_laplacians(plane: NDArray[np.uint8]) -> list[NDArray[np.int64]]:
    """Return the padded Laplacian of the first row and, where it is another, of the last."""
    last = len(plane) - 1
    found = []
    for edge, next_to_it in {(0, min(1, last)), (last, max(last - 1, 0))}:
        line, inward = plane[edge].astype(np.int64), plane[next_to_it].astype(np.int64)
        padded = np.concatenate((line[:1], line, line[-1:]))
        found.append(padded[:-2] + padded[2:] + inward - 3 * line)
    return found


def _sum_laplacian_squares(plane: NDArray[np.int16]) -> int:
    total = 0
    for tile in inner_tiles(plane):
        around = tile[:-2, 1:-1] + tile[2:, 1:-1] + tile[1:-1, :-2] + tile[1:-1, 2:]
        laplacian = (around - 4 * tile[1:-1, 1:-1]).astype(np.int32)
        laplacian *= laplacian
        total += int(laplacian.sum(dtype=np.int64))
    return total


def _sum_fours(plane: NDArray[np.uint8] | NDArray[np.int16]) -> NDArray[np.int16]:
    """Return the sums of 2 x 2 pixels; an odd last row or column is left out."""
    height, width = plane.shape[0] // 2, plane.shape[1] // 2
    sums = np.empty((height, width), np.int16)
    for rows in row_bands((height, 4 * width)):
        fours = plane[2 * rows.start : 2 * rows.stop, : 2 * width].astype(np.int16)
        twos = fours[::2] + fours[1::2]
        np.add(twos[:, ::2], twos[:, 1::2], out=sums[rows])
    return sums
