"""Planes of 8-bit pixels: PIL's grey levels, their histogram, and tiles that fit a cache."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

# Large enough that numpy's cost per call vanishes, small enough for a core's second-level cache.
TILE_PIXELS = 1 << 15


def view_as_image(plane: NDArray[np.uint8]) -> Image.Image:
    """Return a PIL image of mode L over a plane of shape (height, width), copied only if needed."""
    plane = np.ascontiguousarray(plane)
    height, width = plane.shape
    return Image.frombuffer("L", (width, height), plane, "raw", "L", 0, 1)


def luma_of_planes(planes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return PIL's ``convert("L")`` of red, green and blue planes of shape (3, height, width)."""
    luma = np.empty(planes.shape[1:], np.uint8)
    for rows in row_bands(luma.shape, 4 * TILE_PIXELS):
        channels = [view_as_image(plane[rows]) for plane in planes]
        luma[rows] = np.asarray(Image.merge("RGB", channels).convert("L"))
    return luma


def grey_histogram(plane: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return how many pixels have each of the 256 levels."""
    return np.array(view_as_image(plane).histogram(), dtype=np.int64)


def row_bands(shape: tuple[int, ...], pixels: int = TILE_PIXELS, multiple: int = 1) -> list[slice]:
    """Return consecutive row slices of at most `pixels` pixels, but at least `multiple` rows."""
    height, width = shape
    rows = max(pixels // max(width, 1) // multiple, 1) * multiple
    return [slice(top, min(top + rows, height)) for top in range(0, height, rows)]


def padded_tiles(plane: NDArray[np.uint8]) -> Iterator[NDArray[np.int16]]:
    """Yield tiles that cover a plane, each with one more pixel on every side.

    Beyond the plane's border its outermost pixels are repeated, as scipy's ``mode="nearest"``
    does (and, for one pixel, its ``"reflect"``).
    """
    for rows, columns in _tile_slices(plane.shape):
        yield _padded(plane, rows, columns)


def inner_tiles(plane: NDArray[np.uint8] | NDArray[np.int16]) -> Iterator[NDArray[np.int16]]:
    """Yield the same kind of tiles, but around the pixels that have all eight neighbours only."""
    height, width = plane.shape
    for rows, columns in _tile_slices((height - 2, width - 2)):
        tile = plane[rows.start : rows.stop + 2, columns.start : columns.stop + 2]
        yield tile.astype(np.int16)


def _tile_slices(shape: tuple[int, ...]) -> Iterator[tuple[slice, slice]]:
    height, width = shape
    for left in range(0, width, TILE_PIXELS):
        columns = slice(left, min(left + TILE_PIXELS, width))
        for rows in row_bands((height, columns.stop - columns.start)):
            yield rows, columns


def _padded(plane: NDArray[np.uint8], rows: slice, columns: slice) -> NDArray[np.int16]:
    height, width = plane.shape
    top, bottom, left, right = rows.start, rows.stop, columns.start, columns.stop
    tile = np.empty((bottom - top + 2, right - left + 2), np.int16)
    first_row, last_row = max(top - 1, 0), min(bottom + 1, height)
    first_column, last_column = max(left - 1, 0), min(right + 1, width)
    tile[
        first_row - top + 1 : last_row - top + 1,
        first_column - left + 1 : last_column - left + 1,
    ] = plane[first_row:last_row, first_column:last_column]
    if top == 0:
        tile[0] = tile[1]
    if bottom == height:
        tile[-1] = tile[-2]
    if left == 0:
        tile[:, 0] = tile[:, 1]
    if right == width:
        tile[:, -1] = tile[:, -2]
    return tile
