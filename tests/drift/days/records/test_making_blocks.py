"""Past blocks from the log: how it is read, when it stops, and what names used again mean."""

import csv
import dataclasses
import itertools
import os
import shutil
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from drift.days.blocks import Block
from drift.days.records.choosing import TOO_MANY_LOST
from drift.days.records.made.block_reading import PastBlockReader
from drift.days.records.made.later_uses import LaterUses
from drift.days.records.made.making import BlockMaker
from drift.days.records.measured.measure import Measuring
from drift.days.records.stored.documents import record_bytes
from drift.pinned_profile import pinned_profile
from drift.run_request import RunOptions
from tests.support.counting_bucket import CountingBucket
from tests.support.day_world import DAYS, REQUESTS, day, job_with, make_days, place_of, run_days

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A log of six days whose images are in the cache."""
    folder = tmp_path_factory.mktemp("days") / "bucket"
    make_days(folder)
    run_days(place_of(job_with(folder)), day(6))
    return folder


def maker_of(folder, *, out_of_time=lambda: False, rows_at_once=1_000, **tables):
    buckets = []

    def wrap(bucket):
        buckets.append(CountingBucket(bucket))
        return buckets[0]

    place = place_of(job_with(folder, **tables), wrap)
    measuring = Measuring.of(place.job, pinned_profile(place))
    reader = PastBlockReader(
        place,
        measuring.most_images,
        LaterUses(),
        out_of_time=out_of_time,
        rows_at_once=rows_at_once,
    )
    return BlockMaker(reader, measuring), buckets[0]


def days(*numbers):
    return [Block(start=day(one), end=day(one + 1)) for one in numbers]


def test_many_blocks_come_from_one_reading_of_the_log(folder):
    maker, bucket = maker_of(folder)

    records = list(maker.of_blocks(days(5, 4, 3, 2, 1, 0), REQUESTS))

    assert [one.block.start for one in records] == [day(n) for n in (5, 4, 3, 2, 1, 0)]
    assert bucket.count("local_copy") == 1


@pytest.mark.parametrize("expected", [1, REQUESTS, 400])
def test_a_log_with_more_rows_than_expected_is_read_in_parts(folder, expected):
    whole = [record_bytes(one) for one in maker_of(folder)[0].of_blocks(days(5, 3, 2, 0), 1)]
    maker, _ = maker_of(folder, rows_at_once=REQUESTS * 2)

    records = list(maker.of_blocks(days(5, 3, 2, 0), expected))

    assert [record_bytes(one) for one in records] == whole
    assert maker.not_made == 0


@pytest.mark.parametrize("rows_at_once", [2, 5, 8])
def test_a_block_with_more_rows_than_are_held_is_the_same_in_parts(folder, rows_at_once):
    whole = [record_bytes(one) for one in maker_of(folder)[0].of_blocks(days(5, 4), REQUESTS)]
    maker, _ = maker_of(folder, rows_at_once=rows_at_once)

    records = list(maker.of_blocks(days(5, 4), REQUESTS))

    assert [record_bytes(one) for one in records] == whole
    assert maker.not_made == 0


def test_a_block_that_does_not_even_fit_in_parts_is_left(folder, caplog):
    maker, _ = maker_of(folder, rows_at_once=0)

    assert list(maker.of_blocks(days(5, 4), REQUESTS)) == []
    assert maker.not_made == 2
    assert "left out of what is normal" in caplog.text


def test_it_stops_when_the_time_is_up(folder, monkeypatch):
    monkeypatch.setattr("drift.days.records.made.block_reading._IMAGES_AT_ONCE", 1)
    answers = iter([False, False, False, False, *[True] * 20])
    maker, _ = maker_of(folder, out_of_time=lambda: next(answers))

    records = list(maker.of_blocks(days(5, 4, 3, 2, 1, 0), REQUESTS))

    assert [one.block.start for one in records] == [day(5), day(4), day(3)]
    assert maker.not_made == 3


def test_later_runs_go_on_where_one_stopped(folder, tmp_path, monkeypatch):
    copy = shutil.copytree(folder, tmp_path / "bucket")
    shutil.rmtree(copy / "data_drift_reports" / "dogs" / "days")
    monkeypatch.setattr("drift.days.records.made.block_reading._IMAGES_AT_ONCE", 1)
    left = {"clock": 0.0}

    def clock():
        left["clock"] += 60.0
        return left["clock"]

    monkeypatch.setattr("drift.days.records.gathering.time.monotonic", clock)
    first = run_days(place_of(job_with(copy)), day(5))
    monkeypatch.undo()
    second = run_days(place_of(job_with(copy)), day(6))

    assert 0 < len(first.records) < 5
    assert first.not_made == 5 - len(first.records) - sum(first.kept_out.values())
    assert [one.block.start for one in first.records][-1] == day(3)
    assert len(second.records) == 5
    assert second.not_made == 0


def test_windows_of_hours_have_the_last_day_and_the_same_hour_before(folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "bucket")
    job = job_with(copy, window={"last": "12h", "min_images": 2}, baseline={"days": 4})

    known = run_days(place_of(job), day(5) + 12 * HOUR, RunOptions(last=12 * HOUR))

    looked_at = len(known.records) + sum(known.kept_out.values())
    assert known.unit == "window"
    assert looked_at == 2 + 3
    assert set(known.phases[known.positions < -2].tolist()) == {0}
    assert known.window_phases.tolist() == [0]
    assert all(one.block.end <= day(5) for one in known.records)


def reuse_names(folder):
    """Let the rows of every day name the same pictures, which those of the last day wrote."""
    shutil.rmtree(folder / "data_drift_reports" / "dogs" / "days")
    shutil.rmtree(folder / "data_drift_reports" / "dogs" / "runs")
    log = folder / "predictions_log.csv"
    with log.open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    pictures = sorted((folder / "images").glob("20250308*"))
    for number, row in enumerate(rows):
        row[1], row[2] = "camera", f"{number % REQUESTS}.jpg"
        if number >= (DAYS - 1) * REQUESTS:
            name = folder / "images" / f"camera_{row[2]}"
            shutil.copy(pictures[number % REQUESTS], name)
            moment = datetime.fromisoformat(row[0]).replace(tzinfo=UTC).timestamp()
            os.utime(name, (moment, moment))
    with log.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def test_a_name_that_was_used_again_does_not_show_the_older_picture(folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "bucket")
    reuse_names(copy)

    known = run_days(place_of(job_with(copy)), day(6))

    assert known.window.features.images == REQUESTS
    assert known.records == ()
    assert known.kept_out == {TOO_MANY_LOST: 5}


def test_a_picture_that_was_there_all_the_time_shows_every_day(folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "bucket")
    reuse_names(copy)
    for path in (copy / "images").glob("camera_*"):
        os.utime(path, (day(-1).timestamp(), day(-1).timestamp()))

    known = run_days(place_of(job_with(copy)), day(6))

    assert len(known.records) == 5
    assert {one.features.images for one in known.records} == {10}


def test_the_first_later_use_of_a_name_is_known():
    later = LaterUses()
    later.add(np.array(["a", "b", "a"], dtype=object), np.array([30, 31, 32]))
    later.add(np.array(["a", "c"], dtype=object), np.array([10, 11]))

    assert later.of(np.array(["a", "b", "d", "a"], dtype=object)) == {"a": 10, "b": 31}
    assert LaterUses().of(np.array(["a"], dtype=object)) == {}


def test_blocks_of_rows_end_where_the_log_begins(folder):
    maker, bucket = maker_of(folder)

    records = list(maker.of_rows(20, day(6), 28))

    assert [one.rows for one in records] == [20, 20, 20, 20, DAYS * REQUESTS - 80]
    assert [one.block.end for one in records[1:]] == [one.block.start for one in records[:-1]]
    assert maker.not_made == 0
    assert bucket.count("local_copy") == 1
    (nothing,) = maker.of_rows(20, day(0), 28)
    assert nothing.rows == 0


def test_blocks_of_rows_are_the_same_in_one_reading_or_many(folder):
    at_once = [record_bytes(one) for one in maker_of(folder)[0].of_rows(20, day(6), 3)]
    maker, _ = maker_of(folder, rows_at_once=1)

    one_by_one = [record_bytes(one) for one in maker.of_rows(20, day(6), 3)]

    assert one_by_one == at_once


@pytest.mark.parametrize("rows_at_once", [1, 7, 16, 1_000])
def test_blocks_of_few_rows_are_spread_over_the_days(folder, rows_at_once):
    distance = timedelta(hours=12)
    maker, _ = maker_of(folder, rows_at_once=rows_at_once)
    at_once = [one.block for one in maker_of(folder)[0].of_rows(2, day(6), 9, distance)]

    blocks = [one.block for one in maker.of_rows(2, day(6), 9, distance)]

    assert blocks == at_once
    assert len(blocks) == 9
    assert len({block.start.date() for block in blocks}) >= 5
    for newer, older in itertools.pairwise(blocks):
        assert older.end <= min(newer.start, newer.end - distance)


def test_a_block_without_rows_is_a_record_too(folder):
    maker, _ = maker_of(folder)

    (record,) = maker.of_blocks(days(-3), REQUESTS)

    assert dataclasses.replace(record, block=days(0)[0]).rows == 0
    assert record.features.images == record.predictions.images == record.logged == 0
