"""Blocks side by side: numbers and classes on one scale."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from drift.days.matrix import ReferenceClasses, family_means, side_by_side
from drift.days.scale import ReferenceScale
from drift.days.sums import FamilySums

SCALE = ReferenceScale.of(pd.DataFrame({"light": np.arange(100.0), "noise": np.arange(100.0) ** 2}))
CLASSES = {"prediction": ReferenceClasses(shares={"cat": 0.5, "dog": 0.5}, units=100)}


def _block(cats: float, dogs: float, others: float = 0) -> FamilySums:
    number = int(cats + dogs + others)
    counts = {"cat": cats, "dog": dogs, "cow": others}
    images = pd.DataFrame({"light": np.linspace(0, 99, number)})
    return FamilySums.of(
        SCALE, images, np.arange(number), {"prediction": {k: v for k, v in counts.items() if v}}
    )


def test_a_share_is_said_in_its_own_deviations() -> None:
    means = family_means(SCALE, CLASSES, [_block(50, 50), _block(80, 20)], ["prediction"])
    assert [key.method for key in means.keys] == ["share of 'cat'", "share of 'dog'"]
    moved = means.means * means.unit
    assert moved[0] == pytest.approx([0, 0])
    assert moved[1] == pytest.approx([0.3, -0.3])
    assert means.matters * means.unit == pytest.approx([0.2, 0.2])


def test_rare_classes_count_together_and_columns_that_are_not_wanted_stay_out() -> None:
    means = family_means(SCALE, CLASSES, [_block(50, 46, 4)], ["light", "prediction"])
    assert [key.method for key in means.keys][-1] == "share of '(rare classes)'"
    assert not [key for key in means.keys if key.group == "noise"]


def test_what_a_block_does_not_know_is_no_number() -> None:
    empty = FamilySums(images=0, effective=0.0)
    means = family_means(SCALE, CLASSES, [_block(50, 50), empty], ["light", "noise", "prediction"])
    assert np.isnan(means.means[1]).all()
    noise = [key.group == "noise" for key in means.keys]
    assert np.isnan(means.means[0, noise]).all()
    assert (means.images[1] == 0).all()


def test_near_copies_are_worth_one_image() -> None:
    images = pd.DataFrame({"light": np.arange(100.0)})
    alone = FamilySums.of(SCALE, images, np.arange(100))
    in_bursts = FamilySums.of(SCALE, images, np.arange(100) // 10)
    means = family_means(SCALE, {}, [alone, in_bursts], ["light"])
    assert means.images[:, 0] == pytest.approx([100, 10])


def test_a_reference_without_predictions_makes_a_family_without_scores() -> None:
    scale = ReferenceScale.of(pd.DataFrame())
    assert scale.keys == ()
    made = family_means(scale, {}, [FamilySums(images=3, effective=3.0)], {"confidence"})
    assert made.means.shape == (1, 0)


def test_locations_alone_are_taken_without_spreads_tails_and_joint_scores() -> None:
    scale = ReferenceScale.of(
        pd.DataFrame({"light": np.arange(100.0), "noise": np.arange(100.0) ** 2}),
        joint=["light", "noise"],
    )
    block = FamilySums.of(scale, pd.DataFrame({"light": np.linspace(0, 99, 50)}), np.arange(50))
    means = family_means(scale, {}, [block], ["light", "noise"], only_locations=True)
    assert [(key.group, key.method) for key in means.keys] == [
        ("light", "location"),
        ("noise", "location"),
    ]
    (correlation,) = means.correlations
    assert correlation.shape == (2, 2)
    every = family_means(scale, {}, [block], ["light", "noise"])
    places = [every.keys.index(key) for key in means.keys]
    assert means.means == pytest.approx(every.means[:, places], nan_ok=True)
    assert correlation == pytest.approx(every.correlations[0][np.ix_(places, places)])


def test_parts_stand_side_by_side_and_keep_their_blocks() -> None:
    one = family_means(SCALE, CLASSES, [_block(50, 50)], ["light", "prediction"])
    both = side_by_side([one, one])
    assert both.means.shape == (1, 2 * len(one.keys))
    assert len(both.correlations) == 2 * len(one.correlations)
    assert both.reference_units == one.reference_units
