"""Records that hold a model's view beside those that do not: which serves whom, and what stays."""

import dataclasses
import logging
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from drift.days.blocks import Block, BlockRecord
from drift.days.records.measured.views_added import with_view_of, without_view
from drift.days.records.stored.documents import parse_record, record_bytes
from drift.days.records.stored.names import days_folder
from drift.days.records.stored.store import RecordStore
from drift.days.scale import ReferenceScale
from drift.days.sums import BothSums, FamilySums
from drift.workplace import Workplace
from tests.support.day_world import NOW, day, job_with
from tests.support.memory_bucket import MemoryBucket

FOLDER = days_folder("data_drift_reports/dogs", "p-1")
OLD, NEW = "v-000000000001", "v-000000000002"


def summed(name: str, images: int, shift: float) -> FamilySums:
    """Return the sums over images of one number, on the scale of a standard normal reference."""
    random = np.random.default_rng(3)
    scale = ReferenceScale.of(pd.DataFrame({name: random.normal(0, 1, 500)}))
    values = pd.DataFrame({name: random.normal(shift, 1, images)})
    return FamilySums.of(scale, values, np.arange(images))


def both(images: int, view: FamilySums | None) -> BothSums:
    nothing = FamilySums(images=0, effective=0.0)
    return BothSums(features=summed("mean", images, 0.1), predictions=nothing, view=view)


def record_of(view_id: str = "", shift: float = 0.5, number: int = 1) -> BlockRecord:
    """Return the record of a day with two cameras, with the view of one model or without any."""
    view = summed("novelty", 300, shift) if view_id else None
    part = summed("novelty", 150, shift) if view_id else None
    sums = both(300, view)
    return BlockRecord(
        block=Block(start=day(number), end=day(number) + timedelta(days=1)),
        rows=500,
        images=400,
        logged=300,
        features=sums.features,
        predictions=sums.predictions,
        segments={"camera": {"left": both(150, part), "right": both(150, part)}},
        view=view,
        view_id=view_id,
    )


def store_of(bucket: MemoryBucket, view_id: str = "") -> RecordStore:
    place = Workplace(
        job=job_with("memory"),
        bucket=bucket,
        open_bucket=lambda url: bucket,
        clock=lambda: NOW,
        progress=None,
        writes=True,
    )
    store = RecordStore(place, "p-1", None, view_id=view_id)
    store.list()
    return store


@pytest.fixture
def bucket() -> MemoryBucket:
    return MemoryBucket()


def read_one(store: RecordStore) -> BlockRecord:
    return store.read(store.list())[record_of().block].record


def test_a_record_without_a_view_is_written_as_before_there_were_views():
    data = record_bytes(record_of())

    assert data.startswith(b'{"version":2,')
    assert b"view" not in data


def test_a_view_is_read_as_it_was_written():
    record = record_of(NEW)

    found = parse_record(record_bytes(record), record.block, NEW)

    assert isinstance(found, BlockRecord)
    assert (found.view, found.view_id) == (record.view, NEW)
    assert record_bytes(found) == record_bytes(record)
    left, written = found.segments["camera"]["left"], record.segments["camera"]["left"]
    assert left.view is not None
    assert written.view is not None
    assert left.view.images == 150
    for key, (known, total, squares) in written.view.scores.items():
        assert left.view.scores[key] == pytest.approx((known, total, squares), rel=2e-3, abs=0.1)


def test_a_record_whose_name_tells_another_view_is_none():
    record = record_of(NEW)

    found = parse_record(record_bytes(record), record.block, OLD)

    assert not isinstance(found, BlockRecord)
    assert "view" in found.reason


def test_a_new_model_finds_what_was_measured_and_nothing_of_another_view(bucket):
    store_of(bucket, OLD).create(record_of(OLD))

    for view_id in ("", NEW):
        found = read_one(store_of(bucket, view_id))

        assert found.features == record_of().features
        assert (found.view, found.view_id) == (None, "")
        assert found.segments["camera"]["left"].view is None
        assert found.segments["camera"]["left"].features.images == 150


def test_the_record_with_the_own_view_comes_first_then_the_one_without_any(bucket):
    store_of(bucket, OLD).create(record_of(OLD))
    store_of(bucket).create(record_of())
    assert store_of(bucket, NEW).without_view == {record_of().block}

    store_of(bucket, NEW).create(record_of(NEW, 0.9))

    assert read_one(store_of(bucket, NEW)).view == record_of(NEW, 0.9).view
    assert read_one(store_of(bucket, OLD)).view == record_of(OLD).view
    assert read_one(store_of(bucket)) == dataclasses.replace(
        record_of(), segments=read_one(store_of(bucket)).segments
    )
    assert store_of(bucket, NEW).without_view == frozenset()
    assert store_of(bucket).without_view == frozenset()


def test_a_broken_view_leaves_what_was_measured(bucket, caplog):
    store_of(bucket).create(record_of())
    store_of(bucket, NEW).create(record_of(NEW))
    name = next(info.name for info in bucket.list(FOLDER) if NEW in info.name)
    bucket.write(name, b"{}", "application/json")

    with caplog.at_level(logging.WARNING):
        store = store_of(bucket, NEW)
        found = read_one(store)

    assert found.view is None
    assert found.features == record_of().features
    assert store.broken == {}
    assert "is left out" in caplog.text


def test_a_repeated_run_reads_what_it_pinned_though_a_view_came_since(bucket):
    pinned = store_of(bucket, NEW).create(without_view(record_of(NEW)))
    store_of(bucket, NEW).create(record_of(NEW))

    found = store_of(bucket, NEW).read_pinned({pinned.record.block: pinned.digest})

    assert found[pinned.record.block].digest == pinned.digest
    assert store_of(bucket, NEW).read_pinned({pinned.record.block: "0" * 64}) == {}


def test_a_view_is_added_and_what_was_measured_stays():
    old = record_of()
    made = dataclasses.replace(record_of(NEW), features=summed("mean", 40, 3.0), rows=90)
    made = dataclasses.replace(made, segments={"camera": {"left": made.segments["camera"]["left"]}})

    found = with_view_of(old, made)

    assert (found.features, found.rows) == (old.features, old.rows)
    assert (found.view, found.view_id) == (made.view, NEW)
    cameras = found.segments["camera"]
    assert cameras["left"].features == old.segments["camera"]["left"].features
    assert cameras["left"].view == made.segments["camera"]["left"].view
    assert cameras["right"].view is None
    assert record_bytes(without_view(found)) == record_bytes(old)
