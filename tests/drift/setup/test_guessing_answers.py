"""Columns whose cells hold the model's whole answer, as init recognises them."""

import base64
import json

import numpy as np
import pytest

from tests.drift.setup.test_guessing_odd_columns import ROWS, classes, guess

CLASSES = ("beagle", "boxer", "collie")


def shares(row: int) -> dict[str, float]:
    mine = classes()[row]
    return {name: 0.8 if name == mine else 0.1 for name in CLASSES}


def entries(row: int) -> list[dict[str, object]]:
    return [{"label": name, "score": share} for name, share in shares(row).items()]


@pytest.mark.parametrize("written", [json.dumps, str])
@pytest.mark.parametrize("made", [shares, entries])
def test_a_column_of_answers_is_taken_for_class_confidence_and_probabilities(made, written):
    found = guess(output=[written(made(row)) for row in range(ROWS)])
    assert found.answer is not None
    assert found.answer.column == "output"
    assert found.probabilities is not None
    assert found.probabilities.patterns == ("output p(*)",)
    assert (found.prediction, found.confidence, found.notes) == (None, None, ())


def test_objects_whose_fields_are_columns_too_are_one_answer():
    cells = [json.dumps(shares(row)) for row in range(ROWS)]
    inner = {f"output.{name}": [shares(row)[name] for row in range(ROWS)] for name in CLASSES}
    found = guess(output=cells, **inner)
    assert found.answer is not None
    assert found.probabilities is not None
    assert found.probabilities.patterns == ("output p(*)",)


def test_numbers_find_the_list_of_their_names():
    found = guess(
        scores=[json.dumps([*shares(row).values()]) for row in range(ROWS)],
        classes=[json.dumps(CLASSES)] * ROWS,
    )
    assert (found.answer and found.answer.column) == "scores"
    assert (found.answer_names and found.answer_names.column) == "classes"


def test_an_object_of_parallel_lists_is_taken_before_its_numbers():
    lists = [
        {"displayNames": [*shares(row)], "confidences": [*shares(row).values()]}
        for row in range(ROWS)
    ]
    found = guess(
        **{
            "prediction": [json.dumps(one) for one in lists],
            "prediction.displayNames": [json.dumps(one["displayNames"]) for one in lists],
            "prediction.confidences": [json.dumps(one["confidences"]) for one in lists],
        }
    )
    assert (found.answer and found.answer.column, found.answer_names) == ("prediction", None)


def test_the_innermost_of_nested_answers_is_taken():
    data = [json.dumps({"probabilities": [*shares(row).values()], "label": classes()[row]})
            for row in range(ROWS)]  # fmt: skip
    outer = [json.dumps({"mode": "OUTPUT", "data": one}) for one in data]
    found = guess(**{"out": outer, "out.mode": ["OUTPUT"] * ROWS, "out.data": data})
    assert (found.answer and found.answer.column) == "out.data"


def test_beside_a_class_column_that_says_the_same_the_answer_gives_the_rest():
    found = guess(pred=classes(), output=[json.dumps(shares(row)) for row in range(ROWS)])
    assert (found.prediction and found.prediction.column) == "pred"
    assert (found.answer and found.answer.column) == "output"


def test_best_classes_of_very_many_are_no_columns_of_probabilities():
    random = np.random.default_rng(4)
    cells = [
        json.dumps([{"label": f"n{place}", "score": 0.2} for place in random.integers(0, 999, 5)])
        for _ in range(ROWS)
    ]
    found = guess(predictions=cells)
    assert found.answer is not None
    assert found.probabilities is None


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("bbox", "[0.1, 0.2, 0.3, 0.9]"),
        ("size", '{"width": 640, "height": 480}'),
        ("gps", "[52.5, 13.4]"),
        ("headers", '{"accept": "*/*"}'),
        ("tags", '["a", "b"]'),
        ("price", "0,95"),
        ("token", "eyJhbGciOiJIUzI1NiJ9"),
    ],
)
def test_other_lists_and_objects_are_no_answers(name, cell):
    assert guess(**{name: [cell] * ROWS}).answer is None


def test_answers_in_base64_are_recognised():
    cells = [base64.b64encode(json.dumps(entries(row)).encode()).decode() for row in range(ROWS)]
    found = guess(output=cells)
    assert (found.answer and found.answer.column) == "output"


def test_names_as_numpy_prints_them_are_found_beside_the_numbers():
    found = guess(
        probs=[str(np.array([*shares(row).values()])) for row in range(ROWS)],
        class_names=[str(np.array(CLASSES))] * ROWS,
    )
    assert (found.answer_names and found.answer_names.column) == "class_names"
