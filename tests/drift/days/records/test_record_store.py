"""Records in a bucket: each is written once, and many are read in a few requests."""

import dataclasses
import gzip
import logging
from datetime import timedelta

import pytest

from drift.days.blocks import Block, BlockRecord
from drift.days.records.stored.documents import record_bytes
from drift.days.records.stored.names import days_folder
from drift.days.records.stored.store import RecordStore
from drift.days.sums import FamilySums
from drift.workplace import Workplace
from jobs.errors import BucketAccessError
from reports.rollup import ROLLUP_NAME
from tests.support.counting_bucket import CountingBucket
from tests.support.day_world import NOW, day, job_with
from tests.support.memory_bucket import MemoryBucket

FOLDER = days_folder("data_drift_reports/dogs", "p-1")
KEYS = [f"column {number} location" for number in range(180)]


@pytest.fixture
def bucket():
    return CountingBucket(MemoryBucket())


def store_of(bucket, *, writes=True, **tables):
    place = Workplace(
        job=job_with("memory", **tables),
        bucket=bucket,
        open_bucket=lambda url: bucket,
        clock=lambda: NOW,
        progress=None,
        writes=writes,
    )
    return RecordStore(place, "p-1", None)


def record_of(number, images=300):
    block = Block(start=day(number), end=day(number) + timedelta(days=1))
    scores = {key: (images, number + at / 7, 1.0) for at, key in enumerate(KEYS)}
    sums = FamilySums(images=images, effective=float(images), scores=scores)
    return BlockRecord(
        block=block, rows=500, logged=images, features=sums, predictions=sums, images=400
    )


def filled(bucket, numbers):
    store = store_of(bucket)
    store.list()
    for number in numbers:
        store.create(record_of(number))
    store.save_rollup()
    bucket.calls.clear()


def read_all(store):
    return {one.record.block: one for one in store.read(store.list()).values()}


def test_sixty_days_are_read_in_a_few_requests(bucket):
    filled(bucket, range(60))

    found = read_all(store_of(bucket))

    assert found.keys() == {record_of(number).block for number in range(60)}
    assert all(found[one.block].record == one for one in map(record_of, range(60)))
    assert sum(bucket.calls.values()) <= 3


def test_a_day_a_run_never_takes_ten_requests(bucket):
    filled(bucket, range(30))
    most = 0

    for number in range(30, 50):
        bucket.calls.clear()
        store = store_of(bucket)
        read_all(store)
        store.create(record_of(number))
        store.save_rollup()
        most = max(most, sum(bucket.calls.values()))

    # Besides, a run reads and writes which records it uses.
    assert most + 2 < 10


def test_a_record_is_written_once(bucket):
    filled(bucket, [1])
    other = dataclasses.replace(record_of(1), rows=7)
    store = store_of(bucket)
    store.list()

    stands = store.create(other)

    assert stands.record == record_of(1)
    assert bucket.count("replace") == 0


def test_what_cannot_be_written_is_used_and_said(bucket, caplog):
    bucket.inner.refused.add(FOLDER)
    store = store_of(bucket)

    used = store.create(record_of(1))

    assert used.record == record_of(1)
    assert "makes this record again" in caplog.text


def test_a_store_that_does_not_write_writes_nothing(bucket):
    store = store_of(bucket, writes=False)
    for number in range(9):
        store.create(record_of(number))
    store.save_rollup()

    assert not bucket.calls


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no gzip",
        gzip.compress(b"another format\nx", mtime=0),
        gzip.compress(b"rollup of day records, 1\nno tab", mtime=0),
        gzip.compress(b"rollup of day records, 1\na\t\xff\tb", mtime=0),
        gzip.compress(b"rollup of day records, 1\n", mtime=0)[:-4],
    ],
    ids=["empty", "not packed", "another format", "no tab", "no text as version", "cut off"],
)
def test_a_broken_rollup_costs_time_only(bucket, content, caplog):
    filled(bucket, range(5))
    bucket.inner.write(FOLDER + ROLLUP_NAME, content)

    found = read_all(store_of(bucket))

    assert len(found) == 5
    assert "one by one" in caplog.text


def test_the_rollup_is_believed_only_for_the_version_that_it_copied(bucket):
    filled(bucket, range(5))
    store = store_of(bucket)
    store.list()
    changed = dataclasses.replace(record_of(2), rows=9)
    assert store.replace(changed)

    found = read_all(store_of(bucket))

    assert found[changed.block].record == changed


def test_a_rollup_that_cannot_be_written_is_said(bucket, caplog):
    store = store_of(bucket)
    store.list()
    for number in range(5):
        store.create(record_of(number))

    def refuse(method, name):
        if name.endswith(ROLLUP_NAME):
            raise BucketAccessError(name, "permission denied")

    bucket.before = refuse
    store.save_rollup()

    assert "will take longer" in caplog.text
    assert len(read_all(store_of(bucket))) == 5


def test_a_record_that_cannot_be_read_is_left_out(bucket, caplog):
    filled(bucket, range(2))

    def refuse(method, name):
        if method == "read":
            raise BucketAccessError(name, "permission denied")

    bucket.before = refuse
    store = store_of(bucket)
    found = read_all(store)

    assert found == {}
    assert len(store.broken) == 2
    assert "permission denied" in caplog.text


def test_other_settings_have_other_records(bucket, caplog):
    filled(bucket, range(3))
    caplog.set_level(logging.INFO)

    for tables in (
        {"detection": {"burst": "1m"}},
        {"images": {"path": "pictures/{id}_{filename}"}},
        {"predictions": {"path": "other.csv"}},
    ):
        assert store_of(bucket, **tables).list() == frozenset()
    assert len(store_of(bucket, detection={"false_alarm_rate": 0.05}).list()) == 3
    assert caplog.text == ""


def test_a_rollup_holds_the_newest_records_that_have_room(bucket, monkeypatch):
    size = len(record_bytes(record_of(1)))
    monkeypatch.setattr("drift.days.records.stored.record_copies._MOST_BYTES", int(6.5 * size))
    filled(bucket, range(20))
    store = store_of(bucket)

    found = read_all(store)
    store.save_rollup()

    assert len(found) == 20
    assert bucket.count("read") == 1 + 14
    # The fourteen others have no room in it, so that it stays as it is.
    assert bucket.count("create") + bucket.count("replace") == 0
