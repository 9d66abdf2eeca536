"""Grey levels of files with more than 8 bits are only compared with such as are clipped too."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from drift.comparison.columns.clipped import (
    Clipped,
    clipped_images,
    comparable_columns,
    without_clipped,
)
from drift.comparison.columns.columns import Column, feature_columns
from reference_stats.decoding.decode import decode_image, image_from_pixels
from reference_stats.features.registry import (
    clips_deep_images,
    compute_features,
    feature_names,
    feature_set,
)
from reference_stats.file_facts.facts import FileFacts
from tests.support.images import MANY_PIXELS, SEVEN, encode, noise

FLAT = FileFacts(kind="PNG", mode="L")
DEEP = FileFacts(kind="PNG", mode="I;16", bits=16)


def _flags(deep: int, others: int) -> np.ndarray:
    return np.array([True] * deep + [False] * others)


def _columns(clipped: Clipped) -> dict[str, Column]:
    numbers = pd.DataFrame(np.zeros((3, len(feature_names()))), columns=list(feature_names()))
    columns = comparable_columns(feature_columns(numbers, numbers, feature_names()), clipped)
    return {column.name: column for column in columns}


def test_what_clips_are_the_features_of_the_grey_levels_at_every_size() -> None:
    names = feature_names(feature_set(128))
    clipping = {name for name in names if clips_deep_images(name)}
    assert clipping >= {
        *SEVEN,
        "black_point",
        "overexposed",
        "underexposed",
        "edge_density_at_128px",
    }
    assert not clipping & {"sharpness", "mean_red", "noise_level", "sharpness_at_128px", "width"}


@pytest.mark.parametrize(
    ("reference", "current", "differs", "enough"),
    [
        (_flags(0, 120), _flags(160, 0), True, False),
        (_flags(120, 0), _flags(0, 160), True, False),
        (_flags(0, 120), _flags(0, 160), False, True),
        (_flags(120, 0), _flags(160, 0), False, False),
        (_flags(60, 60), _flags(80, 80), False, True),
        (_flags(0, 120), _flags(80, 80), True, True),
        (_flags(0, 120), _flags(81, 79), True, False),
        (_flags(60, 60), _flags(0, 160), True, True),
        (None, _flags(0, 160), False, False),
        (None, _flags(31, 129), False, False),
        (None, _flags(32, 128), True, False),
        (None, _flags(160, 0), True, False),
    ],
)
def test_a_mix_is_compared_where_at_least_half_of_each_side_is_not_clipped(
    reference: np.ndarray | None, current: np.ndarray, differs: bool, enough: bool
) -> None:
    clipped = Clipped(reference=reference, current=current)
    assert (clipped.differs, clipped.leaves_enough) == (differs, enough)


def test_columns_that_cannot_be_compared_say_why_and_the_others_stay() -> None:
    columns = _columns(Clipped(reference=_flags(0, 120), current=_flags(160, 0)))
    assert columns["mean"].left_out == (
        "Not compared: 160 of 160 images and 0 of the reference's 120 have more than 8 bits per "
        "sample, which this feature clips at 255."
    )
    assert columns["mean"].reference.empty
    assert columns["mean"].current.empty
    assert columns["sharpness"].left_out == ""
    assert len(columns["sharpness"].reference) == 3


def test_columns_of_a_mix_say_what_is_missing_in_them() -> None:
    columns = _columns(Clipped(reference=_flags(0, 120), current=_flags(40, 120)))
    assert columns["mean"].note == (
        "Compared without some images: 40 of 160 images and 0 of the reference's 120 have more "
        "than 8 bits per sample, which this feature clips at 255."
    )
    assert len(columns["mean"].reference) == 3
    assert columns["sharpness"].note == ""


def test_columns_say_where_the_reference_is_not_known() -> None:
    columns = _columns(Clipped(reference=None, current=_flags(160, 0)))
    assert "160 of 160 images and perhaps some of the reference's have" in columns["mean"].left_out


def test_the_numbers_tell_what_a_profile_of_an_older_version_does_not_say() -> None:
    generator = np.random.default_rng(5)
    images = [image_from_pixels(noise((20, 30, 3), seed=n)) for n in range(20)]
    images += [image_from_pixels(np.full((9, 9, 3), colour, np.uint8)) for colour in (0, 99, 255)]
    grey = generator.integers(0, 65_536, (20, 30)).astype(np.uint16)
    deep = decode_image(encode(Image.fromarray(grey)), max_pixels=MANY_PIXELS)
    rows = pd.DataFrame([dict(compute_features(image)) for image in [*images, deep]])
    assert clipped_images(rows, None).tolist() == [False] * 23 + [True]
    assert clipped_images(rows[["mean", "std_dev"]], None) is None


def test_what_files_are_known_decides() -> None:
    rows = pd.DataFrame({"mean": [1.0, 2.0]})
    assert clipped_images(rows, [FLAT, DEEP]).tolist() == [False, True]


def test_clipped_numbers_are_missing_and_the_table_itself_stays() -> None:
    rows = pd.DataFrame({"mean": [1.0, 2.0], "mean_red": [3.0, 4.0]})
    kept = without_clipped(rows, np.array([False, True]))
    assert kept["mean"].isna().tolist() == [False, True]
    assert kept["mean_red"].tolist() == [3.0, 4.0]
    assert rows["mean"].tolist() == [1.0, 2.0]
    assert without_clipped(rows, np.zeros(2, dtype=bool)) is rows
