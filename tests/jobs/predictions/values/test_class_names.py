"""One form for the name of a class."""

import unicodedata

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.predictions.values.class_names import canonical_class, canonical_classes, canonical_labels

ONE_CLASS = {
    "2": [
        *("2", "2.0", "2.", "2.000", " 2 ", "\t2.0", "tensor(2)", "tensor(2.)", "tensor([2])"),
        *("tensor([[2]])", "tensor([2], device='cuda:0')", "tensor(2, dtype=torch.int32)"),
        *("array([2])", "np.int64(2)", "tf.Tensor(2, shape=(), dtype=int64)", "b'2'"),
        "<tf.Tensor: shape=(), dtype=int32, numpy=2>",
    ],
    "true": ["true", "True", "TRUE", "tensor(True)", "np.bool_(True)"],
    "cat": ["cat", "\ufeffcat", "cat\u200b", "b'cat'", "np.str_('cat')", "\u00a0cat"],
    "0": ["0", "0.0", "-0.0"],
    "pâté": [unicodedata.normalize(form, "pâté") for form in ("NFC", "NFD")],
}


@pytest.mark.parametrize("form", ONE_CLASS)
def test_ways_of_writing_a_class_are_one_class(form):
    assert {canonical_class(text) for text in ONE_CLASS[form]} == {form}


@pytest.mark.parametrize(
    "text",
    [
        *("2.5", "1e3", "0x2", "02", "02.0", "+2", "1,0", "2 0", "v2.0", "None", "nan", "t"),
        *("tensor([2, 3])", "tensor([0.1, 0.9])", "tensor()", "cat (big)", "'cat'", "Cat", "[2]"),
    ],
)
def test_what_may_be_another_class_stays_as_it_is(text):
    assert canonical_class(text) == text


@given(st.text())
def test_the_form_of_a_form_is_itself_where_nothing_is_nested(text):
    once = canonical_class(text)
    if not once.endswith((")", ">", "'", '"')):
        assert canonical_class(once) == once


def test_a_long_text_that_looks_printed_takes_no_time():
    text = f"tensor({' ' * 100_000})"
    assert canonical_class(text) == text


def test_columns_keep_missing_values_and_blanks_are_missing():
    texts = pa.chunked_array([["2.0", None, "  "], ["tensor([2])"]])
    assert canonical_classes(texts).to_pylist() == ["2", None, None, "2"]
    labels = canonical_labels(pd.Series(["2.0", None, ""], index=[5, 6, 7]))
    assert labels.tolist() == ["2", None, None]
    assert labels.index.tolist() == [5, 6, 7]
