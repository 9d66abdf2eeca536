import dataclasses
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import skimage.data
import skimage.filters

from drift.verdict.data_health import latency_of, picture_health, with_health
from reference_stats.decoding.decode import image_from_pixels
from reference_stats.features.registry import FEATURES
from reports.findings.images import Latency, PictureCount, Quality
from reports.words.picture_limits import BLOWN_OUT_ABOVE, BLURRED_BELOW, DARK_BELOW, TINY_BELOW_PX

CAT = skimage.data.chelsea()


def table(*pictures: np.ndarray) -> pd.DataFrame:
    """Return the real features of pictures."""
    images = [image_from_pixels(one) for one in pictures]
    return pd.DataFrame(
        [{feature.name: feature.compute(image) for feature in FEATURES} for image in images]
    )


def numbers(**values: float) -> pd.DataFrame:
    usual = {"mean": 120.0, "overexposed": 0.0, "sharpness": 3.0, "width": 640.0, "height": 480.0}
    return pd.DataFrame([usual | values])


def blurred(picture: np.ndarray) -> np.ndarray:
    smooth = skimage.filters.gaussian(picture, 6, channel_axis=-1, preserve_range=True)
    return smooth.astype(np.uint8)


@pytest.mark.parametrize(
    ("kind", "spoil"),
    [
        ("dark", lambda picture: picture // 8),
        ("blown_out", lambda picture: np.full_like(picture, 255)),
        ("blurred", blurred),
        ("tiny", lambda picture: picture[:40, :200]),
    ],
)
def test_a_spoiled_photograph_is_counted_and_a_good_one_is_not(
    kind: str, spoil: Callable[[np.ndarray], np.ndarray]
) -> None:
    spoiled = np.ascontiguousarray(spoil(CAT))
    health = picture_health(table(CAT, spoiled), table(CAT))

    assert health is not None
    assert getattr(health, kind) == PictureCount(images=1, reference_share=0.0)


@pytest.mark.parametrize(
    ("kind", "feature", "limit", "beyond"),
    [
        ("dark", "mean", DARK_BELOW, -0.01),
        ("blown_out", "overexposed", BLOWN_OUT_ABOVE, 0.01),
        ("blurred", "sharpness", BLURRED_BELOW, -0.01),
        ("tiny", "width", TINY_BELOW_PX, -1),
        ("tiny", "height", TINY_BELOW_PX, -1),
    ],
)
def test_the_limits_are_those_that_the_page_names(
    kind: str, feature: str, limit: float, beyond: float
) -> None:
    good, poor = numbers(**{feature: limit}), numbers(**{feature: limit + beyond})
    health = picture_health(pd.concat([good, poor, poor]), pd.concat([good, good, good, poor]))

    assert health is not None
    assert getattr(health, kind) == PictureCount(images=2, reference_share=0.25)


def test_a_reference_that_does_not_know_a_feature_has_no_share() -> None:
    health = picture_health(numbers(), pd.DataFrame({"mean": [100.0], "width": [10.0]}))

    assert health is not None
    assert health.dark.reference_share == 0.0
    assert health.blurred.reference_share is None
    assert health.tiny.reference_share is None


def test_without_an_image_there_is_no_picture_health() -> None:
    assert picture_health(numbers().iloc[:0], numbers()) is None


def test_latency_counts_what_could_be_read() -> None:
    latency = latency_of(pd.Series([10.0, np.nan, 20.0, 30.0, 1000.0]))

    assert latency is not None
    assert dataclasses.replace(latency, p95_ms=0.0) == Latency(
        count=4, median_ms=25.0, p95_ms=0.0, max_ms=1000.0
    )
    assert 30.0 < latency.p95_ms < 1000.0
    assert latency_of(pd.Series([np.nan, np.nan])) is None


def test_what_was_known_of_the_quality_stays() -> None:
    fields = pd.DataFrame({"confidence": [0.5, np.nan, 0.9], "latency": [1.0, 2.0, 3.0]})
    quality = with_health(Quality(duplicated_rows=7), fields, numbers(), numbers())

    assert quality.duplicated_rows == 7
    assert quality.confidence_median == pytest.approx(0.7)
    assert quality.latency is not None
    empty = with_health(Quality(), fields.iloc[:0], numbers(), numbers())
    assert (empty.latency, empty.confidence_median) == (None, None)
