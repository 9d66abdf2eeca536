"""Sums over pixels are those of the formulas written out, at each size treated apart."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage.filters import sobel

from reference_stats.kernels.colour_pass import fill_luma, sum_colours_of
from reference_stats.kernels.detail_pass import sum_three_sizes
from reference_stats.kernels.grey_pass import count_levels, sum_gradients
from reference_stats.kernels.share_unit import SHARE

# What edge_density divides by: the largest response in either direction, and sobel's own scale.
_FULL_SCALE = 4 * 255 * math.sqrt(2)
# One pixel, one line, narrow, around a chunk's end, wider than what is summed by words at once.
SHAPES = (
    (1, 1),
    (1, 9),
    (9, 1),
    (2, 2),
    (3, 5),
    (7, 511),
    (6, 512),
    (9, 1793),
    (5, 2301),
    (13, 64),
)


def _noise(*shape: int) -> NDArray[np.uint8]:
    return np.random.default_rng(list(shape)).integers(0, 256, shape, dtype=np.uint8)


def _checkerboard(side: int) -> NDArray[np.uint8]:
    places = np.add.outer(np.arange(48) // side, np.arange(64) // side)
    return (255 * (places % 2)).astype(np.uint8)


def _step(height: int, width: int, *, axis: int) -> NDArray[np.uint8]:
    plane = np.zeros((height, width), np.uint8)
    np.moveaxis(plane, axis, 0)[plane.shape[axis] // 2 :] = 255
    return plane


EXTREMES = {
    "checkerboard of 1": _checkerboard(1),
    "checkerboard of 2": _checkerboard(2),
    "checkerboard of 5": _checkerboard(5),
    "corner": np.array([[0, 0], [0, 255]], np.uint8),
    "step across": _step(40, 50, axis=1),
    "step down": _step(40, 50, axis=0),
    "one column": _noise(300, 1),
    "one row": _noise(1, 300),
    "one pixel": np.array([[255]], np.uint8),
    "large and flat": np.full((3000, 1000), 255, np.uint8),
    "large noise": _noise(1500, 2000),
    "wide": _noise(3, 5000),
}


@pytest.mark.parametrize("name", EXTREMES)
def test_the_gradient_of_extremes_is_that_of_scikit_image(name: str) -> None:
    plane = EXTREMES[name]

    density = sum_gradients(plane) / (plane.size * _FULL_SCALE)

    assert density == pytest.approx(float(np.mean(sobel(plane))), abs=1e-9, rel=0)


def test_roots_of_small_and_large_gradients_are_right_to_their_bound() -> None:
    bound = 2**-21 + 2**-23
    for level in range(256):
        for other in (0, 1, 85, 128, 254, 255):
            plane = np.array([[0, level], [other, 255]], np.uint8)
            padded = np.pad(plane.astype(np.int64), 1, mode="edge")
            across = padded[:-2] + 2 * padded[1:-1] + padded[2:]
            down = padded[2:] - padded[:-2]
            right = across[:, 2:] - across[:, :-2]
            lower = down[:, :-2] + 2 * down[:, 1:-1] + down[:, 2:]
            exact = math.fsum(np.sqrt((right**2 + lower**2).astype(np.float64)).ravel())
            assert abs(sum_gradients(plane) - exact) <= plane.size * bound


@pytest.mark.parametrize("pixels", [0, 1, 7, 8, 1001, (1 << 20) - 1, (1 << 20), (1 << 20) + 13])
def test_levels_are_counted_in_small_and_large_planes(pixels: int) -> None:
    plane = _noise(1, pixels)

    np.testing.assert_array_equal(count_levels(plane), np.bincount(plane[0], minlength=256))


def test_a_large_flat_plane_is_one_level() -> None:
    counts = count_levels(np.full((1100, 1001), 77, np.uint8))

    assert counts[77] == counts.sum() == 1100 * 1001


@pytest.mark.parametrize("shape", [*SHAPES, (31, 57), (1, 1792), (2, 1792), (7, 1280)])
@pytest.mark.parametrize("extreme", [None, (255, 0, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0)])
def test_colours_equal_the_formulas_written_out(
    shape: tuple[int, int], extreme: tuple[int, int, int] | None
) -> None:
    rgb = _noise(*shape, 3)
    if extreme is not None:
        rgb[:] = extreme
    red, green, blue = np.moveaxis(rgb.astype(np.int64), 2, 0)
    high, low = rgb.max(axis=2).astype(np.int64), rgb.min(axis=2).astype(np.int64)
    shares = (high - low).astype(np.float32) / np.maximum(high, 1).astype(np.float32)

    expected = [
        red.sum(),
        green.sum(),
        blue.sum(),
        ((red - green) ** 2).sum(),
        ((red + green - 2 * blue) ** 2).sum(),
        np.floor(shares * np.float32(SHARE) + np.float32(0.5)).astype(np.int64).sum(),
        (high >= 254).sum(),
        (low <= 2).sum(),
        (high - low <= 40).sum(),
        abs(red - blue).sum(),
    ]

    assert sum_colours_of(rgb, 254, 2, 40).tolist() == expected
    luma = np.empty(shape, np.uint8)
    fill_luma(rgb, luma)
    weighted = 19595 * red + 38470 * green + 7471 * blue + 32768
    np.testing.assert_array_equal(luma, weighted >> 16)


@pytest.mark.parametrize("first", [0, 3, 7])
@pytest.mark.parametrize("shape", [*SHAPES, (24, 600)])
def test_steps_and_specks_equal_the_formulas_written_out(
    shape: tuple[int, int], first: int
) -> None:
    plane = _noise(*shape)
    whole = plane.astype(np.int64)
    down, right = abs(np.diff(whole, axis=0)), abs(np.diff(whole, axis=1))
    inner = whole[1:-1, 1:-1]
    around = (whole[:-2, 1:-1], whole[2:, 1:-1], whole[1:-1, :-2], whole[1:-1, 2:])

    sums = sum_three_sizes(plane, 8, 96, first, first).tolist()

    assert sums[6:10] == [
        down.sum(),
        down[first::8].sum(),
        right.sum(),
        right[:, first::8].sum(),
    ]
    if inner.size:
        out = np.maximum(inner - np.max(around, axis=0), np.min(around, axis=0) - inner)
        assert (sums[3], sums[10]) == ((out > 8).sum(), (out > 96).sum())
        assert sums[4] == ((sum(around) - 4 * inner) ** 2).sum()
    assert sums[14:] == [
        _inner_laplacian(_halved(whole)),
        _inner_laplacian(_halved(_halved(whole))),
    ]


def _halved(plane: NDArray[np.int64]) -> NDArray[np.int64]:
    height, width = plane.shape[0] // 2, plane.shape[1] // 2
    return plane[: 2 * height, : 2 * width].reshape(height, 2, width, 2).sum(axis=(1, 3))


def _inner_laplacian(plane: NDArray[np.int64]) -> int:
    around = plane[:-2, 1:-1] + plane[2:, 1:-1] + plane[1:-1, :-2] + plane[1:-1, 2:]
    return int(((around - 4 * plane[1:-1, 1:-1]) ** 2).sum()) if min(plane.shape) > 2 else 0
