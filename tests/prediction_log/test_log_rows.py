"""A prediction as one line of JSON."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.predictions.formats.json_lines import parse_line
from prediction_log.rows import LoggedPrediction, as_json, image_kind

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.text(), VALUES, max_size=5))
def test_whatever_a_server_says_the_job_reads_the_line(columns):
    line = as_json(columns)

    assert b"\n" not in line
    assert isinstance(parse_line(line), dict) or b"\\u0000" in line or "\ud800" in str(columns)


def test_what_is_no_number_becomes_null():
    row = as_json({"a": float("nan"), "b": [1.5, float("inf")], "c": np.float32("nan")})

    assert json.loads(row) == {"a": None, "b": [1.5, None], "c": None}


def test_numbers_of_numpy_are_plain_ones():
    row = as_json({"a": np.float64(0.5), "b": np.int64(3), "c": np.array([1, 2]), "d": b"x"})

    assert json.loads(row) == {"a": 0.5, "b": 3, "c": [1, 2], "d": "x"}


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"\xff\xd8\xff\xe0", "jpg"),
        (b"\x89PNG\r\n", "png"),
        (b"GIF89a", "gif"),
        (b"BM", "bmp"),
        (b"II*\0", "tif"),
        (b"MM\0*", "tif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "webp"),
        (b"\0\0\0\x1cftypavif", "avif"),
        (b"\0\0\0\x18ftypheic", "heic"),
        (b"hello", "bin"),
    ],
)
def test_an_image_is_named_by_what_it_is(start, kind):
    assert image_kind(start + bytes(20)) == kind


def test_the_day_is_that_of_utc():
    late = LoggedPrediction(
        time_s=86_399.9999996, id="a", image=b"BM", columns={}, probabilities=None
    )

    assert late.day == "1970-01-02"
    assert (late.day, late.image_name()) == ("1970-01-02", "a.bmp")
    assert json.loads(late.line({}, None))["timestamp"] == "1970-01-02T00:00:00.000000Z"
