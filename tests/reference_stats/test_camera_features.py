"""Warmth, defects and composition: their formulas written out, and what they are for."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image, ImageFilter

from reference_stats.decoding.decode import decode_image, image_from_pixels
from reference_stats.features.families.colour import colourless, warmth
from reference_stats.features.families.composition import (
    COMPOSITION_FEATURES,
    left_right,
    orientation,
    top_bottom,
)
from reference_stats.features.families.defects import (
    DEFECT_FEATURES,
    level_comb,
    row_banding,
    wrapped_steps,
)
from reference_stats.features.families.geometry import transparency
from reference_stats.features.families.sharpness import blur_direction, centre_sharpness
from reference_stats.features.registry import compute_features
from reference_stats.kernels.channel_pass import sum_channels
from reference_stats.sums.channels import JUMP, row_step
from reference_stats.sums.decoded_image import DecodedImage
from tests.support.images import MANY_PIXELS, encode, noise, photograph

PHOTOGRAPHS = ("astronaut", "coffee", "chelsea", "rocket")
OF_TURNED = (*DEFECT_FEATURES, *COMPOSITION_FEATURES)
Pixels = np.ndarray


def _written_out(pixels: Pixels) -> dict[str, float]:
    """Return what numpy makes of the definitions, for pictures of less than 16,000 pixels."""
    channels = pixels.reshape(*pixels.shape[:2], -1).astype(int)
    grey = image_from_pixels(pixels).grey.astype(int)
    height, width = grey.shape
    right, down = np.diff(channels, axis=1), np.diff(channels, axis=0)
    steps = np.concatenate([right.ravel(), down.ravel()])
    upper, lower = grey[: height // 2], grey[height - height // 2 :]
    left, other = grey[:, : width // 2], grey[:, width - width // 2 :]
    red, blue = channels[..., 0], channels[..., -1]
    values = {
        "warmth": (red - blue).sum() / (np.abs(red - blue) + 1).sum(),
        "colourless": (np.ptp(channels, axis=2) <= 2).mean(),
        "wrapped_steps": (np.abs(steps) > 200).mean() if steps.size else math.nan,
        "orientation": math.log((grey.mean(1).std() + 0.5) / (grey.mean(0).std() + 0.5)),
        "top_bottom": math.log((upper.mean() + 4) / (lower.mean() + 4)) if height > 1 else math.nan,
        "left_right": math.log((left.mean() + 4) / (other.mean() + 4)) if width > 1 else math.nan,
    }
    values |= dict.fromkeys(("hot_pixels", "blur_direction", "centre_sharpness"), math.nan)
    if min(height, width) < 3:
        return values
    inner = grey[1:-1, 1:-1]
    around = np.stack([grey[:-2, 1:-1], grey[2:, 1:-1], grey[1:-1, :-2], grey[1:-1, 2:]])
    hot = (inner > around.max(0) + 96) | (inner < around.min(0) - 96)
    ratios = [
        (np.abs(np.diff(grey, 2, axis=axis)).mean() + 0.1)
        / (np.abs(np.diff(grey, axis=axis)).mean() + 0.1)
        for axis in (1, 0)
    ]
    squares = (around.sum(0) - 4 * inner).astype(float) ** 2
    down, across = (side // 4 for side in squares.shape)
    is_central = np.zeros(squares.shape, bool)
    is_central[down : squares.shape[0] - down, across : squares.shape[1] - across] = True
    values |= {"hot_pixels": hot.mean(), "blur_direction": math.log(ratios[0] / ratios[1])}
    if not is_central.all():
        centre, rest = squares[is_central].mean(), squares[~is_central].mean()
        values["centre_sharpness"] = math.log((centre + 0.5) / (rest + 0.5))
    return values


def _peak(series: Pixels, *, first: int, floor: float) -> float:
    """Return `peak_of` by numpy's Fourier transform."""
    highest, length = 0.0, series.shape[1]
    for values in series:
        lines = np.fft.rfft((values - values.mean()) * np.hanning(length))
        power = (np.abs(lines) ** 2 / length)[first : length // 2]
        for place, one in enumerate(power):
            far = np.abs(np.arange(len(power)) - place)
            highest = max(highest, one / (power[(far > 1) & (far <= 7)].mean() + floor))
    return math.log1p(highest)


def _image(picture: Image.Image | Pixels) -> DecodedImage:
    return image_from_pixels(np.asarray(picture))


def _pixels(name: str) -> Pixels:
    return np.asarray(photograph(name, (300, 224)).convert("RGB"))


shapes = st.tuples(st.integers(1, 14), st.integers(1, 14))
levels = st.sampled_from([0, 1, 3, 90, 100, 200, 254, 255]) | st.integers(0, 255)


@given(arrays(np.uint8, shapes.map(lambda shape: (*shape, 3)), elements=levels))
def test_small_pictures_equal_the_formulas_written_out(pixels: Pixels) -> None:
    values = compute_features(image_from_pixels(pixels))
    for name, expected in _written_out(pixels).items():
        assert values[name] == pytest.approx(expected, abs=1e-9, nan_ok=True), name


@pytest.mark.parametrize("shape", [(3, 3), (13, 15), (30, 41), (101, 97), (2, 4_000), (4_000, 3)])
def test_grey_noise_of_every_shape_equals_the_formulas_written_out(shape: tuple[int, int]) -> None:
    pixels = noise(shape, seed=71)
    values = compute_features(image_from_pixels(pixels))
    for name, expected in _written_out(pixels).items():
        assert values[name] == pytest.approx(expected, abs=1e-9, nan_ok=True), name


@pytest.mark.parametrize("shape", [(64, 64), (65, 70), (131, 90), (1_500, 64)])
def test_peaks_are_those_of_a_fourier_transform(shape: tuple[int, int]) -> None:
    """Of a series of 1,500 lines only the first 512 waves are looked at: the highest is there."""
    grey = noise(shape, seed=72)
    grey[::8] //= 2
    image = image_from_pixels(grey)
    by_rows = _peak(grey.mean(1)[None], first=10, floor=0.05)
    assert row_banding(image) == pytest.approx(by_rows, rel=1e-6)


def test_the_comb_of_levels_is_the_peak_of_their_unevenness() -> None:
    grey = noise((90, 100), seed=73) // 4 * 4
    counts = np.log1p(np.bincount(grey.ravel(), minlength=256)[2:254])
    smooth = [counts[max(place - 4, 0) : place + 5].mean() for place in range(252)]
    expected = _peak((counts - smooth)[None], first=8, floor=0.02)
    assert level_comb(image_from_pixels(grey)) == pytest.approx(expected, rel=1e-6)


def test_what_large_pictures_count_are_every_so_manieth_rows() -> None:
    pixels = np.repeat(noise((400, 130), seed=74)[..., None], 3, axis=2).copy()
    sums = image_from_pixels(pixels).channel_sums
    of_kernel = sum_channels(pixels.reshape(400, -1), 3, JUMP, int(row_step(400, 130)))
    levels = of_kernel[2:].reshape(3, 256)
    every = pixels[::3].astype(int)
    below = pixels[1::3].astype(int)
    jumps = (np.abs(np.diff(every, axis=1)) > 200).sum()
    jumps += (np.abs(every[: len(below)] - below) > 200).sum()
    assert sums.jumps == jumps
    assert levels.sum() == every.size
    assert (levels[1] == np.bincount(every[..., 1].ravel(), minlength=256)).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 1, 3), (1, 9), (9, 1), (64, 64), (70, 80, 3)])
def test_a_flat_picture_has_no_defect_and_no_direction(shape: tuple[int, ...]) -> None:
    values = compute_features(image_from_pixels(np.full(shape, 77, np.uint8)))
    for feature in OF_TURNED:
        expected = 1.0 if feature.name == "flat_borders" else 0.0
        if feature.name != "level_comb":
            assert math.isnan(values[feature.name]) or values[feature.name] == expected
    for name in ("warmth", "blur_direction", "centre_sharpness"):
        assert math.isnan(values[name]) or values[name] == 0
    assert values["colourless"] == 1


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_a_picture_on_its_side_changes_the_signs(name: str) -> None:
    pixels = _pixels(name)
    upright, turned = _image(pixels), _image(np.rot90(pixels).copy())
    for feature in (orientation, blur_direction):
        assert feature(turned) == pytest.approx(-feature(upright), abs=1e-9)
    assert left_right(turned) == pytest.approx(top_bottom(upright), abs=1e-9)
    assert top_bottom(turned) == pytest.approx(-left_right(upright), abs=1e-9)


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_a_file_that_says_how_it_is_turned_has_the_numbers_of_the_turned_picture(name: str) -> None:
    picture = photograph(name, (120, 100)).convert("RGB")
    tag = Image.Exif()
    tag[0x0112] = 6
    said = decode_image(encode(picture, "PNG", exif=tag), max_pixels=MANY_PIXELS)
    assert isinstance(said, DecodedImage)
    turned = _image(picture.transpose(Image.Transpose.ROTATE_270))
    for feature in OF_TURNED:
        assert feature.compute(said) == pytest.approx(feature.compute(turned), nan_ok=True)


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_swapped_channels_change_the_sign_of_the_warmth(name: str) -> None:
    pixels = _pixels(name)
    assert warmth(_image(pixels[:, :, ::-1])) == pytest.approx(-warmth(_image(pixels)))
    warmer = np.clip(pixels * [1.07, 1.0, 0.9], 0, 255).astype(np.uint8)
    assert warmth(_image(warmer)) > warmth(_image(pixels))


@pytest.mark.parametrize("make", [lambda one: one, lambda one: one.convert("RGB")])
def test_a_grey_picture_is_colourless_and_neither_warm_nor_cold(
    make: Callable[[Image.Image], Image.Image],
) -> None:
    image = _image(make(photograph("camera").convert("L")))
    assert (colourless(image), warmth(image)) == (1, 0)


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_a_grey_picture_in_colour_has_the_numbers_of_the_grey_one(name: str) -> None:
    grey = photograph(name, (120, 100)).convert("L")
    assert compute_features(_image(grey.convert("RGB"))) == compute_features(_image(grey))


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_bands_across_the_picture_are_seen(name: str) -> None:
    pixels = _pixels(name).astype(float)
    bands = 12 * np.sin(np.arange(224) / 3)[:, None, None]
    banded = (pixels + bands).clip(0, 255).astype(np.uint8)
    clean = _pixels(name)
    assert row_banding(_image(banded)) > row_banding(_image(clean)) + 0.5
    on_its_side = (np.rot90(one).copy() for one in (banded, clean))
    assert row_banding(_image(next(on_its_side))) < row_banding(_image(next(on_its_side))) + 0.5


@pytest.mark.parametrize("name", PHOTOGRAPHS)
@pytest.mark.parametrize(
    "rounded",
    [
        lambda pixels: pixels // 16 * 16,
        lambda pixels: np.rint(16 + pixels * (219 / 255)).astype(np.uint8),
        lambda pixels: np.rint(pixels * 0.9).astype(np.uint8),
    ],
    ids=["4 bits", "limited range", "darker"],
)
def test_rounding_twice_leaves_a_comb_of_levels(
    name: str, rounded: Callable[[Pixels], Pixels]
) -> None:
    assert level_comb(_image(rounded(_pixels(name)))) > level_comb(_image(_pixels(name))) + 0.5


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_overflow_raises_the_wrapped_steps(name: str) -> None:
    pixels = np.maximum(_pixels(name), 30)
    bright = np.clip(pixels * 1.4, 0, 250).astype(np.uint8)
    wrapped = wrapped_steps(_image(bright + np.uint8(12)))
    assert wrapped > wrapped_steps(_image(bright)) + 0.0005


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_a_shake_sideways_and_one_up_and_down_are_told_apart(name: str) -> None:
    pixels = _pixels(name).astype(float)
    shaken = [
        _image(np.mean([np.roll(pixels, step, axis) for step in range(4)], axis=0).astype(np.uint8))
        for axis in (1, 0)
    ]
    still = blur_direction(_image(_pixels(name)))
    assert blur_direction(shaken[0]) < still - 0.1
    assert blur_direction(shaken[1]) > still + 0.1


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_a_smudge_in_the_middle_lowers_the_sharpness_of_the_centre(name: str) -> None:
    picture = photograph(name, (300, 224)).convert("RGB")
    smudged = picture.copy()
    box = (75, 56, 225, 168)
    smudged.paste(picture.crop(box).filter(ImageFilter.GaussianBlur(4)), box)
    assert centre_sharpness(_image(smudged)) < centre_sharpness(_image(picture)) - 0.5


def test_bars_on_two_sides_are_the_share_of_plain_borders() -> None:
    boxed = np.zeros((100, 60), np.uint8)
    boxed[10:80] = noise((70, 60), seed=75)
    values = compute_features(image_from_pixels(boxed))
    assert values["flat_borders"] == 0.3
    assert compute_features(image_from_pixels(boxed.T.copy()))["flat_borders"] == 0.3


def _with_alpha(mode: str) -> Image.Image:
    alpha = Image.new("L", (40, 30), 255)
    alpha.paste(254, (0, 0, 10, 30))
    picture = Image.new(mode[:-1], (40, 30))
    picture.putalpha(alpha)
    return picture


@pytest.mark.parametrize(
    ("picture", "file_format", "expected"),
    [
        (_with_alpha("RGBA"), "PNG", 0.25),
        (_with_alpha("LA"), "PNG", 0.25),
        (_with_alpha("RGBA"), "TIFF", 0.25),
        (Image.new("RGBA", (40, 30), (1, 2, 3, 255)), "PNG", 0.0),
        (Image.new("RGB", (40, 30)), "PNG", 0.0),
        (Image.new("RGB", (40, 30)), "JPEG", 0.0),
    ],
)
def test_transparency_is_the_share_of_pixels_that_are_not_opaque(
    picture: Image.Image, file_format: str, expected: float
) -> None:
    found = decode_image(encode(picture, file_format), max_pixels=MANY_PIXELS)
    assert isinstance(found, DecodedImage)
    assert transparency(found) == expected


def test_a_transparent_entry_of_a_palette_counts_where_it_is_used() -> None:
    levels = np.repeat(np.uint8([[0, 1, 1, 2]]), 4, axis=0)
    picture = Image.fromarray(levels).convert("P")
    found = decode_image(encode(picture, "PNG", transparency=1), max_pixels=MANY_PIXELS)
    assert isinstance(found, DecodedImage)
    assert transparency(found) == 0.5
