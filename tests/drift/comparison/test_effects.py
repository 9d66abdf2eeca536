"""How far a column moved."""

import numpy as np
import pandas as pd
import pytest

from drift.comparison.effects import (
    Effect,
    NormalSides,
    near_copy_effect,
    numeric_effects,
    share_effect,
    usual_effect,
)


def effects_of(reference, current):
    return numeric_effects(reference, current, NormalSides.of(reference, current))


def said(reference, current):
    return usual_effect(effects_of(reference, current))


def test_a_shifted_mean_counts_in_reference_standard_deviations():
    reference = pd.Series(np.random.default_rng(0).normal(100, 20, 5000))
    effect = said(reference, reference - 10)
    assert effect.size == pytest.approx(10 / reference.std())
    assert effect.direction == "down"


def test_a_wider_spread_counts_where_the_mean_stays():
    reference = pd.Series(np.random.default_rng(0).normal(0, 1, 5000))
    effect = said(reference, reference * 2 - reference.mean())
    assert effect.direction == "spread"
    assert effect.size == pytest.approx(1.0)


def test_a_single_value_has_no_spread():
    effect = said(pd.Series([1.0, 2.0, 3.0]), pd.Series([2.0]))
    assert effect.size == 0.0


def test_a_constant_reference_is_measured_by_both_sides_together():
    effect = said(pd.Series([5.0] * 4), pd.Series([5.0, 7.0]))
    assert np.isfinite(effect.size)
    assert effect.size > 0


def class_effect(reference: pd.Series, current: pd.Series) -> Effect:
    return share_effect(*(side.value_counts(normalize=True) for side in (reference, current)))


def test_classes_count_the_largest_change_of_a_share():
    effect = class_effect(pd.Series(["a"] * 9 + ["b"]), pd.Series(["a", "b", "c", "c"]))
    assert effect.size == pytest.approx(0.65)
    assert effect.is_at_least(0.1)


def test_two_points_of_a_share_weigh_as_a_tenth_of_a_deviation():
    before = pd.Series(["a"] * 50 + ["b"] * 50)
    after = pd.Series(["a"] * 52 + ["b"] * 48)
    assert class_effect(before, after).is_at_least(0.0999)
    assert not class_effect(before, after).is_at_least(0.11)


def test_the_tails_count_what_lies_beyond_the_central_99_percent():
    reference = pd.Series(np.arange(1000.0))
    current = pd.Series([*np.arange(90.0) + 400, *[2000.0] * 10])
    effects = effects_of(reference, current)
    assert effects["upper_tail"].size == pytest.approx(0.1 - 0.005)
    assert effects["lower_tail"].size == 0
    assert effects["upper_tail"].is_at_least(0.1)


def test_near_copies_count_as_a_share_of_all_images():
    effect = near_copy_effect(pd.Series([0.0] * 10), pd.Series([24.0, 24.0, 0.0]))
    assert effect.size == pytest.approx(48 / 51)


def test_a_move_that_a_few_extreme_values_hide_counts_as_the_ranks_tell():
    reference = pd.Series([*np.random.default_rng(0).normal(size=2_000), 1e6])
    moved = reference + 1
    assert said(reference, moved).size > 0.8
    assert usual_effect(numeric_effects(reference, moved, None)).size < 0.001
