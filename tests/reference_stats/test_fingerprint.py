"""Fingerprints: near-copies are near, other pictures are far, and a covered lens is all alike."""

from __future__ import annotations

import io
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from PIL import Image
from sklearn.datasets import load_digits

from reference_stats.decoding.decode import decode_image, image_from_pixels
from reference_stats.fingerprint import (
    FINGERPRINT_BYTES,
    LARGEST_DISTANCE,
    Fingerprints,
    are_near_copies,
    fingerprint_of,
    hamming_distance,
    stack_fingerprints,
)
from reference_stats.sums.decoded_image import DecodedImage
from tests.support.images import MANY_PIXELS, encode, noise, photograph

NAMES = ("astronaut", "coffee", "chelsea", "rocket", "camera", "moon", "page", "clock", "coins")


def _of(*images: Image.Image) -> Fingerprints:
    return stack_fingerprints(
        [fingerprint_of(image_from_pixels(np.asarray(image.convert("RGB")))) for image in images]
    )


def _lenses(level: int, spread: float, shape: tuple[int, int], count: int = 30) -> Fingerprints:
    random = np.random.default_rng(1)
    frames = random.normal(level, spread, (count, *shape)).clip(0, 255).astype(np.uint8)
    return stack_fingerprints([fingerprint_of(image_from_pixels(frame)) for frame in frames])


def _reencoded(image: Image.Image, quality: int) -> Image.Image:
    return Image.open(io.BytesIO(encode(image, "JPEG", quality=quality)))


def _resized(image: Image.Image, factor: float) -> Image.Image:
    return image.resize((round(image.width * factor), round(image.height * factor)))


def _brighter(image: Image.Image, levels: int) -> Image.Image:
    return Image.fromarray((np.asarray(image).astype(int) + levels).clip(0, 255).astype(np.uint8))


def _cropped(image: Image.Image, share: float) -> Image.Image:
    left, top = round(image.width * share / 2), round(image.height * share / 2)
    return image.crop((left, top, image.width - left, image.height - top))


def _noisy(image: Image.Image, spread: float) -> Image.Image:
    pixels = np.asarray(image)
    noisy = pixels + np.random.default_rng(2).normal(0, spread, pixels.shape)
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8))


CHANGES = {
    "JPEG at quality 50": lambda image: _reencoded(image, 50),
    "JPEG at quality 95": lambda image: _reencoded(image, 95),
    "smaller": lambda image: _resized(image, 0.8),
    "larger": lambda image: _resized(image, 1.25),
    "brighter": lambda image: _brighter(image, 10),
    "darker": lambda image: _brighter(image, -10),
    "cropped by 2 %": lambda image: _cropped(image, 0.02),
    "noisy": lambda image: _noisy(image, 8),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_small_change_leaves_a_near_copy(name: str, change: str) -> None:
    image = photograph(name, (320, 240))
    one, two = _of(image, CHANGES[change](image))
    assert are_near_copies(one, two)


def test_different_photographs_are_no_near_copies() -> None:
    prints = _of(*(photograph(name, (320, 240)) for name in NAMES))
    pairs = list(combinations(range(len(NAMES)), 2))
    distances = [int(hamming_distance(prints[one], prints[two])) for one, two in pairs]
    assert not any(are_near_copies(prints[one], prints[two]) for one, two in pairs)
    assert min(distances) > 2 * LARGEST_DISTANCE


@pytest.mark.parametrize(
    ("level", "spread", "shape"),
    [
        (0, 5, (375, 500)),
        (40, 8, (375, 500)),
        (255, 5, (224, 224)),
        (0, 5, (32, 32)),
        (0, 3, (8, 8)),
    ],
)
def test_a_covered_lens_gives_near_copies_in_spite_of_its_noise(
    level: int, spread: float, shape: tuple[int, int]
) -> None:
    prints = _lenses(level, spread, shape)
    assert are_near_copies(prints[:, None], prints[None]).all()


def test_black_and_white_frames_are_told_apart() -> None:
    black, white = _lenses(0, 3, (64, 64), 1)[0], _lenses(255, 3, (64, 64), 1)[0]
    assert not are_near_copies(black, white)


@pytest.mark.parametrize("side", [8, 28])
def test_distinct_digits_are_mostly_no_near_copies(side: int) -> None:
    digits = (load_digits().images[:1000] * 15.9).astype(np.uint8)
    images = [Image.fromarray(digit).resize((side, side)) for digit in digits]
    prints = _of(*images)
    others = [np.count_nonzero(are_near_copies(one, prints)) - 1 for one in prints]
    # 4.2e-5 and 6.8e-5 of all pairs of the 1,797 digits, when this was written.
    assert sum(others) / (1000 * 999) < 1.5e-4
    assert np.mean(np.array(others) > 0) < 0.15


def test_a_changed_colour_is_seen_even_where_the_grey_stays() -> None:
    grey = np.full((60, 60), 90, np.uint8)
    colour = np.empty((60, 60, 3), np.uint8)
    colour[:] = (170, 60, 40)
    plain = stack_fingerprints(
        [fingerprint_of(image_from_pixels(grey)), fingerprint_of(image_from_pixels(colour))]
    )
    assert not are_near_copies(plain[0], plain[1])


@settings(max_examples=60)
@given(arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40))))
def test_any_image_has_one_and_is_its_own_near_copy(pixels: NDArray[np.uint8]) -> None:
    data = fingerprint_of(image_from_pixels(pixels))
    assert len(data) == FINGERPRINT_BYTES
    assert data == fingerprint_of(image_from_pixels(pixels.copy()))
    one = stack_fingerprints([data])
    assert hamming_distance(one, one) == 0
    assert are_near_copies(one, one).all()


def test_distances_count_differing_bits_and_are_symmetric() -> None:
    prints = _of(photograph("coffee"), photograph("chelsea"), photograph("moon"))
    table = hamming_distance(prints[:, None], prints[None])
    as_bits = np.unpackbits(prints.view(np.uint8).reshape(3, -1), axis=1)
    assert (table == (as_bits[:, None] != as_bits[None]).sum(axis=2)).all()
    assert (table == table.T).all()


def test_an_image_is_turned_before_it_is_looked_at() -> None:
    image = photograph("coffee", (200, 150))
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = decode_image(
        encode(image.rotate(90, expand=True), "PNG", exif=exif), max_pixels=MANY_PIXELS
    )
    assert isinstance(turned, DecodedImage)
    assert fingerprint_of(turned) == fingerprint_of(image_from_pixels(np.asarray(image)))


def test_noise_over_the_whole_range_is_no_near_copy_of_a_picture() -> None:
    one, two = _of(Image.fromarray(noise((240, 320, 3))), photograph("astronaut", (320, 240)))
    assert not are_near_copies(one, two)


def test_no_fingerprints_are_an_empty_table() -> None:
    assert stack_fingerprints([]).shape == (0, FINGERPRINT_BYTES // 8)
