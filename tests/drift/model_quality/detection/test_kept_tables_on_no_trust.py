"""A kept table of matched boxes is read with nothing taken on trust."""

import binascii
import zlib

import numpy as np
import pytest

from drift.model_quality.detection.kept_table import MOST_ROWS, keep_table, kept_table
from drift.model_quality.detection.match_table import COLUMNS
from drift.model_quality.detection.matching import match_boxes
from tests.support.box_world import draw_pictures, set_of


def kept():
    return keep_table(match_boxes(set_of(draw_pictures(3, 12))))


def column(values, name):
    data = np.asarray(values, COLUMNS[name]).tobytes()
    return binascii.b2a_base64(zlib.compress(data), newline=False).decode()


def with_column(name, change):
    found = kept()
    values = getattr(kept_table(found), name).copy()
    found["columns"][name] = column(change(values), name)
    return found


def first(value):
    def change(values):
        values[0] = value
        return values

    return change


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("score", first(np.nan)),
        ("score", lambda values: values[:-1]),
        ("hits", first(1 << 12)),
        ("overlap", first(np.inf)),
        ("image", first(-1)),
        ("image", lambda values: values[::-1].copy()),
        ("class_code", first(99)),
        ("truth_count", first(0)),
        ("truth_image", first(7_000)),
        ("truth_class", lambda values: values[:-1]),
    ],
)
def test_numbers_that_no_matching_gives_are_refused(name, change):
    with pytest.raises(ValueError, match=r"."):
        kept_table(with_column(name, change))


def test_a_column_that_unpacks_to_gigabytes_is_not_unpacked():
    found = kept()
    packer = zlib.compressobj(9)
    block = bytes(1_000_000)
    data = b"".join(packer.compress(block) for _ in range(8 * MOST_ROWS // len(block) + 50))
    whole = data + packer.flush()
    assert len(whole) < 100_000
    found["columns"]["score"] = binascii.b2a_base64(whole, newline=False).decode()

    with pytest.raises(ValueError, match="more than 2,000,000 numbers"):
        kept_table(found)


@pytest.mark.parametrize("behind", [b"x", zlib.compress(b"more")])
def test_what_stands_behind_a_column_is_refused(behind):
    found = kept()
    data = zlib.compress(kept_table(found).hits.tobytes()) + behind
    found["columns"]["hits"] = binascii.b2a_base64(data, newline=False).decode()

    with pytest.raises(ValueError, match="cut off, or something stands behind"):
        kept_table(found)


@pytest.mark.parametrize(
    "change",
    [
        {"images": 10**12},
        {"images": -1},
        {"images": True},
        {"left_out": "3"},
        {"classes": ["car", "car", "person"]},
        {"classes": [1, 2, 3]},
        {"columns": []},
    ],
)
def test_counts_and_names_that_are_none_are_refused(change):
    with pytest.raises(ValueError, match=r"."):
        kept_table(kept() | change)
