"""From labelled predictions to sums: no order matters, and parts make up the whole."""

import time

import numpy as np
import pandas as pd
import pytest

from drift.model_quality.scored_rows import COLUMNS, ScoredRows
from drift.model_quality.scoring.most_certain import merged_wrong, most_certain_wrong
from drift.model_quality.scoring.summing import (
    merged,
    merged_by_version,
    outside_unit_range,
    sum_up,
    sums_by_version,
)
from drift.model_quality.sums import BINS, MOST_WRONG, ClassifierSums, LossSums
from tests.support.classifier_rows import scored_rows


def drawn_rows(count, classes=5, seed=0):
    """Rows with missing labels, confidences, images and versions, and images asked for again."""
    generator = np.random.default_rng(seed)
    true, guess = generator.integers(0, classes, (2, count))
    predicted = np.where(generator.random(count) < 0.8, true, guess)
    names = np.array([f"class {number}" for number in range(classes)], dtype=object)
    images = np.array([f"{number}.png" for number in generator.integers(0, count // 2 + 1, count)])
    confidence = np.round(generator.beta(5, 1, count), 3)
    columns = {
        "moment": 1_700_000_000_000_000 + np.arange(count),
        "image": pd.Series(images, dtype="str").mask(generator.random(count) < 0.1),
        "id": pd.Series(np.arange(count), dtype="str"),
        "predicted": pd.Series(names[predicted], dtype="str"),
        "true": pd.Series(names[true], dtype="str").mask(generator.random(count) < 0.3),
        "confidence": np.where(generator.random(count) < 0.1, np.nan, confidence),
        "probability": np.where(predicted == true, confidence, (1 - confidence) / classes),
        "version": pd.Series(generator.choice(["1", "2"], count), dtype="str").mask(
            generator.random(count) < 0.2
        ),
    }
    return ScoredRows(table=pd.DataFrame(columns)[list(COLUMNS)])


def part(rows, where):
    return ScoredRows(table=rows.table[where].reset_index(drop=True))


def test_counts_are_those_of_the_labelled_rows_and_predictions_those_of_all():
    rows = scored_rows(
        [
            {"true": "cat", "predicted": "cat"},
            {"true": "dog", "predicted": "cat"},
            {"true": "dog", "predicted": "cat"},
            {"predicted": "dog"},
        ]
    )

    sums = sum_up(rows)

    assert sums.predictions == 4
    assert sums.confusion == {("cat", "cat"): 1, ("dog", "cat"): 2}
    assert (sums.labelled, sums.right) == (3, 1)


def test_an_image_that_is_asked_for_again_counts_once_by_its_share_of_right_answers():
    rows = scored_rows(
        [
            {"true": "cat", "predicted": "cat", "image": "a.png"},
            {"true": "cat", "predicted": "cat", "image": "a.png"},
            {"true": "cat", "predicted": "dog", "image": "a.png"},
            {"true": "cat", "predicted": "dog", "image": "b.png"},
            {"true": "cat", "predicted": "cat"},
            {"true": "cat", "predicted": "cat"},
            {"predicted": "cat", "image": "unlabelled.png"},
        ]
    )

    sums = sum_up(rows)

    assert sums.images == 4
    assert sums.right_images == pytest.approx(2 / 3 + 2)


def test_rows_without_confidence_probability_or_label_leave_these_sums_empty():
    sums = sum_up(scored_rows([{"true": "cat"}, {"confidence": 0.5, "probability": 0.5}]))

    assert sums.bins == ()
    assert sums.loss == LossSums()
    assert sum_up(scored_rows([])) == ClassifierSums()
    assert sums_by_version(scored_rows([])) == {}


def test_confidences_that_are_no_probabilities_are_left_out_and_counted():
    rows = scored_rows(
        [{"true": "cat", "confidence": value} for value in (0.0, 1.0, 1.01, -0.1, 87.0, np.nan)]
        + [{"confidence": 12.0}]
    )

    assert sum(one.count for one in sum_up(rows).bins) == 2
    assert outside_unit_range(rows) == 3


def test_a_confidence_on_an_edge_belongs_to_the_bin_below():
    edges = np.linspace(0, 1, BINS + 1)
    sums = sum_up(scored_rows([{"true": "cat", "confidence": edge} for edge in edges]))

    assert [one.count for one in sums.bins] == [2, *[1] * (BINS - 1)]


def test_a_labelled_row_without_a_prediction_is_refused():
    with pytest.raises(ValueError, match="1 labelled rows have no predicted class"):
        sum_up(scored_rows([{"true": "cat", "predicted": None}]))


def test_the_order_of_rows_changes_no_bit():
    rows = drawn_rows(3000)
    shuffled = ScoredRows(table=rows.table.sample(frac=1, random_state=1).reset_index(drop=True))

    assert repr(sum_up(shuffled)) == repr(sum_up(rows))
    assert repr(sums_by_version(shuffled)) == repr(sums_by_version(rows))
    assert most_certain_wrong(shuffled) == most_certain_wrong(rows)


def test_parts_together_are_the_whole_but_for_images_that_are_in_several():
    rows = drawn_rows(3000)
    days = [part(rows, rows.table.index % 3 == day) for day in range(3)]

    whole, together = sum_up(rows), merged(sum_up(day) for day in days)

    assert together.confusion == whole.confusion
    assert together.predictions == whole.predictions
    assert together.loss.total == pytest.approx(whole.loss.total, rel=1e-12)
    assert [one.count for one in together.bins] == [one.count for one in whole.bins]
    assert [one.right for one in together.bins] == [one.right for one in whole.bins]
    assert together.images > whole.images
    assert repr(merged(sum_up(day) for day in reversed(days))) == repr(together)
    assert merged([]) == ClassifierSums()


def test_parts_of_other_images_are_the_whole_exactly():
    rows = drawn_rows(2000)
    even = rows.table["image"].str.len().fillna(0) % 2 == 0

    together = merged([sum_up(part(rows, even)), sum_up(part(rows, ~even))])

    assert together.images == sum_up(rows).images
    assert together.right_images == pytest.approx(sum_up(rows).right_images, rel=1e-12)


def test_a_part_without_confidences_takes_none_from_the_others():
    with_them = sum_up(drawn_rows(100))

    assert merged([with_them, sum_up(scored_rows([{"true": "cat"}]))]).bins == with_them.bins


def test_versions_are_apart_sorted_and_rows_without_one_last():
    rows = drawn_rows(1000)
    versions = sums_by_version(rows)
    halves = [part(rows, rows.table.index < 500), part(rows, rows.table.index >= 500)]

    assert list(versions) == ["1", "2", None]
    for version, sums in versions.items():
        column = rows.table["version"]
        own = column.isna() if version is None else column == version
        assert sums == sum_up(part(rows, own.fillna(False).astype(bool)))
    again = merged_by_version(sums_by_version(half) for half in reversed(halves))
    assert list(again) == ["1", "2", None]
    assert again["2"].confusion == versions["2"].confusion


def test_rows_of_a_log_without_versions_are_all_of_none():
    assert list(sums_by_version(scored_rows([{"true": "cat"}]))) == [None]


def test_the_surest_wrong_answers_come_first_and_those_without_confidence_last():
    wrong = {"true": "dog", "predicted": "cat"}
    rows = scored_rows(
        [
            wrong | {"id": "none"},
            wrong | {"id": "late", "confidence": 0.9, "moment": 2_000_000, "image": "a.png"},
            wrong | {"id": "early", "confidence": 0.9, "moment": 1_000_000, "image": "b.png"},
            wrong | {"id": "half", "confidence": 0.9, "moment": 1_500_000, "image": "c.png"},
            {"true": "cat", "id": "right", "confidence": 1.0},
            {"id": "unlabelled", "confidence": 1.0},
            wrong | {"id": "surest", "confidence": 0.95, "image": "d.png"},
            wrong | {"id": "same image", "confidence": 0.5, "image": "d.png"},
        ]
    )

    found = most_certain_wrong(rows)

    assert [one.id for one in found] == ["surest", "early", "half", "late", "none"]
    assert found[1].timestamp == "1970-01-01T00:00:01+00:00"
    assert found[-1].confidence is None
    assert found[-1].image == ""


def test_the_surest_wrong_answers_of_days_are_those_of_all():
    rows = drawn_rows(2000, seed=3)
    days = [most_certain_wrong(part(rows, rows.table.index % 7 == day)) for day in range(7)]

    assert len(most_certain_wrong(rows)) == MOST_WRONG
    assert merged_wrong(days) == most_certain_wrong(rows)
    assert merged_wrong(reversed(days)) == most_certain_wrong(rows)
    assert merged_wrong([]) == ()


def test_no_wrong_answer_is_no_list():
    assert most_certain_wrong(scored_rows([{"true": "cat"}])) == ()
    assert most_certain_wrong(scored_rows([])) == ()


@pytest.mark.parametrize("classes", [10, 1000])
def test_sums_cost_no_more_than_a_few_sorts_of_the_rows(classes):
    """A ratio in one run: sorting the column of images, as text, is the unit."""
    rows = drawn_rows(60_000, classes)

    sorting = _cpu_s(lambda: rows.table.sort_values(["image", "id"]))
    summing = _cpu_s(lambda: sum_up(rows))

    assert summing < 6 * sorting


def _cpu_s(call):
    taken = []
    for _ in range(3):
        start = time.process_time()
        call()
        taken.append(time.process_time() - start)
    return min(taken)
