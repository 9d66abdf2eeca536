"""Which label a prediction has, and what is said of the joining."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.model_quality.joining.answers import Answers
from drift.model_quality.joining.joined import (
    LAST_PART,
    NO_ANSWER,
    SEVERAL_ROWS,
    SHARED_NAME,
    SPELLED_OTHERWISE,
    TWO_LABELS,
    SpelledRows,
    join_labels,
    names_match,
    spelled,
    with_own_labels,
)
from drift.model_quality.joining.label_index import LabelIndex, last_parts
from drift.model_quality.joining.probabilities import class_names
from drift.model_quality.joining.spelling import Spelling
from jobs.job_file.prediction_settings import LogColumns
from jobs.labels.labels import ReadLabels
from jobs.predictions.values.class_names import folded


def _texts(values: list[str | None]) -> pa.StringArray:
    return pa.array(values, pa.string())


def _answers(
    predicted: list[str | None],
    *,
    ids: list[str | None] | None = None,
    images: list[str | None] | None = None,
    own: list[str | None] | None = None,
    probabilities: dict[str, list[str]] | None = None,
) -> Answers:
    nothing: list[str | None] = [None] * len(predicted)
    return Answers(
        moments=np.arange(len(predicted), dtype=np.int64) * 1_000_000,
        images=_texts(images or nothing),
        ids=_texts(ids or nothing),
        predicted=_texts(predicted),
        own_label=_texts(own or nothing),
        confidence=np.full(len(predicted), 0.5),
        version=_texts(nothing),
        probabilities={name: _texts(list(one)) for name, one in (probabilities or {}).items()},
    )


def _labels(
    by_id: dict[str, str] | None = None,
    by_image: dict[str, str] | None = None,
    *,
    both: bool = False,
) -> LabelIndex:
    def frame(labels: dict[str, str], first: int) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "key": pd.Series(list(labels), dtype="str"),
                "label": pd.Series(list(labels.values()), dtype="str"),
                "moment": np.zeros(len(labels), np.int64),
                "source": pd.Series(["labels.csv"] * len(labels), dtype="str"),
                "line": np.arange(first, first + len(labels), dtype=np.int64),
            }
        )

    given_ids, given_images = by_id or {}, by_image or {}
    read = ReadLabels(
        by_id=frame(given_ids, 2),
        by_image=frame(given_images, 2 if both else 2 + len(given_ids)),
        url="labels.csv",
        objects=1,
        rows=len(given_ids) + len(given_images),
        digest="",
        listing_digest="",
    )
    return LabelIndex.of(read, "gs://dogs")


def _joined(answers: Answers, index: LabelIndex, *, last_part: bool = False) -> SpelledRows:
    return spelled(join_labels(answers, index, last_part=last_part))


def _true(found: SpelledRows) -> list[str | None]:
    return [None if pd.isna(one) else str(one) for one in found.rows.table["true"]]


def test_a_label_is_found_by_id_or_else_by_image() -> None:
    answers = _answers(
        ["cat", "dog", "cat", "dog"],
        ids=["a", "b", None, "d"],
        images=["a.jpg", "x/b.jpg", "x/c.jpg", None],
    )
    found = _joined(
        answers, _labels({"a": "cat", "z": "dog"}, {"x/b.jpg": "cat", "x/c.jpg": "cat"})
    )
    assert _true(found) == ["cat", "cat", "cat", None]
    assert (found.labels, found.left_out, found.noted) == (3, {}, {})
    assert found.newest == 2_000_000


def test_the_label_by_id_goes_before_another_one_by_image() -> None:
    answers = _answers(["cat", "dog"], ids=["a", "b"], images=["a.jpg", "b.jpg"])
    found = _joined(answers, _labels({"a": "dog", "b": "dog"}, {"a.jpg": "cat", "b.jpg": "dog"}))
    assert _true(found) == ["dog", "dog"]
    assert found.noted == {TWO_LABELS: 1}


def test_a_label_with_both_keys_is_one_label() -> None:
    index = _labels({"a": "cat"}, {"a.jpg": "cat"}, both=True)
    assert index.count == 1
    found = _joined(_answers(["cat", "cat"], ids=["a", "b"], images=["q.jpg", "a.jpg"]), index)
    assert (_true(found), found.labels) == (["cat", "cat"], 1)


def test_all_rows_of_an_id_are_labelled_and_it_is_said() -> None:
    found = _joined(_answers(["cat", "dog", "cat"], ids=["a", "a", "b"]), _labels({"a": "cat"}))
    assert _true(found) == ["cat", "cat", None]
    assert (found.labels, found.noted) == (1, {SEVERAL_ROWS: 2})


def test_a_full_uri_in_the_jobs_own_bucket_is_a_path() -> None:
    index = _labels(
        by_image={"gs://dogs/x/a.jpg": "cat", "./b.jpg": "dog", "gs://cats/c.jpg": "cat"}
    )
    images: list[str | None] = ["x/a.jpg", "b.jpg", "gs://cats/c.jpg"]
    found = _joined(_answers(["cat"] * 3, images=images), index)
    assert _true(found) == ["cat", "dog", "cat"]


def test_the_last_part_of_a_name_will_do_where_it_is_one_images_and_one_labels() -> None:
    index = _labels(by_image={"a.jpg": "cat", "in/b.jpg": "dog", "on/b.jpg": "cat", "c.jpg": "cat"})
    images: list[str | None] = ["x/a.jpg", "x/b.jpg", "x/c.jpg", "y/c.jpg"]
    answers = _answers(["cat"] * 4, images=images)
    assert not names_match(answers, index)
    found = _joined(answers, index, last_part=True)
    assert _true(found) == ["cat", None, None, None]
    assert found.left_out == {SHARED_NAME: 2}
    assert found.noted == {LAST_PART: 1}


def test_a_row_with_a_label_and_no_prediction_is_left_out_and_counted() -> None:
    found = _joined(_answers(["cat", None], ids=["a", "b"]), _labels({"a": "cat", "b": "cat"}))
    assert len(found.rows) == 1
    assert (found.labels, found.left_out) == (2, {NO_ANSWER: 1})


def test_classes_that_differ_in_case_and_separators_are_the_models() -> None:
    answers = _answers(["tabby cat", "dog", "dog"], ids=["a", "b", "c"])
    found = _joined(answers, _labels({"a": "Tabby_Cat", "b": "DOG", "c": "wolf"}))
    assert _true(found) == ["tabby cat", "dog", "wolf"]
    assert found.noted == {SPELLED_OTHERWISE: 2}


def test_two_classes_that_differ_in_case_alone_stay_two() -> None:
    answers = _answers(["A", "a", "A"], ids=["1", "2", "3"])
    assert _true(_joined(answers, _labels({"1": "a", "2": "a", "3": "A"}))) == ["a", "a", "A"]


def test_the_labels_in_the_log_are_called_as_the_model_calls_them() -> None:
    answers = _answers(["labrador", "boxer", "boxer"], own=["Labrador dog", None, "boxer"])
    found = spelled(with_own_labels(answers, {"Labrador dog": "labrador"}))
    assert _true(found) == ["labrador", None, "boxer"]
    assert found.labels == 2


def test_the_probability_is_that_of_the_true_class() -> None:
    answers = _answers(
        ["tabby cat", "dog", "dog"],
        ids=["a", "b", "c"],
        probabilities={"tabby_cat": ["0.9", "0.2", "nonsense"], "dog": ["0.1", "80%", "1.5"]},
    )
    found = _joined(answers, _labels({"a": "Tabby Cat", "b": "dog", "c": "dog"}))
    assert found.rows.table["probability"].tolist() == pytest.approx(
        [0.9, 0.8, np.nan], nan_ok=True
    )


def test_a_part_of_the_rows_is_joined_as_the_whole() -> None:
    answers = _answers(["cat", "dog", "cat", "cat"], ids=["a", "b", "c", "d"])
    index = _labels({"a": "cat", "c": "dog", "d": "cat"})
    whole = join_labels(answers, index, last_part=False)
    part = spelled(whole.rows(slice(1, 3)))
    alone = _joined(answers.rows(slice(1, 3)), index)
    pd.testing.assert_frame_equal(part.rows.table, alone.rows.table)
    assert (part.labels, part.newest) == (alone.labels, alone.newest)


def test_without_labels_nothing_is_labelled() -> None:
    found = _joined(_answers(["cat"], ids=["a"], images=["a.jpg"]), _labels())
    assert (_true(found), found.labels, found.newest) == ([None], 0, None)
    nothing = _joined(_answers([]), _labels({"a": "cat"}))
    assert len(nothing.rows) == 0


@given(st.lists(st.sampled_from("abcdef"), max_size=30), st.sets(st.sampled_from("abcdefgh")))
def test_every_row_whose_id_has_a_label_is_labelled(ids: list[str], known: set[str]) -> None:
    labels = {name: f"class {name}" for name in known}
    found = _joined(_answers(["x"] * len(ids), ids=list(ids)), _labels(labels))
    assert _true(found) == [labels.get(name) for name in ids]
    assert found.labels == len(known & set(ids))


@pytest.mark.parametrize(
    ("patterns", "columns", "expected"),
    [
        (("p_*",), ("p_cat", "p_dog"), {"cat": "p_cat", "dog": "p_dog"}),
        (("output p(*)",), ("output p(cat)",), {"cat": "output p(cat)"}),
        (
            ("prob_cat", "prob_dog"),
            ("prob_cat", "prob_dog"),
            {"cat": "prob_cat", "dog": "prob_dog"},
        ),
        (("cat", "dog"), ("cat", "dog"), {"cat": "cat", "dog": "dog"}),
        (("score",), ("score",), {"score": "score"}),
        ((), (), {}),
    ],
)
def test_the_columns_name_the_classes_of_probabilities(
    patterns: tuple[str, ...], columns: tuple[str, ...], expected: dict[str, str]
) -> None:
    assert class_names(columns, LogColumns(probabilities=patterns)) == expected


def test_a_class_of_separators_alone_keeps_its_name() -> None:
    assert folded("-") == "-"
    assert Spelling(["-", "_"]).of("-") == "-"


def test_other_rows_do_not_change_how_a_day_is_spelled() -> None:
    answers = _answers(["cat", "Cat"], ids=["a", "b"])
    first = _joined(answers.rows(slice(0, 1)), _labels({"a": "CAT"}))
    both = _joined(answers, _labels({"a": "CAT"}))
    assert _true(first) == ["cat"]
    assert _true(both) == ["CAT", None]


def test_the_last_part_of_a_name_is_that_of_a_member_of_a_packed_object():
    names = {
        "a.jpg": "a.jpg", "d/a.jpg": "a.jpg", "d\\e\\a.jpg": "a.jpg", "d/a#1.jpg": "a#1.jpg",
        "d/x.tar#a.jpg": "a.jpg", "x.tar.gz#d/a.jpg": "a.jpg", "gs://b/x.ZIP#a#2.jpg": "a#2.jpg",
        "x.tar": "x.tar",
    }  # fmt: skip
    assert last_parts(pa.array(list(names))).to_pylist() == list(names.values())
