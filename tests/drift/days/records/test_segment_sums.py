"""The sums of a block by segment value: which values, over which images, and as a record."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from drift.days.blocks import Block
from drift.days.records.measured.frequent_values import MOST_VALUES, frequent_values
from drift.days.records.measured.measure import BlockCounts, Measuring, block_record, take_rows
from drift.days.records.measured.scales import ProfileScales
from drift.days.records.stored.documents import parse_record, record_bytes
from drift.days.scale import ReferenceScale
from drift.observations.window_images import WindowImages
from reference_stats.fingerprint import WORDS

START = datetime(2025, 3, 3, tzinfo=UTC)
BLOCK = Block(start=START, end=START + timedelta(days=1))
NAMES = ["light", "noise", "blur"]


def scales():
    random = np.random.default_rng(5)
    images = pd.DataFrame(random.normal(size=(300, len(NAMES))), columns=NAMES)
    return ProfileScales(
        features=ReferenceScale.of(images, joint=NAMES),
        predictions=ReferenceScale.of(pd.DataFrame({"confidence": random.uniform(size=300)})),
        classes={},
    )


MEASURING = Measuring(
    scales=scales(), burst=timedelta(minutes=10), most_images=300, segments=("camera", "client")
)


def window(cameras, clients=None, *, rows_per_image=1, unread=0):
    """Return rows of these segments; every sixth image is a near-copy of the one before it."""
    random = np.random.default_rng(9)
    number = len(cameras)
    images = -(-number // rows_per_image)
    of_row = np.arange(number) // rows_per_image
    light = random.normal(size=(images, len(NAMES)))
    light[3, 1] = np.nan
    prints = random.integers(0, 2**63, size=(images, WORDS)).astype(np.uint64)
    prints[5::6] = prints[4::6][: len(prints[5::6])]
    rows = pd.DataFrame(
        {
            "timestamp": pd.date_range(START, periods=number, freq="1min").as_unit("us"),
            "image": [f"images/{at:03d}.jpg" for at in of_row],
            "prediction": [["cat", "dog", None][at] for at in random.integers(0, 3, number)],
            "confidence": np.where(random.random(number) < 0.1, np.nan, random.random(number)),
            "client": "one",
        }
    )
    analysed = np.flatnonzero(of_row >= unread)
    return WindowImages(
        rows=rows,
        features=pd.DataFrame(light[of_row[analysed]], index=analysed, columns=NAMES),
        fingerprints=prints[of_row[analysed]],
        segments=pd.DataFrame(
            {"camera": cameras, "client": clients or ["one"] * number}, dtype=object
        ),
    )


def record_of(images):
    counts = BlockCounts(rows=len(images.rows), images=len(images.rows), refused=0)
    return block_record(BLOCK, counts, images, MEASURING)


def assert_alike(one, other):
    """Two sums are equal but for the last digits."""
    assert (one.images, one.scores.keys(), one.columns.keys()) == (
        other.images,
        other.scores.keys(),
        other.columns.keys(),
    )
    assert one.effective == pytest.approx(other.effective)
    for key, sums in one.scores.items():
        assert sums == pytest.approx(other.scores[key], abs=1e-9)
    for name, sums in one.columns.items():
        assert dataclasses.astuple(sums) == pytest.approx(dataclasses.astuple(other.columns[name]))
    assert one.classes.keys() == other.classes.keys()
    for name, shares in one.classes.items():
        assert dict(shares) == pytest.approx(dict(other.classes[name]))


@pytest.mark.parametrize(("rows_per_image", "unread"), [(1, 0), (1, 7), (3, 2)])
def test_the_sums_of_a_value_are_those_of_a_record_of_its_rows_alone(rows_per_image, unread):
    cameras = (["left"] * 6 + ["right"] * 7 + ["middle"] * 2) * 6
    images = window(cameras, rows_per_image=rows_per_image, unread=unread)

    record = record_of(images)

    assert set(record.segments["camera"]) == {"left", "right", "middle"}
    for value, sums in record.segments["camera"].items():
        own = np.flatnonzero(images.segments["camera"] == value)
        alone = record_of(take_rows(images, own))
        assert_alike(sums.features, alone.features)
        assert_alike(sums.predictions, alone.predictions)


def test_segments_leave_the_sums_of_the_block_as_they_are():
    images = window(["left", "right"] * 30)
    without = dataclasses.replace(MEASURING, segments=())
    counts = BlockCounts(rows=60, images=60, refused=0)

    record = record_of(images)

    assert dataclasses.replace(record, segments={}) == block_record(BLOCK, counts, images, without)


def test_pieces_do_not_show_in_the_sums(monkeypatch):
    images = window((["left"] * 5 + ["right"]) * 12)
    whole = record_of(images)
    monkeypatch.setattr("drift.days.records.measured.images_to_sum._AT_ONCE", 7)

    in_pieces = record_of(images)

    for value, sums in whole.segments["camera"].items():
        assert_alike(sums.features, in_pieces.segments["camera"][value].features)
        assert_alike(sums.predictions, in_pieces.segments["camera"][value].predictions)


def test_a_stored_value_is_off_by_a_thousandth_of_a_deviation_at_most():
    record = record_of(window((["left"] * 6 + ["right"] * 24) * 5, unread=7))

    stored = parse_record(record_bytes(record), BLOCK)

    for value, exact in record.segments["camera"].items():
        found = stored.segments["camera"][value]
        for family in ("features", "predictions"):
            one, other = getattr(exact, family), getattr(found, family)
            assert (one.images, one.scores.keys()) == (other.images, other.scores.keys())
            assert one.effective == pytest.approx(other.effective)
            assert one.classes.keys() == other.classes.keys()
            for key, (known, total, squares) in one.scores.items():
                again = other.scores[key]
                assert again[0] == known
                assert again[1] / known == pytest.approx(total / known, abs=1e-3)
                assert again[2] / known == pytest.approx(squares / known, abs=1e-2)
            for name, sums in one.columns.items():
                again = other.columns[name]
                assert (sums.known, sums.above, sums.below) == (
                    again.known,
                    again.above,
                    again.below,
                )
                assert again.total / sums.known == pytest.approx(sums.total / sums.known, abs=1e-3)


def test_the_values_with_most_images_count_and_ties_go_by_name():
    names = [f"c{number:02d}" for number in range(60)]
    images = window([*(names * 5), *(["c59"] * 2), *["rare"] * 4])

    found = frequent_values(images, ("camera", "client"))

    assert list(found["camera"]) == ["c59", *names[: MOST_VALUES - 1]]
    assert list(found["client"]) == ["one"]


def test_an_image_that_is_logged_often_counts_once():
    images = window(["often"] * 12 + ["seldom"] * 15, rows_per_image=3)

    assert list(frequent_values(images, ("camera",))["camera"]) == ["seldom"]


def test_what_is_no_name_is_no_segment():
    odd = ["x" * 129, "é" * 65, "y" * 200_000, "\ud800", " " * 200 + "left"]
    images = window([value for value in odd for _ in range(6)] + ["left", " left "] * 3)

    found = frequent_values(images, ("camera",))

    assert {value: len(rows) for value, rows in found["camera"].items()} == {"left": 6}


def test_control_characters_stay_in_a_name():
    value = "a\nb\t\x00\u202e\x1b[31m"
    record = record_of(window([value] * 6 + ["nan"] * 6))

    stored = parse_record(record_bytes(record), BLOCK)

    assert set(stored.segments["camera"]) == {value, "nan"}
    assert b"\n" not in record_bytes(record)
    assert b"\t" not in record_bytes(record)


@pytest.mark.parametrize("missing", [None, np.nan, "", "  "])
def test_missing_values_are_one_segment_where_others_are_there(missing):
    some = frequent_values(window([missing] * 6 + ["left"] * 6), ("camera",))
    none = frequent_values(window([missing] * 12), ("camera", "another"))

    assert set(some["camera"]) == {"(empty)", "left"}
    assert none == {"camera": {}, "another": {}}


def test_a_record_keeps_the_values_with_most_images_where_it_would_be_too_large(monkeypatch):
    images = window((["left"] * 4 + ["right"] * 2) * 10, ["a", "b"] * 30)
    segments = json.loads(record_bytes(record_of(images)))["segments"]
    room = int(2.5 * len(segments["camera"]["left"]))
    monkeypatch.setattr("drift.days.records.stored.documents._MOST_SEGMENT_BYTES", room)

    cut = parse_record(record_bytes(record_of(images)), BLOCK)

    assert (set(cut.segments["camera"]), set(cut.segments["client"])) == ({"left"}, {"a"})
