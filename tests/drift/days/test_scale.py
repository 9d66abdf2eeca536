"""The reference alone fixes the scale, and sums over images are sums of its scores."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from drift.comparison.methods.registry import NUMERIC_METHODS
from drift.comparison.permutation.statistic_key import StatisticKey
from drift.days.novel_axes import NovelAxes
from drift.days.scale import JOINT, SHARE_DEVIATION, ReferenceScale
from drift.days.sums import FamilySums

NAMES = ["light", "sharp", "ground"]


def _reference(images: int = 800) -> pd.DataFrame:
    generator = np.random.default_rng(0)
    light = generator.normal(100, 20, images)
    sharp = 0.5 * (light - 100) / 20 + generator.normal(0, 1, images)
    return pd.DataFrame({"light": light, "sharp": np.exp(sharp), "ground": np.full(images, 255.0)})


def _mean(sums: FamilySums, scale: ReferenceScale, column: str, method: str) -> float:
    key = StatisticKey(group=column, method=method)
    known, total, _ = sums.scores[key.text]
    at = scale.keys.index(key)
    return float((total / known - scale.means[at]) / scale.deviations[at])


def test_the_reference_itself_lies_at_zero() -> None:
    reference = _reference()
    scale = ReferenceScale.of(reference, joint=NAMES)
    sums = FamilySums.of(scale, reference, np.arange(len(reference)))
    for method in NUMERIC_METHODS:
        assert _mean(sums, scale, "light", method.name) == pytest.approx(0, abs=1e-9)
    assert scale.keys[-1].group == JOINT


def test_a_shift_of_one_deviation_is_about_one() -> None:
    reference = _reference(2_000)
    scale = ReferenceScale.of(reference, joint=NAMES)
    brighter = reference.assign(light=reference["light"] + 20)
    sums = FamilySums.of(scale, brighter, np.arange(len(reference)))
    assert _mean(sums, scale, "light", "location") == pytest.approx(1, abs=0.05)
    assert _mean(sums, scale, "sharp", "location") == pytest.approx(0, abs=1e-9)
    assert sums.columns["light"].above > 0.04 * len(reference)


def test_a_constant_column_counts_images_that_leave_it() -> None:
    reference = _reference()
    scale = ReferenceScale.of(reference, joint=NAMES)
    ground = np.where(np.arange(len(reference)) % 50 == 0, 250.0, 255.0)
    sums = FamilySums.of(scale, reference.assign(ground=ground), np.arange(len(reference)))
    assert _mean(sums, scale, "ground", "lower_tail") == pytest.approx(0.02 / SHARE_DEVIATION)
    assert _mean(sums, scale, "ground", "upper_tail") == 0
    spread = scale.keys.index(StatisticKey(group="ground", method="spread"))
    assert scale.deviations[spread] == 0


def test_missing_values_are_not_counted() -> None:
    reference = _reference()
    scale = ReferenceScale.of(reference)
    some = reference.assign(light=reference["light"].where(np.arange(len(reference)) % 2 == 0))
    sums = FamilySums.of(scale, some, np.arange(len(reference)))
    assert sums.columns["light"].known == len(reference) // 2
    assert abs(_mean(sums, scale, "light", "location")) < 0.1
    without = FamilySums.of(scale, reference.drop(columns="sharp"), np.arange(len(reference)))
    assert "sharp.location" not in without.scores


def test_rows_in_another_order_have_the_same_scale() -> None:
    reference = _reference()
    one = ReferenceScale.of(reference, joint=NAMES)
    other = ReferenceScale.of(reference.sample(frac=1, random_state=1), joint=NAMES)
    window = _reference(60) + 3
    assert one.score(window).scores == pytest.approx(other.score(window).scores, abs=1e-8)


def test_places_of_novel_images_are_scores_of_the_novelty_and_no_columns() -> None:
    random = np.random.default_rng(4)
    numbers = pd.DataFrame(random.normal(size=(400, 3)), columns=["new", "axis 1", "axis 2"])
    novel = NovelAxes(novelty="new", axes=("axis 1", "axis 2"))

    scale = ReferenceScale.of(numbers, novel=novel)
    found = scale.score(numbers.assign(**{"axis 2": np.nan})).scores

    assert scale.columns == ("new",)
    assert scale.keys[-3:] == tuple(novel.keys)
    assert {key.group for key in scale.keys} == {"new"}
    weights, first, second = found[:, -3:].T
    order = np.argsort(numbers["new"].to_numpy())
    assert (np.diff(weights[order]) > 0).all()
    assert first == pytest.approx(weights * numbers["axis 1"])
    assert not second.any()
    assert len(scale.means) == len(scale.deviations) == len(scale.skewness) == len(scale.keys)


def test_places_mean_nothing_where_the_novelty_is_not_known() -> None:
    numbers = pd.DataFrame({"new": np.full(60, np.nan), "axis 1": np.ones(60)})

    scale = ReferenceScale.of(numbers, novel=NovelAxes(novelty="new", axes=("axis 1",)))

    assert scale.keys == ()
