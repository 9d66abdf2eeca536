"""What each feature is for: how it answers to a change that people can see."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.ndimage
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image, ImageEnhance, ImageFilter
from skimage.color import rgb2hsv

from reference_stats.decoding.decode import decode_image, image_from_pixels
from reference_stats.features.families.blockiness import blockiness
from reference_stats.features.families.colour import colourfulness, mean_blue, mean_red, saturation
from reference_stats.features.families.geometry import FILE_FEATURES
from reference_stats.features.families.noise import noise_level
from reference_stats.features.families.sharpness import sharpness
from reference_stats.features.registry import compute_features
from reference_stats.sums.decoded_image import DecodedImage
from tests.support.images import MANY_PIXELS, encode, noise, photograph

PHOTOGRAPHS = ("astronaut", "coffee", "chelsea", "rocket")


def _pixels(image: Image.Image) -> DecodedImage:
    return image_from_pixels(np.asarray(image))


def _file(image: Image.Image, file_format: str, **options: object) -> DecodedImage:
    found = decode_image(encode(image, file_format, **options), max_pixels=MANY_PIXELS)
    assert isinstance(found, DecodedImage)
    return found


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_more_blur_is_less_sharpness(name: str) -> None:
    image = photograph(name, (300, 200))
    blurred = [image.filter(ImageFilter.GaussianBlur(radius)) for radius in (0, 0.7, 1.5, 3, 6)]
    values = [sharpness(_pixels(one)) for one in blurred]
    assert values == sorted(values, reverse=True)
    assert values[0] > values[-1] + 0.5


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_more_noise_is_a_higher_noise_level(name: str) -> None:
    pixels = np.asarray(photograph(name, (300, 200))).astype(float)
    generator = np.random.default_rng(9)
    grain = generator.standard_normal(pixels.shape[:2])[..., None]
    values = [
        noise_level(image_from_pixels((pixels + sigma * grain).clip(0, 255).astype(np.uint8)))
        for sigma in (0, 2, 4, 8, 16)
    ]
    assert values == sorted(values)


@pytest.mark.parametrize("sigma", [2.0, 5.0, 10.0, 20.0])
def test_the_noise_level_is_the_standard_deviation_of_noise_on_a_smooth_picture(
    sigma: float,
) -> None:
    generator = np.random.default_rng(10)
    slope = np.add.outer(np.linspace(80, 120, 400), np.linspace(0, 50, 500))
    noisy = np.rint(slope + sigma * generator.standard_normal(slope.shape)).astype(np.uint8)
    assert noise_level(image_from_pixels(noisy)) == pytest.approx(sigma, rel=0.03)


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_stronger_compression_is_higher_blockiness(name: str) -> None:
    image = photograph(name, (300, 200))
    values = [blockiness(_file(image, "JPEG", quality=quality)) for quality in (95, 50, 20, 8)]
    assert values == sorted(values)
    assert abs(blockiness(_pixels(image))) < 0.05
    assert values[-1] > 0.25


def test_blockiness_sees_the_grid_only_where_it_is() -> None:
    blocks = np.kron(noise((12, 15), seed=11), np.ones((8, 8), np.uint8))
    assert blockiness(image_from_pixels(blocks)) == pytest.approx(1)
    assert blockiness(image_from_pixels(np.roll(blocks, 4, axis=(0, 1)))) < 0


def test_blockiness_equals_its_formula_written_out() -> None:
    grey = noise((45, 70), seed=12)
    steps_x = np.abs(np.diff(grey.astype(int), axis=1))
    steps_y = np.abs(np.diff(grey.astype(int), axis=0))
    at_x, at_y = np.arange(69) % 8 == 7, np.arange(44) % 8 == 7
    across = steps_x[:, at_x].mean() + steps_y[at_y].mean()
    within = steps_x[:, ~at_x].mean() + steps_y[~at_y].mean()
    expected = (across - within) / (across + within)
    assert blockiness(image_from_pixels(grey)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("shape", [(700, 40), (40, 70_000), (9, 3), (3, 9), (16, 16)])
def test_blockiness_is_the_same_for_the_transposed_picture(shape: tuple[int, int]) -> None:
    grey = noise(shape, seed=13)
    turned = blockiness(image_from_pixels(np.ascontiguousarray(grey.T)))
    assert turned == pytest.approx(blockiness(image_from_pixels(grey)), rel=1e-12)


def test_a_grey_picture_has_no_colour() -> None:
    grey = photograph("camera").convert("L")
    for image in (_pixels(grey), _pixels(grey.convert("RGB")), _file(grey, "JPEG")):
        assert colourfulness(image) == 0
        assert saturation(image) == 0
        assert mean_red(image) == mean_blue(image)


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_purer_colours_are_more_saturated_and_more_colourful(name: str) -> None:
    image = photograph(name)
    steps = [_pixels(ImageEnhance.Color(image).enhance(factor)) for factor in (0.3, 0.7, 1.0, 1.6)]
    for feature in (saturation, colourfulness):
        values = [feature(step) for step in steps]
        assert values == sorted(values)


def test_a_colour_cast_that_leaves_the_luma_alone_is_seen() -> None:
    pixels = np.asarray(photograph()).astype(float)
    # Weights of the luma: what red gains, green loses.
    cast = pixels + np.array([20.0, -20 * 19595 / 38470, 0.0])
    before, after = _pixels(photograph()), image_from_pixels(cast.clip(0, 255).astype(np.uint8))
    assert float(after.luma.mean()) == pytest.approx(float(before.luma.mean()), abs=2)
    assert mean_red(after) > mean_red(before) + 10


@given(arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3))))
def test_colours_equal_their_formulas_written_out(pixels: np.ndarray) -> None:
    image = image_from_pixels(pixels)
    red, green, blue = (pixels[..., channel].astype(float) for channel in range(3))
    red_green, yellow_blue = red - green, (red + green) / 2 - blue
    expected = np.hypot(red_green.std(), yellow_blue.std()) + 0.3 * np.hypot(
        red_green.mean(), yellow_blue.mean()
    )
    # The square root of a rounding error of variances up to 65,025.
    assert colourfulness(image) == pytest.approx(expected, abs=1e-5)
    assert saturation(image) == pytest.approx(rgb2hsv(pixels)[..., 1].mean(), abs=1e-6)
    assert mean_red(image) == pytest.approx(red.mean())
    assert mean_blue(image) == pytest.approx(blue.mean())


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (7, 1), (2, 2), (30, 41), (3, 200_000)])
def test_sharpness_is_the_variance_of_scipys_laplacian(shape: tuple[int, int]) -> None:
    grey = noise(shape, seed=14)
    variance = scipy.ndimage.laplace(grey.astype(float), mode="nearest").var()
    assert 10 ** sharpness(image_from_pixels(grey)) - 1 == pytest.approx(variance, rel=1e-9)


@pytest.mark.parametrize("shape", [(3, 3), (30, 41), (3, 200_000)])
def test_the_noise_level_equals_its_formula_written_out(shape: tuple[int, int]) -> None:
    grey = noise(shape, seed=15)
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]])
    response = scipy.ndimage.convolve(grey.astype(float), kernel)[1:-1, 1:-1]
    expected = math.sqrt(math.pi / 2) * np.abs(response).mean() / 6
    assert noise_level(image_from_pixels(grey)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 40, 3), (2, 2, 3), (8, 8), (8, 9)])
def test_on_tiny_images_numbers_are_finite_or_plainly_undefined(shape: tuple[int, ...]) -> None:
    values = compute_features(image_from_pixels(noise(shape, seed=16)))
    undefined = {name for name, value in values.items() if math.isnan(value)}
    expected = {"size_bytes", "bits_per_pixel", "transparency", "row_banding"}
    if min(shape[:2]) < 3:
        expected |= {"noise_level", "speckle", "graininess", "edge_concentration"}
        expected |= {"hot_pixels", "blur_direction", "centre_sharpness"}
    expected |= {"top_bottom"} if shape[0] == 1 else set()
    expected |= {"left_right"} if shape[1] == 1 else set()
    expected |= {"wrapped_steps"} if max(shape[:2]) == 1 else set()
    expected |= {"fine_detail"} if min(shape[:2]) < 6 else set()
    expected |= {"coarse_detail"} if min(shape[:2]) < 12 else set()
    expected |= {"blockiness"} if max(shape[:2]) < 9 else set()
    assert undefined == expected
    assert not any(math.isinf(value) for value in values.values())


@pytest.mark.parametrize("level", [0, 200, 255])
def test_a_flat_image_has_no_detail_noise_or_blocks(level: int) -> None:
    flat = image_from_pixels(np.full((32, 48, 3), level, np.uint8))
    assert sharpness(flat) == noise_level(flat) == blockiness(flat) == 0


def test_the_file_features_are_those_of_the_file() -> None:
    image = _file(photograph(size=(120, 80)), "JPEG", quality=75)
    values = {feature.name: feature.compute(image) for feature in FILE_FEATURES}
    assert values == {
        "width": 120,
        "height": 80,
        "aspect": 1.5,
        "size_bytes": image.size_bytes,
        "bits_per_pixel": 8 * image.size_bytes / 9600,
        "transparency": 0,
    }


def test_stronger_compression_is_fewer_bits_per_pixel() -> None:
    image = photograph()
    strong, weak = _file(image, "JPEG", quality=10), _file(image, "JPEG", quality=95)
    assert compute_features(strong)["bits_per_pixel"] < compute_features(weak)["bits_per_pixel"]


def test_sixteen_bits_are_clipped_for_the_seven_only() -> None:
    scaled = np.asarray(photograph("camera").convert("L"))
    sixteen = Image.fromarray(scaled.astype(np.uint16) * 257)
    values = compute_features(_file(sixteen, "PNG"))
    eight = compute_features(image_from_pixels(scaled))
    assert values["mean"] > 250
    for name in ("mean_red", "sharpness", "noise_level", "blockiness"):
        assert values[name] == pytest.approx(eight[name], rel=1e-12), name
