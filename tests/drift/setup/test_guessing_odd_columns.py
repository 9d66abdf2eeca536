"""Columns of logs as they are: numbers of classes, bad values, other names, lists in one text."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from drift.setup.columns.all_columns import ColumnGuesses, guess_columns
from drift.setup.columns.values import column_values
from drift.setup.log.find import find_families
from jobs.buckets.bucket import ObjectInfo

ROWS = 200
SHARES = np.random.default_rng(5).beta(6, 2, ROWS).round(4)


def guess(**columns: object) -> ColumnGuesses:
    table = pd.DataFrame(
        {name: [None if one is None else str(one) for one in values]
         for name, values in {"ts": times(), **columns}.items()}
    )  # fmt: skip
    return guess_columns(column_values(table.astype(object)))


def times() -> list[str]:
    return [(datetime(2025, 3, 3) + timedelta(minutes=7 * row)).isoformat() for row in range(ROWS)]


def classes() -> list[str]:
    return [("beagle", "boxer", "collie")[(row + row // 7) % 3] for row in range(ROWS)]


@pytest.mark.parametrize("name", ["class_id", "predicted_class_id", "category_id", "cls_idx"])
def test_numbers_of_classes_are_an_unsure_prediction(name):
    found = guess(**{name: [row % 7 for row in range(ROWS)]}).prediction
    assert found is not None
    assert (found.column, found.is_sure) == (name, False)


def test_the_name_of_a_class_is_taken_before_its_number():
    found = guess(
        class_id=[(row + row // 7) % 3 for row in range(ROWS)], label=classes()
    ).prediction
    assert found is not None
    assert found.column == "label"


@pytest.mark.parametrize("name", ["user_id", "type_id", "model_id", "image_id"])
def test_numbers_of_other_things_are_no_prediction(name):
    assert guess(**{name: [row % 7 for row in range(ROWS)]}).prediction is None


def test_a_constant_is_a_prediction_only_where_it_is_named_so():
    assert guess(output_encoding=["JSON"] * ROWS).prediction is None
    found = guess(prediction=["ok"] * ROWS).prediction
    assert found is not None
    assert not found.is_sure


def test_a_few_bad_values_leave_a_confidence_unsure():
    values = [*SHARES[:-3], "timeout", "timeout", "error"]
    found = guess(pred=classes(), confidence=values).confidence
    assert found is not None
    assert not found.is_sure
    assert "3 of 200 values are no numbers, such as 'timeout'" in found.because


def test_a_confidence_that_is_unreadable_in_most_rows_is_not_taken_and_it_is_said():
    values = [*SHARES[:-120], *["timeout"] * 120]
    found = guess(pred=classes(), confidence=values)
    assert found.confidence is None
    assert found.unfit == ("confidence",)
    assert "120 of 200 values are no numbers a run can read, such as 'timeout'" in found.notes[0]


def test_a_header_that_comes_again_says_nothing_about_the_columns():
    rows = {"ts": times(), "pred": classes(), "confidence": [str(one) for one in SHARES]}
    for place in (40, 90, 140, 190):
        for name, values in rows.items():
            values[place] = name
    found = guess_columns(column_values(pd.DataFrame(rows).astype(object)))
    assert found.confidence is not None
    assert found.confidence.is_sure
    assert found.notes == ()


def test_whole_per_cents_are_an_unsure_confidence():
    found = guess(pred=classes(), **{"Confidence (%)": (SHARES * 100).astype(int)}).confidence
    assert found is not None
    assert (found.column, found.is_sure) == ("Confidence (%)", False)


def test_numbers_named_like_a_confidence_that_are_none_are_named():
    found = guess(pred=classes(), score=SHARES * 900 - 90)
    assert found.confidence is None
    assert "score is named like the confidence, but holds" in found.notes[0]
    assert guess(pred=classes(), score=SHARES * 900, confidence=SHARES).notes == ()


def test_a_probability_of_one_of_two_classes_is_an_unsure_confidence():
    shares = np.random.default_rng(6).random(ROWS).round(4)
    found = guess(pred=shares > 0.5, defect_probability=shares).confidence
    assert found is not None
    assert not found.is_sure
    sure = guess(pred=shares > 0.5, probability=np.maximum(shares, 1 - shares)).confidence
    assert sure is not None
    assert sure.is_sure


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("probs", "[0.9416, 0.0584]", "a list of numbers"),
        ("probs", "[0.9416 0.0584]", "a list of numbers"),
        (
            "probabilities",
            '{"beagle": 0.9, "boxer": 0.1}',
            "a dictionary of a number for each class",
        ),
        (
            "probabilities",
            "{'beagle': 1, 'boxer': 1e-9}",
            "a dictionary of a number for each class",
        ),
        ("output", '[{"label": "shoes", "score": 0.9}]', "a list of classes with their scores"),
        ("data", '{"label": "shoes", "p": 0.9}', "lists or JSON"),
    ],
)
def test_lists_and_json_in_one_text_are_named(name, value, kind):
    (note,) = guess(pred=classes(), **{name: [value] * ROWS}).notes
    assert note.startswith(f"The column {name} holds {kind} (")


def test_other_json_is_not_worth_a_word():
    assert guess(pred=classes(), headers=['{"accept": "*/*"}'] * ROWS).notes == ()


def test_of_a_column_that_was_renamed_the_newer_is_taken_and_it_is_said():
    old = [one if row < 80 else None for row, one in enumerate(classes())]
    new = [one if row >= 80 else None for row, one in enumerate(classes())]
    found = guess(prediction=old, pred_class=new)
    assert found.prediction is not None
    assert found.prediction.column == "pred_class"
    assert found.notes == (
        "pred_class (prediction) is empty in the log's oldest rows; was it prediction before?",
    )


def test_a_column_that_ends_is_said():
    ends = [one if row < 80 else None for row, one in enumerate(SHARES)]
    found = guess(prediction=classes(), confidence=ends)
    assert found.notes == ("confidence (confidence) is empty in the log's newest rows.",)


def test_feedback_of_users_is_no_client():
    assert guess(pred=classes(), user_feedback=["wrong", "right"] * 100).client is None


def test_a_second_prediction_is_no_segment():
    other = [("beagle", "boxer", "collie")[(row + row // 5) % 3] for row in range(ROWS)]
    cameras = [("a", "b")[row // 3 % 2] for row in range(ROWS)]
    assert guess(pred_a=classes(), pred_b=other, camera=cameras).segments == ("camera",)


def test_letters_of_a_uuid_are_no_name_of_a_month():
    names = [
        "log/1-000-90c7531d-b810-4dec-a776-07dfc4a534c8.jsonl",
        "log/1-000-11c7531d-b810-4feb-a776-07dfc4a534c8.jsonl",
        "log/1-000-723280c3-e1df-4f91-a615-41b6b528614c.jsonl",
    ]
    infos = [ObjectInfo(name=name, size_bytes=9, version="1") for name in sorted(names)]
    assert [family.path for family in find_families(infos)] == ["log/*.jsonl"]
