"""Floats of Parquet logs become the texts that other formats would hold."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jobs.predictions.formats.parquet.texts import as_texts
from jobs.predictions.values.texts import text_of


def texts_of(column: pa.Array) -> list[str | None]:
    return as_texts(pa.table({"a": column}))["a"].to_pylist()


@settings(max_examples=300)
@given(values=st.lists(st.one_of(st.none(), st.floats(), st.floats(-1e11, 1e11)), max_size=20))
@example(values=[0.0, -0.0, 1e-4, 9.9e-5, 1e10, 9999999999.5, 1e16, 2.0**53, -1.0, math.inf, None])
def test_a_float_is_written_as_one_value_alone_is(values: list[float | None]) -> None:
    expected = [text_of(value) for value in values]
    assert texts_of(pa.array(values, pa.float64())) == expected
    in_chunks = pa.chunked_array([pa.array(values, pa.float64()), pa.array([1.5])])
    assert texts_of(in_chunks) == [*expected, "1.5"]


@pytest.mark.parametrize("kind", [pa.float32(), pa.float16()])
def test_short_floats_are_written_with_the_digits_they_have_as_long_ones(kind: pa.DataType) -> None:
    values = pa.array(np.array([0.1, 1e-7, 2.0, 60000.0], np.float16)).cast(kind)
    assert texts_of(values) == [text_of(value) for value in values.to_pylist()]


def test_every_step_of_a_size_is_written_the_same() -> None:
    random = np.random.default_rng(0)
    values = 10.0 ** random.uniform(-12, 18, 50_000) * random.choice([-1, 1], 50_000)
    rounded = np.concatenate([values, np.round(values, 3), np.round(values)])
    assert texts_of(pa.array(rounded)) == [text_of(value) for value in rounded.tolist()]
