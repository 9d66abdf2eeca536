"""How far a column lies from normal days, in the units that people read."""

from __future__ import annotations

import pytest

from drift.days.judging.effects import (
    NumberBesideDays,
    number_beside_days,
    share_effect_beside_days,
)
from drift.days.judging.usual import UsualNumber, usual_shares
from drift.days.sums import ColumnSums, FamilySums


def _beside(deviation: float = 10.0, **now: float) -> NumberBesideDays:
    usual = {"mean": 100.0, "deviation": 10.0, "above": 0.01, "below": 0.01}
    return NumberBesideDays(
        usual=UsualNumber(**usual),
        now=UsualNumber(**{**usual, **now}),
        deviation=deviation,
        resolution=1.0,
    )


def test_a_moved_mean_is_said_in_reference_deviations() -> None:
    effect = _beside(mean=92.0).effect("location", -0.8)
    assert (effect.size, effect.direction) == (pytest.approx(0.8), "down")


def test_the_scores_count_where_extreme_values_lead_the_mean() -> None:
    effect = _beside(mean=103.0).effect("location", -0.9)
    assert (effect.size, effect.direction) == (pytest.approx(0.9), "down")


def test_a_move_within_the_resolution_means_nothing() -> None:
    assert not _beside(mean=100.5).effect("location", 2.0).is_at_least(0.1)
    assert not _beside(deviation=10.0).effect("spread", 2.0).is_at_least(0.1)


def test_a_wider_spread_and_a_longer_tail_are_beside_those_of_normal_days() -> None:
    wider = _beside(deviation=10.0).usual
    assert wider.deviation == 10.0
    moved = NumberBesideDays(
        usual=wider,
        now=UsualNumber(mean=100.0, deviation=15.0, above=0.21, below=0.0),
        deviation=10.0,
        resolution=1.0,
    )
    assert moved.effect("spread", 1.0).size == pytest.approx(0.5)
    assert moved.effect("upper_tail", 1.0).size == pytest.approx(0.2)
    assert moved.effect("lower_tail", -1.0).size == 0


def test_a_constant_reference_is_told_by_shares() -> None:
    effect = _beside(deviation=0.0).effect("upper_tail", 1.5)
    assert (effect.size, effect.direction) == (pytest.approx(0.3), "upper_tail")


def test_days_count_once_however_many_images_they_have() -> None:
    small = ColumnSums(known=10, total=1_000.0, squares=101_000.0, above=0, below=0)
    large = ColumnSums(known=1_000, total=120_000.0, squares=14_500_000.0, above=0, below=0)
    blocks = [
        FamilySums(images=one.known, effective=float(one.known), columns={"light": one})
        for one in (small, large)
    ]
    beside = number_beside_days(blocks, blocks[0], "light", deviation=5.0, resolution=0.0)
    assert beside is not None
    assert beside.usual.mean == pytest.approx(110.0)
    assert number_beside_days([], blocks[0], "light", deviation=5.0, resolution=0.0) is None


def test_the_largest_change_of_a_share_counts_new_classes_too() -> None:
    blocks = [FamilySums(images=4, effective=4.0, classes={"prediction": {"cat": 3, "dog": 1}})]
    window = FamilySums(images=4, effective=4.0, classes={"prediction": {"cat": 2, "cow": 2}})
    effect = share_effect_beside_days(usual_shares(blocks, "prediction"), window, "prediction")
    assert effect.size == pytest.approx(0.5)
