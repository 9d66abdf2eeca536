"""Whether labelled images are like the others."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from drift.model_quality.representative import unlike_labels


def drawn(seed: int, shift: float = 0.0, images: int = 600) -> tuple[pd.DataFrame, np.ndarray]:
    """Features that depend on one another, of which the first is higher where there is a label."""
    random = np.random.default_rng(seed)
    values = random.standard_normal((images, 8)) + random.standard_normal((images, 1))
    labelled = random.random(images) < 0.25
    values[labelled, 0] += shift * np.sqrt(2)
    return pd.DataFrame(values, columns=[f"f{at}" for at in range(8)]), labelled


def test_images_labelled_at_random_are_like_the_others():
    said = [unlike_labels(*drawn(seed, images=200)) is not None for seed in range(150)]

    # At 1 %, more than 5 of 150 come with a chance of 0.4 %.
    assert sum(said) <= 5


def test_a_column_that_differs_is_named_with_its_difference():
    table, labelled = drawn(1, shift=0.6)

    said = unlike_labels(table, labelled)

    assert said is not None
    first = said.columns[0]
    assert first.column == "f0"
    assert 0.35 < first.deviations < 0.85
    assert first.p_value <= 0.01
    assert first.labelled > first.others
    assert (said.labelled, said.others) == (labelled.sum(), (~labelled).sum())


def test_the_sign_follows_the_direction():
    table, labelled = drawn(1, shift=-0.8)

    said = unlike_labels(table, labelled)

    assert said is not None
    assert said.columns[0].deviations < -0.3


def test_equal_input_gives_an_equal_answer_and_the_unit_does_not_matter():
    table, labelled = drawn(2, shift=0.6)

    said = unlike_labels(table, labelled)

    assert said == unlike_labels(table, labelled)
    scaled = unlike_labels(1000 * table + 5, labelled)
    assert said is not None
    assert scaled is not None
    assert [one.column for one in scaled.columns] == [one.column for one in said.columns]
    assert scaled.columns[0].deviations == pytest.approx(said.columns[0].deviations)


def test_missing_infinite_constant_and_broken_values_do_no_harm():
    table, labelled = drawn(3, shift=0.8)
    odd = table.copy()
    odd.loc[::7, "f0"] = np.nan
    odd.loc[3, "f0"] = np.inf
    odd.loc[5, "f0"] = 1e12
    odd["constant"] = 0.1
    odd["missing"] = np.nan
    odd["flag"] = np.arange(len(odd)) % 2 == 0

    said = unlike_labels(odd, labelled)

    assert said is not None
    assert said.columns[0].column == "f0"
    assert said.columns[0].deviations > 0.5
    assert {one.column for one in said.columns}.isdisjoint({"constant", "missing", "flag"})


@pytest.mark.parametrize("few", [0, 1, 19])
def test_nothing_is_said_of_few_images_on_either_side(few):
    table, _ = drawn(4)
    labelled = np.arange(len(table)) < few
    table.loc[labelled, "f0"] += 100

    assert unlike_labels(table, labelled) is None
    assert unlike_labels(table, ~labelled) is None


def test_nothing_is_said_without_columns():
    table, labelled = drawn(5)

    assert unlike_labels(table[[]], labelled) is None
    assert unlike_labels(table.iloc[:0], labelled[:0]) is None


def test_a_small_difference_of_very_many_images_is_not_told():
    random = np.random.default_rng(6)
    labelled = np.arange(12_000) < 6_000
    table = pd.DataFrame({"f": random.standard_normal(12_000) + 0.12 * labelled})

    assert unlike_labels(table, labelled) is None
    table["f"] += 0.2 * labelled
    assert unlike_labels(table, labelled) is not None
