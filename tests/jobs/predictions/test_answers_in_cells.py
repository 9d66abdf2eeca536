"""Rows of logs whose cells hold the model's whole answer."""

import io
import json

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet
from pydantic import ValidationError

from drift.remarks.numbers import about_values
from jobs.errors import ColumnMissingError
from jobs.job_file.prediction_settings import LogColumns
from jobs.predictions.answers.answer import CellAnswer, read_answer
from jobs.predictions.rows.number_columns import NumberRole
from tests.support.log_window import read_log

PROBABILITIES = {"cat": 0.25, "dog": 0.6, "it's": 0.15}
NAMES, NUMBERS = list(PROBABILITIES), list(PROBABILITIES.values())
ENTRIES = [{"label": name, "score": number} for name, number in PROBABILITIES.items()]


def csv_of(*cells: str, header: str = "timestamp,output") -> str:
    rows = [
        f'2025-03-04T0{hour}:00:00Z,"{cell.replace(chr(34), chr(34) * 2)}"'
        for hour, cell in enumerate(cells)
    ]
    return "\n".join([header, *rows]) + "\n"


def answered(log: str | bytes, name: str = "log.csv", **columns: object):
    return read_log({name: log}, name, columns={"answer": "output", **columns})


@pytest.mark.parametrize(
    "cell",
    [
        json.dumps(PROBABILITIES),
        str(PROBABILITIES),
        str({name: np.float32(number) for name, number in PROBABILITIES.items()}),
        json.dumps({name: str(number) for name, number in PROBABILITIES.items()}),
        json.dumps({name: f"{100 * number:g}%" for name, number in PROBABILITIES.items()}),
        json.dumps([{name: number} for name, number in PROBABILITIES.items()]),
        json.dumps([*map(list, PROBABILITIES.items())]),
        json.dumps(ENTRIES),
        str(ENTRIES),
        json.dumps([ENTRIES]),
        json.dumps(json.dumps(ENTRIES)),
        json.dumps([{"className": one["label"], "probability": one["score"]} for one in ENTRIES]),
        json.dumps([{"name": one["label"], "confidence": one["score"]} for one in ENTRIES]),
        json.dumps({"predictions": [{"tagName": n, "prob": p} for n, p in PROBABILITIES.items()]}),
        json.dumps({"ids": ["1", "2", "3"], "displayNames": NAMES, "confidences": NUMBERS}),
        json.dumps({"result": {"classes": NAMES, "scores": [NUMBERS]}}),
        json.dumps({"label": "dog", "probabilities": PROBABILITIES}),
        json.dumps({"statusCode": 200, "body": json.dumps(PROBABILITIES)}),
    ],
)
def test_a_cell_becomes_class_confidence_and_probabilities(cell):
    rows = answered(csv_of(cell), probabilities=["output p(*)"])
    assert rows.fields["prediction"].tolist() == ["dog"]
    assert rows.fields["confidence"].tolist() == pytest.approx([0.6])
    found = rows.fields[[f"output p({name})" for name in NAMES]].iloc[0].tolist()
    assert found == pytest.approx(NUMBERS, abs=1e-6)
    assert set(rows.probabilities) == {f"output p({name})" for name in NAMES}


@pytest.mark.parametrize(
    "cell",
    [
        "[0.25, 0.6, 0.15]",
        "[[0.25, 0.6, 0.15]]",
        "[0.25 0.6  0.15]",
        "[[0.25 0.6 0.15]]",
        "0.25,0.6,0.15",
        "array([0.25, 0.6, 0.15], dtype=float32)",
        "tensor([[0.25, 0.6, 0.15]], device='cuda:0', grad_fn=<SoftmaxBackward0>)",
        '{"predictions": [[0.25, 0.6, 0.15]]}',
        "eyJwcm9iYWJpbGl0aWVzIjogWzAuMjUsIDAuNiwgMC4xNV19",
    ],
)
def test_a_class_without_a_name_is_called_by_its_place(cell):
    rows = answered(csv_of(cell), probabilities=["output p(*)"])
    assert rows.fields["prediction"].tolist() == ["1"]
    assert rows.fields["confidence"].tolist() == [0.6]
    assert rows.fields["output p(2)"].tolist() == [0.15]


def test_names_may_stand_in_a_list_beside_the_numbers():
    line = {"timestamp": "2025-03-04T01:00:00Z", "out": {"names": NAMES, "values": NUMBERS}}
    columns = {"answer": "out.values", "answer_names": "out.names"}
    rows = read_log({"log.jsonl": json.dumps(line)}, "log.jsonl", columns=columns)
    assert rows.fields["prediction"].tolist() == ["dog"]
    assert rows.fields["confidence"].tolist() == [0.6]


def test_parquet_lists_and_structs_read_as_their_json_does():
    table = pa.table(
        {
            "timestamp": ["2025-03-04T01:00:00Z"],
            "output": [ENTRIES],
            "out": [{"names": NAMES, "values": NUMBERS}],
        }
    )
    file = io.BytesIO()
    parquet.write_table(table, file)
    for columns in ({}, {"answer": "out.values", "answer_names": "out.names"}):
        rows = answered(file.getvalue(), "log.parquet", **columns)
        assert rows.fields["prediction"].tolist() == ["dog"]
        assert rows.fields["confidence"].tolist() == [0.6]


def test_numbers_below_nothing_may_stand_in_texts():
    rows = answered(csv_of('{"a": "-1.5", "b": ".25", "c": "-0.5"}'), probabilities=["output p(*)"])
    assert rows.fields["prediction"].tolist() == ["b"]
    assert rows.fields["output p(a)"].tolist() == [-1.5]


def test_the_class_that_the_answer_states_counts():
    cell = json.dumps({"label": "owl", "probabilities": NUMBERS})
    assert answered(csv_of(cell)).fields["prediction"].tolist() == ["owl"]


def test_a_column_of_its_own_comes_before_the_answer():
    log = 'timestamp,output,said\n2025-03-04T01:00:00Z,"[0.2, 0.8]",owl\n'
    rows = answered(log, prediction="said")
    assert rows.fields["prediction"].tolist() == ["owl"]
    assert rows.fields["confidence"].tolist() == [0.8]


def test_only_the_probabilities_that_the_job_names_become_columns():
    rows = answered(csv_of(json.dumps(PROBABILITIES)), probabilities=["output p(c*)"])
    assert rows.probabilities == ("output p(cat)",)


def test_cells_that_hold_no_answer_are_counted_and_their_rows_stay():
    rows = answered(
        csv_of(
            '{"a": 0.9}', "oops", '{"a": NaN}', "", "[]", "[[0.1, 0.9], [0.2, 0.8]]", "{'a': nan}"
        )
    )
    (tally,) = [one for one in rows.tally.numbers if one.role == "answer"]
    assert len(rows) == 7
    assert tally.filled == 6
    assert tally.reasons == {
        "hold NaN or an infinite number": 2,
        "hold no answer that can be read": 1,
        "hold no class and no number": 1,
        "hold the answers to several images": 1,
    }
    assert next((one.line, one.text) for one in tally.examples) == (3, "oops")
    assert rows.fields["prediction"].isna().tolist() == [False] + 6 * [True]
    (said,) = [one.text for one in about_values([tally])]
    assert said.startswith("5 of 6 values of output cannot be used (2 hold NaN")


def test_of_a_tie_the_first_is_taken_and_it_is_said():
    rows = answered(csv_of('{"b": 0.5, "a": 0.5}', '{"a": 0.9, "b": 0.1}'))
    assert rows.fields["prediction"].tolist() == ["b", "a"]
    (tally,) = [one for one in rows.tally.numbers if one.role == "answer"]
    assert (tally.tied, tally.lost) == (1, 0)
    (said,) = [one.text for one in about_values([tally])]
    assert said.startswith("In 1 of 2 answers in output several classes have the same largest")


def test_long_answers_are_read_whole_and_not_kept():
    many = {f"class {place:04}": 0.0 for place in range(2_000)} | {"the one": 1.0}
    rows = answered(csv_of(json.dumps(many)))
    assert rows.fields["prediction"].tolist() == ["the one"]
    assert len(rows.raw["output"].iloc[0]) < 300


def test_rows_delivered_twice_still_count_once():
    log = csv_of(json.dumps(PROBABILITIES)).replace("timestamp", "timestamp")
    twice = log + log.splitlines()[1].replace("00:00Z", "00:00.5Z") + "\n"
    assert len(answered(twice + twice.splitlines()[2] + "\n")) == 2


def test_a_window_without_rows_lacks_no_column():
    rows = answered("timestamp,output\n2024-01-01T00:00:00Z,{}\n", probabilities=["output p(*)"])
    assert len(rows) == 0


def test_a_log_without_the_column_is_an_error_that_names_the_key():
    with pytest.raises(ColumnMissingError, match=r"predictions\.columns\.answer names"):
        answered("timestamp,other\n2025-03-04T01:00:00Z,1\n")


def test_names_without_numbers_are_refused():
    with pytest.raises(ValidationError, match="answer beside answer_names"):
        LogColumns.model_validate({"answer_names": "names"})


def test_a_job_without_answers_is_as_before():
    assert LogColumns().prediction is None
    assert {"answer"}.isdisjoint(NumberRole)


@pytest.mark.parametrize(
    "cell",
    ["cat", "5", "", "{", "[", "{'a': __import__('os')}", "[" * 5_000, '{"a": "b"}', "[1, [2"],
)
def test_other_texts_are_no_answers(cell):
    assert not isinstance(read_answer(cell), CellAnswer)
