"""The list of features and the name of a set of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from reference_stats.decoding.decode import image_from_pixels
from reference_stats.features.describe import describe_features
from reference_stats.features.feature import Feature
from reference_stats.features.registry import (
    FAMILIES,
    FEATURES,
    compute_features,
    feature_names,
    feature_set_id,
)
from reference_stats.outcomes import FeatureValues
from tests.support.images import SEVEN, noise


def test_every_name_is_there_once() -> None:
    assert len(set(feature_names())) == len(FEATURES)
    assert feature_names()[:7] == SEVEN


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_every_feature_says_what_it_is(feature: Feature) -> None:
    assert feature.unit
    assert feature.title
    assert feature.rises
    assert feature.falls
    assert feature.rises != feature.falls
    assert (feature.compute.__doc__ or "").startswith("Return ")
    assert feature.name in describe_features()


def test_the_set_has_another_name_when_a_definition_changes() -> None:
    newer = (*FEATURES[:-1], replace(FEATURES[-1], version=FEATURES[-1].version + 1))
    names = {feature_set_id(FEATURES), feature_set_id(newer), feature_set_id(FEATURES[1:])}
    assert len(names) == 3
    assert all(name.startswith("fs-") and len(name) == 15 for name in names)


def test_the_name_of_the_set_depends_on_nothing_but_names_and_versions() -> None:
    reworded = tuple(replace(feature, title="other words") for feature in reversed(FEATURES))
    assert feature_set_id(reworded) == feature_set_id(FEATURES)


def test_a_feature_is_added_by_one_function_and_one_entry() -> None:
    extra = Feature(
        name="top_left",
        unit="grey level (0-255)",
        title="first pixel",
        rises="brighter",
        falls="darker",
        compute=lambda image: float(image.luma[0, 0]),
        resolution=1.0,
        resolution_reason="one grey level",
    )
    values = compute_features(image_from_pixels(noise((5, 5), seed=1)), (*FEATURES, extra))
    assert values["top_left"] == noise((5, 5), seed=1)[0, 0]


def test_every_family_is_described_under_its_own_heading() -> None:
    text = describe_features()
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        f"## {name.capitalize()}" for name in FAMILIES
    ]


def test_feature_values_are_a_mapping_whose_nans_are_equal() -> None:
    values = FeatureValues(("a", "b"), np.array([1.5, np.nan]))
    assert dict(values)["a"] == values["a"] == 1.5
    assert values == FeatureValues(("a", "b"), np.array([1.5, np.nan]))
    assert hash(values) == hash(FeatureValues(("a", "b"), np.array([1.5, np.nan])))
    assert values != FeatureValues(("a", "b"), np.array([1.5, 2.0]))
    assert values != {"a": 1.5}
    assert "b" in values
    assert "c" not in values
    assert "1.5" in repr(values)
