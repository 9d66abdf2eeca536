"""Detail, specks, grain and exposure: their formulas written out, and what they are for."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
import scipy.ndimage
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image, ImageFilter
from skimage.measure import block_reduce

from reference_stats.decoding.decode import decode_image, image_from_pixels
from reference_stats.features.families.detail import coarse_detail, edge_concentration, fine_detail
from reference_stats.features.families.luma import overexposed, underexposed
from reference_stats.features.families.noise import graininess, noise_level, speckle
from reference_stats.features.registry import compute_features
from reference_stats.sums.decoded_image import DecodedImage
from tests.support.images import MANY_PIXELS, encode, noise, photograph

PHOTOGRAPHS = ("astronaut", "coffee", "chelsea", "rocket")
OF_INNER_PIXELS = ("edge_concentration", "speckle", "graininess", "noise_level")
OF_DETAIL = ("fine_detail", "coarse_detail", *OF_INNER_PIXELS)
# Tiles of one column, of one row, of several columns, and of many rows.
SHAPES = [(3, 3), (12, 12), (13, 15), (30, 41), (375, 500), (13, 70_000), (70_000, 13)]


def _energy(grey: np.ndarray) -> float:
    return float((scipy.ndimage.laplace(grey)[1:-1, 1:-1] ** 2).mean())


def _halved(grey: np.ndarray) -> np.ndarray:
    height, width = (side // 2 * 2 for side in grey.shape)
    return block_reduce(grey[:height, :width], 2, np.mean)


def _written_out(pixels: np.ndarray) -> dict[str, float]:
    grey = pixels.astype(float)
    values = dict.fromkeys(OF_DETAIL, math.nan)
    scales = [grey, _halved(grey), _halved(_halved(grey))]
    energies = [_energy(scale) if min(scale.shape) >= 3 else math.nan for scale in scales]
    for name, (finer, coarser) in zip(OF_DETAIL[:2], itertools.pairwise(energies), strict=True):
        values[name] = float(np.log((finer + 0.5) / (coarser + 0.5)))
    centre = grey[1:-1, 1:-1]
    gradient = np.abs(grey[1:-1, 2:] - centre) + np.abs(grey[2:, 1:-1] - centre)
    around = np.stack([grey[:-2, 1:-1], grey[2:, 1:-1], grey[1:-1, :-2], grey[1:-1, 2:]])
    specks = (centre > around.max(0) + 8) | (centre < around.min(0) - 8)
    kernel = np.outer([1, -2, 1], [1, -2, 1])
    response = scipy.ndimage.convolve(grey, kernel)[1:-1, 1:-1]
    level = math.sqrt(math.pi / 2) * np.abs(response).mean() / 6
    mean = gradient.mean()
    values["edge_concentration"] = math.log(((gradient**2).mean() + 0.01) / (mean**2 + 0.01))
    values["speckle"] = specks.mean()
    values["graininess"] = math.log((level + 0.01) / (mean + 0.05))
    values["noise_level"] = level
    return values


def _assert_as_written_out(pixels: np.ndarray) -> None:
    values, expected = compute_features(image_from_pixels(pixels)), _written_out(pixels)
    for name in OF_DETAIL:
        assert values[name] == pytest.approx(expected[name], abs=1e-9, nan_ok=True), name


def _pixels(image: Image.Image) -> DecodedImage:
    return image_from_pixels(np.asarray(image))


def _peppered(image: Image.Image, share: float) -> DecodedImage:
    pixels = np.array(image)
    chance = np.random.default_rng(21).random(pixels.shape[:2])
    pixels[chance < share / 2] = 0
    pixels[chance > 1 - share / 2] = 255
    return image_from_pixels(pixels)


def _blurred(image: Image.Image, *radii: float) -> list[DecodedImage]:
    return [_pixels(image.filter(ImageFilter.GaussianBlur(radius))) for radius in radii]


@pytest.mark.parametrize("shape", SHAPES)
def test_noise_of_every_shape_equals_the_formulas_written_out(shape: tuple[int, int]) -> None:
    _assert_as_written_out(noise(shape, seed=17))


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_photographs_equal_the_formulas_written_out(name: str) -> None:
    _assert_as_written_out(np.asarray(photograph(name, (301, 203)).convert("L")))


@given(arrays(np.uint8, st.tuples(st.integers(3, 14), st.integers(3, 14))))
def test_small_images_equal_the_formulas_written_out(pixels: np.ndarray) -> None:
    _assert_as_written_out(pixels)


def test_the_strongest_detail_there_is_does_not_overflow() -> None:
    for block in (1, 2, 4):
        checks = np.kron(np.indices((50, 60)).sum(axis=0) % 2 * 255, np.ones((block, block)))
        _assert_as_written_out(checks.astype(np.uint8))


def test_a_turned_image_in_memory_has_the_numbers_of_its_copy() -> None:
    turned = noise((41, 77), seed=18).T
    copied = np.ascontiguousarray(turned)
    assert compute_features(image_from_pixels(turned)) == compute_features(
        image_from_pixels(copied)
    )


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_more_blur_is_less_fine_detail_and_stronger_blur_less_coarse_detail(name: str) -> None:
    image = photograph(name, (300, 200))
    fine = [fine_detail(one) for one in _blurred(image, 0, 0.4, 0.7, 1)]
    coarse = [coarse_detail(one) for one in _blurred(image, 0, 1, 2, 3)]
    assert fine == sorted(fine, reverse=True)
    assert coarse == sorted(coarse, reverse=True)
    assert fine[0] > fine[-1] + 0.5
    assert coarse[0] > coarse[-1] + 0.5


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_enlarging_lowers_the_fine_detail(name: str) -> None:
    image = photograph(name, (300, 200))
    enlarged = image.resize((150, 100)).resize(image.size, Image.Resampling.BICUBIC)
    assert fine_detail(_pixels(enlarged)) < fine_detail(_pixels(image)) - 0.5


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_large_pixels_concentrate_the_edges_and_leave_no_specks(name: str) -> None:
    image = photograph(name, (300, 200))
    pixelated = _pixels(image.resize((75, 50)).resize(image.size, Image.Resampling.NEAREST))
    assert edge_concentration(pixelated) > edge_concentration(_pixels(image)) + 0.3
    assert speckle(pixelated) == 0


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_more_salt_and_pepper_is_more_speckle(name: str) -> None:
    image = photograph(name, (300, 200)).filter(ImageFilter.GaussianBlur(1))
    values = [speckle(_peppered(image, share)) for share in (0, 0.005, 0.02, 0.08)]
    assert values == sorted(values)
    assert values[2] - values[0] == pytest.approx(0.02, rel=0.3)


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_noise_raises_the_graininess_and_blur_lowers_it(name: str) -> None:
    image = photograph(name, (300, 200))
    grain = np.random.default_rng(22).normal(0, 15, (200, 300, 1))
    noisy = image_from_pixels((np.asarray(image) + grain).clip(0, 255).astype(np.uint8))
    blurred = _blurred(image, 1)[0]
    assert graininess(blurred) < graininess(_pixels(image)) < graininess(noisy)


@pytest.mark.parametrize("sigma", [5, 20, 40])
def test_pure_noise_has_its_own_numbers_whatever_its_strength(sigma: int) -> None:
    grain = np.random.default_rng(23).normal(128, sigma, (400, 500)).clip(0, 255)
    image = image_from_pixels(np.rint(grain).astype(np.uint8))
    assert fine_detail(image) == pytest.approx(math.log(4), abs=0.06)
    assert graininess(image) == pytest.approx(math.log(math.sqrt(math.pi) / 4), abs=0.03)


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_exposure_shows_in_the_share_at_its_end(name: str) -> None:
    pixels = np.asarray(photograph(name)).astype(float)
    steps = [
        image_from_pixels((pixels * gain).clip(0, 255).astype(np.uint8))
        for gain in (0.02, 0.2, 1, 2, 8)
    ]
    over, under = [overexposed(step) for step in steps], [underexposed(step) for step in steps]
    assert over == sorted(over)
    assert under == sorted(under, reverse=True)
    assert over[-1] > 0.1
    assert under[0] > 0.9


def test_exposure_counts_from_250_and_to_5() -> None:
    image = image_from_pixels(np.array([[0, 5, 6, 128, 249, 250, 255, 255]], np.uint8))
    assert underexposed(image) == 2 / 8
    assert overexposed(image) == 3 / 8


@pytest.mark.parametrize("level", [0, 77, 255])
@pytest.mark.parametrize("shape", [(12, 12), (400, 300, 3)])
def test_a_flat_image_has_no_detail_specks_or_edges(level: int, shape: tuple[int, ...]) -> None:
    flat = image_from_pixels(np.full(shape, level, np.uint8))
    assert fine_detail(flat) == coarse_detail(flat) == 0
    assert edge_concentration(flat) == speckle(flat) == noise_level(flat) == 0
    assert graininess(flat) == pytest.approx(math.log(0.2))
    assert (overexposed(flat), underexposed(flat)) == (level == 255, level == 0)


def test_one_step_in_a_flat_image_hardly_moves_the_ratios() -> None:
    pixels = np.full((300, 400), 90, np.uint8)
    flat, pixels[150, 200] = image_from_pixels(pixels.copy()), 91
    nearly = image_from_pixels(pixels)
    for feature in (fine_detail, coarse_detail, edge_concentration, graininess):
        assert feature(nearly) == pytest.approx(feature(flat), abs=0.01), feature.__name__


@pytest.mark.parametrize(
    ("side", "defined"),
    [
        (1, ()),
        (2, ()),
        (3, OF_INNER_PIXELS),
        (5, OF_INNER_PIXELS),
        (6, ("fine_detail", *OF_INNER_PIXELS)),
        (8, ("fine_detail", *OF_INNER_PIXELS)),
        (11, ("fine_detail", *OF_INNER_PIXELS)),
        (12, OF_DETAIL),
    ],
)
def test_small_images_lack_what_they_are_too_small_for(side: int, defined: tuple[str, ...]) -> None:
    for shape in ((side, side), (side, 40), (40, side), (side, side, 3)):
        values = compute_features(image_from_pixels(noise(shape, seed=19)))
        assert {name for name in OF_DETAIL if math.isfinite(values[name])} == set(defined)
        assert math.isfinite(values["overexposed"] + values["underexposed"])


FILES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "RGBA": lambda grey: grey.convert("RGBA"),
    "RGB": lambda grey: grey.convert("RGB"),
    "16 bits": lambda grey: Image.fromarray(np.asarray(grey).astype(np.uint16) * 257),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_grey_picture_has_the_same_detail_in_every_kind_of_file(kind: str) -> None:
    grey = photograph("camera").convert("L")
    found = decode_image(encode(FILES[kind](grey), "PNG"), max_pixels=MANY_PIXELS)
    assert isinstance(found, DecodedImage)
    values, expected = compute_features(found), compute_features(_pixels(grey))
    for name in OF_DETAIL:
        assert values[name] == expected[name], name


def test_sixteen_bits_are_clipped_in_the_exposure_as_in_the_luma() -> None:
    deep = Image.fromarray(np.full((4, 4), 2000, np.uint16))
    found = decode_image(encode(deep, "PNG"), max_pixels=MANY_PIXELS)
    assert isinstance(found, DecodedImage)
    assert (overexposed(found), underexposed(found)) == (1, 0)
