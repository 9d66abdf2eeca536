"""A record as bytes and back, and what becomes of bytes that are no record."""

import base64
import dataclasses
import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from drift.days.blocks import Block, BlockRecord
from drift.days.records.stored.documents import BrokenRecord, parse_record, record_bytes
from drift.days.records.stored.names import RecordName, parse_record_name
from drift.days.sums import BothSums, ColumnSums, FamilySums

START = datetime(2025, 3, 3, tzinfo=UTC)
BLOCK = Block(start=START, end=START + timedelta(days=1))
SUMS = FamilySums(
    images=3,
    effective=2.5,
    columns={"mean": ColumnSums(known=3, total=-1.5, squares=4.25, above=1, below=0)},
    scores={"mean location": (3, 0.1, 2.0), "joint location distance": (3, 1e-17, 0.0)},
)
CLASSES = {"prediction": {"cat\n\u202e": 1.5, "dog": 1.5}}
PREDICTIONS = dataclasses.replace(SUMS, classes=CLASSES)
NOTHING = BothSums(
    features=FamilySums(images=0, effective=0.0), predictions=FamilySums(images=0, effective=0.0)
)
RECORD = BlockRecord(
    block=BLOCK,
    rows=5,
    logged=4,
    features=SUMS,
    predictions=PREDICTIONS,
    images=4,
    refused=1,
    segments={
        "camera": {
            "left\u202e": BothSums(features=SUMS, predictions=PREDICTIONS),
            "(empty)": NOTHING,
        },
        "client": {},
    },
)


def changed(**parts):
    return json.dumps({**json.loads(record_bytes(RECORD)), **parts}).encode()


def changed_sums(**parts):
    return changed(features={**json.loads(record_bytes(RECORD))["features"], **parts})


def changed_segments(**values):
    return changed(segments={"camera": values})


def a_text():
    return json.loads(record_bytes(RECORD))["segments"]["camera"]["left\u202e"]


def test_a_record_is_read_as_it_was_written():
    found = parse_record(record_bytes(RECORD), BLOCK)

    assert dataclasses.replace(found, segments={}) == dataclasses.replace(RECORD, segments={})
    assert {name: set(values) for name, values in found.segments.items()} == {
        "camera": {"left\u202e", "(empty)"},
        "client": set(),
    }
    left, empty = (found.segments["camera"][value] for value in ("left\u202e", "(empty)"))
    assert (left.predictions.images, left.predictions.effective) == (3, 2.5)
    assert left.predictions.classes == PREDICTIONS.classes
    assert left.features.scores["mean location"] == pytest.approx((3, 0.1, 2.0))
    assert (empty.features.images, empty.features.scores) == (0, {})


def test_a_record_of_the_first_version_is_read_and_knows_no_segments():
    document = json.loads(changed(version=1))
    del document["segments"]

    found = parse_record(json.dumps(document).encode(), BLOCK)

    assert found == dataclasses.replace(RECORD, segments={})


def broken_texts():
    whole = base64.b64decode(a_text())
    random = np.random.default_rng(3)
    yield from (
        "",
        "#",
        "é",
        "\ud800",
        "AAAA",
        "A" * 3,
        "////" * 50,
        a_text()[:-4],
        a_text() + "AAAA",
    )
    for _ in range(300):
        data = bytearray(whole)
        for place in random.integers(0, len(data), random.integers(1, 4)):
            data[place] = random.integers(0, 256)
        yield base64.b64encode(data).decode()


def test_a_broken_value_is_sound_sums_or_none_at_all():
    for text in broken_texts():
        found = parse_record(changed_segments(left=text), BLOCK)

        for one in (
            found.segments["camera"]["left"].features,
            found.segments["camera"]["left"].predictions,
        ):
            assert 0 <= one.effective <= one.images <= 3
            numbers = [number for sums in one.scores.values() for number in sums]
            assert np.isfinite(numbers).all()
            assert all(0 <= sums[0] <= one.images and sums[2] >= 0 for sums in one.scores.values())
            assert all(share >= 0 for shares in one.classes.values() for share in shares.values())
    assert found.features == RECORD.features


def test_values_of_absurd_numbers_are_stored_too():
    column = ColumnSums(known=3, total=1e200, squares=float("inf"), above=3, below=0)
    sums = dataclasses.replace(SUMS, columns={"confidence": column})
    both = BothSums(features=SUMS, predictions=sums)
    record = dataclasses.replace(RECORD, predictions=sums, segments={"camera": {"left": both}})

    found = parse_record(record_bytes(record), BLOCK).segments["camera"]["left"]

    assert np.isfinite(found.predictions.columns["confidence"].total)
    assert found.predictions.columns["confidence"].squares <= 1e300
    assert found.predictions.scores["mean location"] == pytest.approx((3, 0.1, 2.0))


def test_a_record_is_one_line_and_equal_records_are_equal_bytes():
    again = dataclasses.replace(
        RECORD, features=dataclasses.replace(SUMS, scores=dict(reversed(SUMS.scores.items())))
    )

    assert record_bytes(RECORD) == record_bytes(again)
    assert b"\n" not in record_bytes(RECORD)
    assert b"\t" not in record_bytes(RECORD)


def test_numbers_beyond_all_bounds_are_kept_as_very_large_ones():
    column = ColumnSums(known=2, total=float("nan"), squares=float("inf"), above=0, below=0)
    sums = dataclasses.replace(SUMS, columns={"confidence": column})

    found = parse_record(record_bytes(dataclasses.replace(RECORD, predictions=sums)), BLOCK)

    assert found.predictions.columns["confidence"].squares == 1e300
    assert found.predictions.columns["confidence"].total == 0.0


def test_a_newer_version_is_told_from_a_broken_record():
    found = parse_record(changed(version=4), BLOCK)

    assert isinstance(found, BrokenRecord)
    assert found.is_newer


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"[" * 100_000,
        b'{"version": 1}',
        record_bytes(RECORD)[:-20],
        changed(version="1"),
        changed(version=True),
        changed(start="2025-03-04T00:00:00Z"),
        changed(rows=-1),
        changed(rows=1e400),
        changed(rows="5"),
        changed(features=None),
        changed_sums(images=2),
        changed_sums(effective=9.0),
        changed_sums(effective=float("nan")),
        changed_sums(scores={"mean location": [3, 0.1]}),
        changed_sums(scores={"mean location": [3, float("inf"), 1.0]}),
        changed_sums(scores={"mean location": [3, 0.1, -1.0]}),
        changed_sums(scores={"mean location": [10**400, 0.1, 1.0]}),
        changed_sums(scores={"mean location": [True, 0.1, 1.0]}),
        changed_sums(scores=[1]),
        changed_sums(columns={"mean": [3, 0.0, 0.0, 0.5, 0]}),
        changed_sums(classes={"prediction": {"cat": -1}}),
        changed_sums(classes={"prediction": ["cat"]}),
        changed(segments=None),
        changed(segments=["camera"]),
        changed(segments={"camera": ["left"]}),
        changed_segments(left=None),
        changed_segments(left=float("nan")),
        changed_segments(**{"": "AAAA"}),
        changed_segments(**{"x" * 129: "AAAA"}),
        changed_segments(**{"y" * 200_000: "AAAA"}),
        changed_segments(**{"\ud800": "AAAA"}),
        changed_segments(**{f"value {number}": "AAAA" for number in range(51)}),
        changed(version=0),
    ],
)
def test_what_is_no_record_is_said_and_not_used(data):
    found = parse_record(data, BLOCK)

    assert isinstance(found, BrokenRecord)
    assert found.reason
    assert not found.is_newer


def test_a_name_tells_its_block():
    odd = Block(start=START + timedelta(microseconds=7), end=START + timedelta(hours=1))

    for view_id in ("", "v-0123456789ab"):
        for block in (odd, BLOCK):
            name = RecordName(block=block, key="0123abcd", view_id=view_id)
            assert parse_record_name(name.text) == name


@pytest.mark.parametrize(
    "name",
    [
        "rollup.jsonl.gz",
        "20250303T000000Z-20250304T000000Z-0123abcd.json.tmp",
        "20251303T000000Z-20250304T000000Z-0123abcd.json",
        "20250304T000000Z-20250303T000000Z-0123abcd.json",
    ],
)
def test_other_names_are_no_records(name):
    assert parse_record_name(name) is None
