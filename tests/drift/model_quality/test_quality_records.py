"""Records of days as bytes: equal ones are equal bytes, and nothing in them is taken on trust."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.model_quality.records.documents import parse_record, record_bytes
from drift.model_quality.records.record import DayRecord
from drift.model_quality.records.seen import Seen, SeenDay, parse_seen, seen_bytes
from drift.model_quality.records.values import BrokenRecordError
from drift.model_quality.reference.quality import ReferenceQuality
from drift.model_quality.reference.stored import parse_reference, reference_document
from drift.model_quality.scoring.expected_accuracy import ConfidenceThreshold
from drift.model_quality.sums import BINS, ClassifierSums, ConfidenceBin, DayQuality, LossSums
from reports.findings.model_quality.scores import WrongImage

DAY = datetime(2025, 3, 3, tzinfo=UTC)
SUMS = ClassifierSums(
    predictions=9,
    confusion={("cat", "dog"): 1, ("dog", "dog"): 3},
    images=4,
    right_images=2.5,
    bins=(ConfidenceBin(count=4, confidence=3.1, right=3), *(ConfidenceBin(),) * (BINS - 1)),
    loss=LossSums(count=2, total=0.1 + 0.2, squares=0.05),
)
RECORD = DayRecord(
    quality=DayQuality(
        start=DAY,
        end=DAY + timedelta(days=1),
        versions={"2": SUMS, None: ClassifierSums(predictions=1), "1": SUMS},
        wrong=(
            WrongImage(
                image="é/a.jpg", id="", timestamp=DAY.isoformat(), true="cat", predicted="dog",
                confidence=None,
            ),
        ),
    ),
    labels=5,
    left_out={"b": 2, "a": 1},
    noted={"c": 3},
    newest="2025-03-03T10:00:00Z",
)  # fmt: skip


def test_a_record_is_read_as_it_was_written() -> None:
    data = record_bytes(RECORD)
    assert parse_record(data) == RECORD
    assert record_bytes(parse_record(data)) == data
    assert b"\n" not in data
    assert (RECORD.labelled, RECORD.predictions) == (8, 19)


def test_the_order_of_what_is_in_it_changes_no_byte() -> None:
    quality = RECORD.quality
    turned = DayQuality(
        start=quality.start,
        end=quality.end,
        versions=dict(reversed(list(quality.versions.items()))),
        wrong=quality.wrong,
    )
    other = DayRecord(
        quality=turned, labels=5, left_out={"a": 1, "b": 2}, noted={"c": 3}, newest=RECORD.newest
    )
    assert record_bytes(other) == record_bytes(RECORD)


def _paths(value: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    inside = value.items() if isinstance(value, dict) else []
    inside = enumerate(value) if isinstance(value, list) else inside
    return [path, *(one for key, part in inside for one in _paths(part, (*path, key)))]


PATHS = [path for path in _paths(json.loads(record_bytes(RECORD))) if path]


@given(
    path=st.sampled_from(PATHS),
    value=st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5),
        st.lists(st.integers(), max_size=3), st.dictionaries(st.text(max_size=3), st.none()),
    ),
)  # fmt: skip
def test_whatever_is_wrong_in_a_record_is_told(path: tuple[object, ...], value: object) -> None:
    document = json.loads(record_bytes(RECORD))
    inner = document
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    try:
        found = parse_record(json.dumps(document).encode())
    except BrokenRecordError:
        return
    assert parse_record(record_bytes(found)) == found


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"null", b"[" * 100_000, b"\xff", b"1e999"])
def test_what_is_no_record_is_told(data: bytes) -> None:
    with pytest.raises(BrokenRecordError):
        parse_record(data)


def test_what_was_seen_is_read_as_it_was_written_and_anything_else_is_nothing() -> None:
    seen = Seen(
        days={"2025-03-03": SeenDay(key="k", version="v", predictions=3)},
        labels="l",
        way=1,
    )
    assert parse_seen(seen_bytes(seen)) == seen
    # As runs wrote it when names were compared in two ways.
    for last_part, way in ((b"true", 1), (b"false", 0)):
        older = seen_bytes(seen).replace(b'"version":3', b'"version":2')
        older = older.replace(b'"way":1', b'"last_part":' + last_part)
        assert parse_seen(older) == replace(seen, way=way)
    for data in (b"", b"{}", b'{"version": 1}', b"[]", b"[" * 100_000, b"\xff"):
        assert parse_seen(data) is None
    many = Seen(days={f"{number:04}-01-01": SeenDay(key="k") for number in range(1, 1_000)})
    kept = parse_seen(seen_bytes(many))
    assert kept is not None
    assert (len(kept.days), max(kept.days)) == (800, "0999-01-01")


def test_what_the_reference_says_is_believed_under_its_key_alone() -> None:
    learned = ConfidenceThreshold(threshold=0.5, at_threshold=1.0, labelled=4, variance=0.1)
    for found in (ReferenceQuality(sums=SUMS, learned=learned), ReferenceQuality(sums=SUMS)):
        data = reference_document(found, "key")
        assert parse_reference(data, "key") == found
        assert parse_reference(data, "other") is None
    for data in (b"", b"{}", b"[]", b'{"version": 1, "key": "key"}'):
        assert parse_reference(data, "key") is None
