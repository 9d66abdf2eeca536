import dataclasses
import gzip
import json
import logging
from pathlib import Path

import pytest

from jobs.buckets.bucket import Bucket
from jobs.buckets.registry import open_bucket
from reports.findings.answers import Verdict
from reports.history.history import (
    HistoryRow,
    history_bytes,
    history_digest,
    history_name,
    history_row,
)
from reports.history.store import ROWS_BETWEEN_ROLLUPS, HistoryReader, read_history
from reports.rollup import ROLLUP_NAME
from tests.support import findings as examples
from tests.support.gcs_server import GcsServer
from tests.support.memory_bucket import MemoryBucket

JOB = "reports/dogs"
ROLLUP = f"{JOB}/history/{ROLLUP_NAME}"
MANY = ROWS_BETWEEN_ROLLUPS + 5
STEADY = history_row(examples.steady())


def row(number: int, **other: object) -> HistoryRow:
    end = f"2025-{1 + number // 28:02d}-{1 + number % 28:02d}T00:00:00Z"
    return dataclasses.replace(STEADY, run_id=f"run-{number:03d}", window_end=end, **other)


def store(bucket: Bucket, *rows: HistoryRow) -> None:
    for one in rows:
        bucket.write(history_name(JOB, one.run_id), history_bytes(one))


def roll_up(bucket: Bucket) -> None:
    reader = HistoryReader(bucket, JOB)
    reader.read()
    reader.save_rollup()


@pytest.fixture
def bucket() -> MemoryBucket:
    """A bucket with many rows and their rollup, whose reads are counted from now on."""
    made = MemoryBucket()
    store(made, *map(row, range(MANY)))
    roll_up(made)
    made.reads.clear()
    return made


def test_with_a_rollup_all_rows_are_one_read(bucket: MemoryBucket) -> None:
    rows = read_history(bucket, JOB)

    assert rows == tuple(map(row, range(MANY)))
    assert dict(bucket.reads) == {ROLLUP: 1}


def test_few_rows_have_no_rollup() -> None:
    bucket = MemoryBucket()
    store(bucket, *map(row, range(ROWS_BETWEEN_ROLLUPS - 1)))

    roll_up(bucket)

    assert ROLLUP not in bucket.objects


def test_only_new_and_changed_rows_are_read(bucket: MemoryBucket) -> None:
    store(bucket, row(MANY), row(3, headline="another"))
    bucket.delete(history_name(JOB, "run-004"))

    rows = read_history(bucket, JOB)

    expected = [row(n) for n in range(MANY + 1) if n not in {3, 4}] + [row(3, headline="another")]
    assert sorted(rows, key=lambda one: one.run_id) == sorted(expected, key=lambda one: one.run_id)
    assert set(bucket.reads) == {
        ROLLUP,
        history_name(JOB, f"run-{MANY:03d}"),
        history_name(JOB, "run-003"),
    }


def test_a_second_reading_reads_what_changed_in_between(bucket: MemoryBucket) -> None:
    reader = HistoryReader(bucket, JOB)
    reader.read()
    bucket.reads.clear()
    store(bucket, row(7, verdict=Verdict.DRIFT))

    assert reader.read()[7].verdict is Verdict.DRIFT
    assert dict(bucket.reads) == {history_name(JOB, "run-007"): 1}


def test_the_rollup_is_written_again_once_enough_has_changed(bucket: MemoryBucket) -> None:
    before = bucket.objects[ROLLUP]
    store(bucket, *map(row, range(MANY, MANY + 10)))
    roll_up(bucket)
    assert bucket.objects[ROLLUP] == before

    store(bucket, *map(row, range(MANY + 10, MANY + ROWS_BETWEEN_ROLLUPS)))
    roll_up(bucket)
    bucket.reads.clear()
    assert len(read_history(bucket, JOB)) == MANY + ROWS_BETWEEN_ROLLUPS
    assert dict(bucket.reads) == {ROLLUP: 1}


def _lines(bucket: MemoryBucket) -> list[bytes]:
    return gzip.decompress(bucket.objects[ROLLUP].data).split(b"\n")


BROKEN = {
    "empty": lambda _: b"",
    "not compressed": lambda _: b"rollup",
    "cut off": lambda bucket: bucket.objects[ROLLUP].data[:200],
    "one bit turned": lambda bucket: (
        bucket.objects[ROLLUP].data[:300] + b"\0" + bucket.objects[ROLLUP].data[301:]
    ),
    "another format": lambda bucket: gzip.compress(b"\n".join([b"2", *_lines(bucket)[1:]])),
    "a list of numbers": lambda bucket: gzip.compress(_lines(bucket)[0] + b"\n[1,2,3]\n4"),
    "no JSON": lambda bucket: gzip.compress(_lines(bucket)[0] + b"\n{"),
    "not UTF-8": lambda bucket: gzip.compress(_lines(bucket)[0] + b"\n\xff\xfe"),
    "a document that is no row": lambda bucket: gzip.compress(
        _lines(bucket)[0] + b'\n["run-001.json","' + _version(bucket, 1) + b'",{}]'
    ),
}


def _version(bucket: MemoryBucket, number: int) -> bytes:
    return bucket.objects[history_name(JOB, row(number).run_id)].version.encode()


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_rollup_changes_no_answer_and_is_replaced(
    kind: str, bucket: MemoryBucket, caplog: pytest.LogCaptureFixture
) -> None:
    bucket.write(ROLLUP, BROKEN[kind](bucket))

    with caplog.at_level(logging.WARNING):
        assert read_history(bucket, JOB) == tuple(map(row, range(MANY)))
    assert bucket.url_of(ROLLUP) in caplog.text

    roll_up(bucket)
    bucket.reads.clear()
    assert len(read_history(bucket, JOB)) == MANY
    assert dict(bucket.reads) == {ROLLUP: 1}


def test_a_rollup_that_cannot_be_read_costs_time_only(bucket: MemoryBucket) -> None:
    bucket.refused.add(ROLLUP)

    assert len(read_history(bucket, JOB)) == MANY


def test_a_rollup_that_cannot_be_written_costs_time_only(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bucket = MemoryBucket()
    store(bucket, *map(row, range(MANY)))
    bucket.refused.add(ROLLUP)

    with caplog.at_level(logging.WARNING):
        roll_up(bucket)

    assert "Reading the rows of the history will take longer" in caplog.text


def test_a_rollup_of_another_bucket_is_passed_over(bucket: MemoryBucket) -> None:
    """Copied with its folder: the objects' versions are others, so every row is read."""
    copy = MemoryBucket("memory://copy")
    copy.write("something/else", b"")
    store(copy, *(row(n, headline="of the copy") for n in range(MANY)))
    copy.write(ROLLUP, bucket.objects[ROLLUP].data)

    assert {one.headline for one in read_history(copy, JOB)} == {"of the copy"}


def test_keys_that_only_a_later_version_knows_are_kept_for_it(bucket: MemoryBucket) -> None:
    document = {**json.loads(history_bytes(row(0))), "later": {"a": [1, 2.5, "\ud800"]}}
    for number in range(ROWS_BETWEEN_ROLLUPS):
        bucket.write(history_name(JOB, row(number).run_id), json.dumps(document).encode())

    roll_up(bucket)

    kept = [json.loads(line) for line in _lines(bucket)[1:]]
    assert sum(one[2].get("later") == document["later"] for one in kept) == ROWS_BETWEEN_ROLLUPS


def test_a_row_that_cannot_be_understood_is_never_in_it(
    bucket: MemoryBucket, caplog: pytest.LogCaptureFixture
) -> None:
    bucket.write(history_name(JOB, "bad"), b"{}")
    bucket.delete(ROLLUP)
    roll_up(bucket)

    for _ in range(2):
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            assert len(read_history(bucket, JOB)) == MANY
        assert "bad.json" in caplog.text


class TestTwoWritersAtOnce:
    def test_the_slower_one_leaves_the_others_rollup(self, bucket: MemoryBucket) -> None:
        bucket.delete(ROLLUP)
        slow = HistoryReader(bucket, JOB)
        slow.read()
        store(bucket, row(2, headline="newer"))
        roll_up(bucket)
        newer = bucket.objects[ROLLUP]

        slow.save_rollup()

        assert bucket.objects[ROLLUP] == newer
        assert read_history(bucket, JOB)[2].headline == "newer"

    def test_a_rollup_older_than_a_row_does_not_hide_it(self, bucket: MemoryBucket) -> None:
        bucket.delete(ROLLUP)
        slow = HistoryReader(bucket, JOB)
        slow.read()
        store(bucket, row(2, headline="newer"))
        slow.save_rollup()

        assert ROLLUP in bucket.objects
        assert read_history(bucket, JOB)[2].headline == "newer"


def test_the_digest_is_the_same_with_and_without(bucket: MemoryBucket) -> None:
    with_rollup = history_digest(read_history(bucket, JOB))
    bucket.delete(ROLLUP)

    assert history_digest(read_history(bucket, JOB)) == with_rollup


def check_real_store(bucket: Bucket) -> None:
    rows = [row(n) for n in range(MANY)]
    store(bucket, *rows)
    assert read_history(bucket, JOB) == tuple(rows)
    roll_up(bucket)
    store(bucket, row(5, headline="another"))
    reader = HistoryReader(bucket, JOB)
    read: list[str] = []
    one_by_one = reader._read_rows
    reader._read_rows = lambda names: (read.extend(names), one_by_one(names))[1]

    assert reader.read()[5].headline == "another"
    assert read == [history_name(JOB, "run-005")]


def test_in_a_folder(tmp_path: Path) -> None:
    check_real_store(open_bucket(str(tmp_path)))


def test_on_a_gcs_server(gcs_server: GcsServer) -> None:
    name = gcs_server.make_bucket()
    check_real_store(open_bucket(f"gs://{name}/a folder"))
    assert gcs_server.describe(name, f"a folder/{ROLLUP}")["contentType"] == "application/gzip"


def test_a_row_that_was_just_written_is_not_read_again(bucket: MemoryBucket) -> None:
    reader = HistoryReader(bucket, JOB)
    reader.read()
    new = row(MANY)
    name, data = history_name(JOB, new.run_id), history_bytes(new)
    reader.remember(name, bucket.write(name, data), data)
    assert reader.rows[-1] == new
    assert reader.read() == tuple(map(row, range(MANY + 1)))
    assert bucket.reads[name] == 0


def test_a_row_that_another_writer_changed_since_is_read_again(bucket: MemoryBucket) -> None:
    reader = HistoryReader(bucket, JOB)
    name, data = history_name(JOB, row(0).run_id), history_bytes(row(0))
    reader.remember(name, bucket.write(name, data), data)
    store(bucket, row(0, headline="newer"))
    assert reader.read()[0].headline == "newer"
