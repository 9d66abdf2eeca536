"""A record as bytes and back, and what becomes of bytes that are no record."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta

import pytest

from drift.days.blocks import Block, BlockRecord
from drift.days.records.stored.documents import BrokenRecord, parse_record, record_bytes
from drift.days.records.stored.names import parse_record_name, record_name
from drift.days.sums import ColumnSums, FamilySums

START = datetime(2025, 3, 3, tzinfo=UTC)
BLOCK = Block(start=START, end=START + timedelta(days=1))
SUMS = FamilySums(
    images=3,
    effective=2.5,
    columns={"mean": ColumnSums(known=3, total=-1.5, squares=4.25, above=1, below=0)},
    scores={"mean location": (3, 0.1, 2.0), "joint location distance": (3, 1e-17, 0.0)},
)
RECORD = BlockRecord(
    block=BLOCK,
    rows=5,
    logged=4,
    features=SUMS,
    predictions=dataclasses.replace(SUMS, classes={"prediction": {"cat\n\u202e": 1.5, "dog": 1.5}}),
    images=4,
    refused=1,
)


def changed(**parts):
    return json.dumps({**json.loads(record_bytes(RECORD)), **parts}).encode()


def changed_sums(**parts):
    return changed(features={**json.loads(record_bytes(RECORD))["features"], **parts})


def test_a_record_is_read_as_it_was_written():
    assert parse_record(record_bytes(RECORD), BLOCK) == RECORD


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
    found = parse_record(changed(version=2), BLOCK)

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
    ],
)
def test_what_is_no_record_is_said_and_not_used(data):
    found = parse_record(data, BLOCK)

    assert isinstance(found, BrokenRecord)
    assert found.reason
    assert not found.is_newer


def test_a_name_tells_its_block():
    odd = Block(start=START + timedelta(microseconds=7), end=START + timedelta(hours=1))

    assert parse_record_name(record_name(odd, "0123abcd")) == (odd, "0123abcd")
    assert parse_record_name(record_name(BLOCK, "0123abcd")) == (BLOCK, "0123abcd")


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
