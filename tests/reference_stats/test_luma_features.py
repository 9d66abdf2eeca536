"""The seven grey-level features against scikit-image, on every shape of image."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from skimage import data as pictures
from skimage.color import rgb2gray
from skimage.util import img_as_ubyte

from reference_stats.decoding.decode import image_from_pixels
from reference_stats.features.families.luma import LUMA_FEATURES
from tests.support.images import SEVEN, noise, seven_of

THE_SEVEN = tuple(feature for feature in LUMA_FEATURES if feature.name in SEVEN)

PICTURES = ("astronaut", "camera", "coffee", "coins", "text", "page", "moon", "chelsea", "cat")
SHAPES = [(1, 1), (1, 2), (2, 1), (2, 2), (1, 50), (50, 1), (2, 50), (3, 3), (17, 300_000)]


def _assert_equal(luma: np.ndarray) -> None:
    expected = seven_of(luma)
    image = image_from_pixels(luma)
    for feature in THE_SEVEN:
        value = feature.compute(image)
        assert value == pytest.approx(expected[feature.name], abs=1e-9, rel=1e-12), feature.name


def test_the_names_are_those_of_the_reference_system() -> None:
    assert tuple(feature.name for feature in LUMA_FEATURES)[:7] == SEVEN


@pytest.mark.parametrize("name", PICTURES)
def test_photographs(name: str) -> None:
    picture = getattr(pictures, name)()
    _assert_equal(img_as_ubyte(rgb2gray(picture)) if picture.ndim == 3 else picture)


@pytest.mark.parametrize("shape", SHAPES)
def test_noise_of_every_shape(shape: tuple[int, int]) -> None:
    _assert_equal(noise(shape, seed=8))


@pytest.mark.parametrize("level", [0, 1, 127, 255])
def test_flat_images(level: int) -> None:
    luma = np.full((40, 30), level, np.uint8)
    _assert_equal(luma)
    values = {feature.name: feature.compute(image_from_pixels(luma)) for feature in THE_SEVEN}
    assert values["std_dev"] == values["entropy"] == values["edge_density"] == 0


def test_the_strongest_edges_there_are() -> None:
    checks = np.indices((33, 34)).sum(axis=0) % 2 * 255
    stripes = np.repeat(checks[:1], 33, axis=0)
    halves = np.zeros((33, 34), int)
    halves[:, 17:] = 255
    for luma in (checks, stripes, halves):
        _assert_equal(luma.astype(np.uint8))


@given(arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 12))))
def test_any_small_image(luma: np.ndarray) -> None:
    _assert_equal(luma)
