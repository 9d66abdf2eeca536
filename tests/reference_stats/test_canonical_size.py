"""Features at a canonical size: the same picture from a finer camera has the same numbers."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from skimage import data as pictures

from reference_stats.decoding.decode import image_from_pixels
from reference_stats.features.registry import (
    FEATURES,
    compute_features,
    feature_named,
    feature_set,
    feature_set_id,
)
from reference_stats.sums.decoded_image import DecodedImage
from tests.support.images import photograph

SIDE = 64
FOLLOWING = [feature.name for feature in FEATURES if feature.follows_resolution]


def _image(picture: Image.Image) -> DecodedImage:
    return image_from_pixels(np.asarray(picture))


def _crops(side: int) -> list[DecodedImage]:
    """Return 40 places of scikit-image's pictures, each photographed at `side` pixels."""
    rng = np.random.default_rng(51)
    crops = []
    for name in ("astronaut", "coffee", "chelsea", "immunohistochemistry"):
        whole = Image.fromarray(getattr(pictures, name)())
        for _ in range(10):
            left, top = rng.integers(whole.width - 256), rng.integers(whole.height - 256)
            crop = whole.crop((left, top, left + 256, top + 256))
            crops.append(_image(crop.resize((side, side), Image.Resampling.LANCZOS)))
    return crops


def test_what_follows_the_resolution_is_computed_twice_in_columns_of_its_own() -> None:
    names = [feature.name for feature in feature_set(SIDE)]
    assert names[: len(FEATURES)] == [feature.name for feature in FEATURES]
    assert names[len(FEATURES) :] == [f"{name}_at_{SIDE}px" for name in FOLLOWING]
    assert {"sharpness", "edge_density", "noise_level"} <= set(FOLLOWING)


def test_sets_of_other_sizes_have_other_names_and_so_other_caches() -> None:
    assert len({feature_set_id(feature_set(side)) for side in (None, 64, 128)}) == 3


def test_a_columns_name_tells_its_feature() -> None:
    for feature in feature_set(SIDE):
        found = feature_named(feature.name)
        assert found is not None
        assert (found.name, found.title, found.unit) == (feature.name, feature.title, feature.unit)
    for name in ("sharp", "width_at_64px", "sharpness_at_064px", "sharpness_at_px", "_at_64px"):
        assert feature_named(name) is None


def test_a_finer_camera_moves_the_numbers_of_the_file_but_not_those_at_the_canonical_size() -> None:
    features = feature_set(SIDE)
    fine, coarse = (
        np.array([compute_features(image, features).numbers for image in _crops(side)])
        for side in (240, 120)
    )
    moved = abs(fine.mean(axis=0) - coarse.mean(axis=0)) / fine.std(axis=0).clip(1e-12)
    by_name = dict(zip([feature.name for feature in features], moved, strict=True))
    assert max(by_name[f"{name}_at_{SIDE}px"] for name in FOLLOWING) < 0.1
    assert by_name["sharpness"] > 0.2


def test_an_image_below_the_canonical_size_is_not_enlarged() -> None:
    image = _image(photograph(size=(60, 50)))
    assert image.scaled(50).luma is image.luma
    values = compute_features(image, feature_set(SIDE))
    for name in FOLLOWING:
        assert values[f"{name}_at_{SIDE}px"] == values[name]


@pytest.mark.parametrize(("size", "expected"), [((200, 100), (128, 64)), ((90, 301), (64, 214))])
def test_the_shorter_side_is_made_to_fit(size: tuple[int, int], expected: tuple[int, int]) -> None:
    scaled = _image(photograph(size=size)).scaled(SIDE)
    assert (scaled.width, scaled.height) == expected


def test_a_deep_image_is_scaled_from_all_its_bits() -> None:
    image = DecodedImage(
        luma=np.full((100, 100), 255, np.uint8),
        pixels=np.broadcast_to(np.uint8(40), (100, 100, 3)),
        size_bytes=1,
        mode="I;16",
    )
    assert (image.scaled(50).luma == 255).all()
    assert (image.scaled(50).grey == 40).all()
