"""What a run knows of the days before its window: made from the log once, kept, and pinned."""

import dataclasses
import json
import logging
import shutil
from datetime import timedelta

import numpy as np
import pytest

from drift.days.records.choosing import TOO_FEW, TOO_MANY_LOST, UNREADABLE
from drift.days.records.stored.documents import VERSION
from drift.run_request import RunOptions
from jobs.errors import BucketAccessError, PublishError
from jobs.job_file.baseline_settings import FEWEST_IMAGES
from tests.support.counting_bucket import CountingBucket
from tests.support.day_world import (
    REQUESTS,
    day,
    job_with,
    make_days,
    place_of,
    run_days,
)

DAYS = "data_drift_reports/dogs/days/"
WRITES = ("write", "create", "replace", "delete")


@pytest.fixture(scope="module")
def untouched(tmp_path_factory):
    """A log of six days, of which no run has been done."""
    folder = tmp_path_factory.mktemp("days")
    make_days(folder)
    run_days(place_of(job_with(folder, baseline={"days": 0})), day(1))
    return folder


@pytest.fixture
def folder(untouched, tmp_path):
    return shutil.copytree(untouched, tmp_path / "bucket")


def records_in(folder):
    """Return the content of every record by its name."""
    return {path.name: path.read_bytes() for path in folder.glob(f"{DAYS}*/*.json")}


def counted_place(folder, **tables):
    buckets = []

    def wrap(bucket):
        buckets.append(CountingBucket(bucket))
        return buckets[0]

    return place_of(job_with(folder, **tables), wrap), buckets[0]


def edit_log(folder, keep=lambda fields: True, change=lambda fields: fields):
    """Write the log anew, some of its rows left out or changed."""
    log = folder / "predictions_log.csv"
    header, *lines = log.read_text(encoding="utf-8").splitlines()
    rows = [line.split(",") for line in lines]
    kept = [",".join(change(row)) for row in rows if keep(row)]
    log.write_text("\n".join([header, *kept]) + "\n", encoding="utf-8")


def test_the_first_run_has_the_days_before_its_window(folder):
    known = run_days(place_of(job_with(folder)), day(6))

    assert known.unit == "day"
    assert [one.block.start for one in known.records] == [day(n) for n in range(5)]
    assert known.positions.tolist() == [-5, -4, -3, -2, -1]
    assert known.phases.tolist() == [0, 1, 2, 3, 4]
    assert [one.rows for one in known.records] == [REQUESTS] * 5
    assert [one.logged for one in known.records] == [10] * 5
    assert all(one.features.images == 10 == one.predictions.images for one in known.records)
    assert known.window.features.images == REQUESTS
    assert known.window_weights.tolist() == [1.0]
    assert (known.kept_out, known.not_made, known.late_rows) == ({}, 0, 0)


def test_the_window_and_a_day_are_measured_alike(folder):
    job = job_with(folder, baseline={"days": 5, "images_per_day": 100})
    today = run_days(place_of(job), day(5)).window

    past = run_days(place_of(job), day(6)).records[-1]

    for family in ("features", "predictions"):
        one, other = getattr(past, family), getattr(today, family)
        assert one.images == other.images == REQUESTS
        assert one.scores.keys() == other.scores.keys()
        sums = [np.array([sums[key] for key in one.scores]) for sums in (one.scores, other.scores)]
        np.testing.assert_allclose(sums[0], sums[1], atol=1e-9)
    assert past.predictions.classes == today.predictions.classes


def test_a_record_is_the_same_whether_a_run_saw_the_day_or_made_it_later(folder, tmp_path):
    other = shutil.copytree(folder, tmp_path / "other")
    run_days(place_of(job_with(folder)), day(4))
    run_days(place_of(job_with(other)), day(5))
    name = "20250306T000000Z-20250307T000000Z"

    mine, theirs = (
        {one[:33]: data for one, data in records_in(root).items()} for root in (folder, other)
    )

    assert mine[name] == theirs[name]


def test_batches_and_readings_do_not_show_in_records(folder, tmp_path, monkeypatch):
    other = shutil.copytree(folder, tmp_path / "other")
    run_days(place_of(job_with(folder)), day(6))
    monkeypatch.setattr("drift.days.records.gathering.ROWS_AT_ONCE", 4)
    monkeypatch.setattr("drift.days.records.made.block_reading._IMAGES_AT_ONCE", 1)

    run_days(place_of(job_with(other)), day(6))

    assert records_in(folder) == records_in(other)
    assert len(records_in(folder)) == 6


def test_later_runs_read_a_few_objects_and_no_image(folder):
    run_days(place_of(job_with(folder)), day(6))
    place, bucket = counted_place(folder)
    images = {name for name in bucket.names("read", "local_copy") if name.startswith("images/")}
    before = sum(bucket.calls.values())

    known = run_days(place, day(6))

    own = sum(many for (_, name), many in bucket.calls.items() if DAYS in name or "runs/" in name)
    assert len(known.records) == 5
    assert own < 10
    assert before == 0
    assert images == set()


def test_a_day_is_added_with_one_write(folder):
    run_days(place_of(job_with(folder)), day(5))
    place, bucket = counted_place(folder)

    run_days(place, day(6))

    written = [name for method in WRITES for name in bucket.names(method) if DAYS in name]
    assert [name.rpartition("/")[2][:33] for name in written] == [
        "20250308T000000Z-20250309T000000Z"
    ]


def test_a_dry_run_writes_nothing_and_knows_the_same(folder):
    place, bucket = counted_place(folder)
    dry = dataclasses.replace(place, writes=False)

    known = run_days(dry, day(6))
    written = bucket.names(*WRITES)

    assert len(known.records) == 5
    assert written == set()
    assert known.digest() == run_days(place, day(6)).digest()


def test_a_repeated_run_uses_the_days_of_its_first_attempt(folder):
    none = {"days": 5, "images_per_day": 10, "most_minutes": 0}
    first = run_days(place_of(job_with(folder, baseline=none)), day(6))
    run_days(place_of(job_with(folder)), day(5))

    again = run_days(place_of(job_with(folder)), day(6))

    assert len(first.records) == len(again.records) == 0
    assert first.not_made == again.not_made == 5
    assert first.digest() == again.digest()


def test_days_are_chosen_anew_where_the_pinned_ones_are_gone(folder, caplog):
    run_days(place_of(job_with(folder)), day(6))
    for path in folder.glob(f"{DAYS}*/*"):
        path.unlink()

    with caplog.at_level(logging.WARNING):
        again = run_days(place_of(job_with(folder)), day(6))

    assert len(again.records) == 5
    assert "no longer there" in caplog.text


@pytest.mark.parametrize("content", [b"", b"[]", b'{"version": 9}', b'{"version": 1}', b"\xff"])
def test_a_broken_pin_is_written_anew(folder, content, caplog):
    run_days(place_of(job_with(folder)), day(6))
    pin = next(folder.glob("data_drift_reports/dogs/runs/20250309*/baseline.json"))
    whole = pin.read_bytes()
    pin.write_bytes(content)

    known = run_days(place_of(job_with(folder)), day(6))

    assert len(known.records) == 5
    assert pin.read_bytes() == whole
    assert "chosen anew" in caplog.text


def test_another_number_of_days_is_another_choice(folder):
    run_days(place_of(job_with(folder)), day(6))

    known = run_days(place_of(job_with(folder, baseline={"days": 2})), day(6))

    assert [one.block.start for one in known.records] == [day(3), day(4)]


def test_days_without_rows_are_looked_for_once(folder):
    run_days(place_of(job_with(folder)), day(3))
    place, bucket = counted_place(folder)

    known = run_days(place, day(4))

    # They lie before the log's first row, which keeps no day out.
    assert known.kept_out == {}
    assert len(known.records) == 3
    assert bucket.count("local_copy") == 1


def test_days_that_lost_their_images_or_hold_few_show_nothing_normal(folder):
    second = f"{day(1):%Y%m%d}"
    for path in sorted((folder / "images").glob(f"{second}*"))[:10]:
        path.unlink()
    third = f"{day(2):%Y-%m-%d}"
    seen = []
    edit_log(folder, lambda row: not row[0].startswith(third) or seen.append(row) or len(seen) < 5)

    known = run_days(place_of(job_with(folder)), day(6))

    assert known.kept_out == {TOO_FEW: 1, TOO_MANY_LOST: 1}
    assert [one.block.start for one in known.records] == [day(0), day(3), day(4)]
    assert known.positions.tolist() == [-5, -2, -1]


def test_a_day_of_fewer_than_five_images_teaches_nothing(folder):
    """However few images a window may have."""
    third = f"{day(2):%Y-%m-%d}"
    seen = []
    edit_log(folder, lambda row: not row[0].startswith(third) or seen.append(row) or len(seen) < 5)
    job = job_with(folder, window={"last": "1d", "min_images": 2})

    known = run_days(place_of(job), day(6))

    assert known.kept_out == {TOO_FEW: 1}
    assert day(2) not in [one.block.start for one in known.records]
    assert min(one.features.images for one in known.records) >= FEWEST_IMAGES


def test_rows_without_an_image_count_as_lost(folder):
    second = f"{day(1):%Y-%m-%d}"
    edit_log(
        folder,
        change=lambda row: (
            [row[0], "", *row[2:]] if row[0] < f"{second}T18" and second in row[0] else row
        ),
    )

    known = run_days(place_of(job_with(folder)), day(6))

    assert known.kept_out == {TOO_MANY_LOST: 1}


def test_a_damaged_record_is_left_out_and_said(folder, caplog):
    run_days(place_of(job_with(folder)), day(5))
    for path in folder.glob(f"{DAYS}*/20250304*"):
        path.write_bytes(b'{"version":1,')
    (next(folder.glob(f"{DAYS}*/rollup.jsonl.gz"))).write_bytes(b"no gzip data")

    known = run_days(place_of(job_with(folder)), day(6))
    again = run_days(place_of(job_with(folder)), day(6))

    assert known.kept_out == again.kept_out == {UNREADABLE: 1}
    assert len(known.records) == 4
    assert known.digest() == again.digest()
    assert "drift baseline rebuild" in caplog.text


def test_a_record_of_a_newer_version_is_passed_over_quietly(folder, caplog):
    run_days(place_of(job_with(folder)), day(5))
    for path in folder.glob(f"{DAYS}*/20250304*"):
        newer = {**json.loads(path.read_bytes()), "version": VERSION + 1}
        path.write_bytes(json.dumps(newer).encode())

    with caplog.at_level(logging.INFO):
        known = run_days(place_of(job_with(folder)), day(6))

    assert known.kept_out == {UNREADABLE: 1}
    assert f"has version {VERSION + 1}" in caplog.text
    assert not [one for one in caplog.records if one.levelno >= logging.WARNING]


def test_rows_that_come_later_are_counted(folder):
    log = folder / "predictions_log.csv"
    whole = log.read_text(encoding="utf-8")
    day_4 = f"{day(4):%Y-%m-%d}"
    late = sorted(one.split(",")[0] for one in whole.splitlines() if one.startswith(day_4))[-3:]
    edit_log(folder, lambda row: row[0] not in late)
    run_days(place_of(job_with(folder)), day(5))
    log.write_text(whole, encoding="utf-8")

    known = run_days(place_of(job_with(folder)), day(6))

    assert known.late_rows == 3
    assert known.records[-1].rows == REQUESTS - 3


def test_a_day_whose_log_comes_late_is_not_remembered_as_empty(folder):
    log = folder / "predictions_log.csv"
    whole = log.read_text(encoding="utf-8")
    edit_log(folder, lambda row: row[0] < f"{day(4):%Y-%m-%d}")
    run_days(place_of(job_with(folder)), day(5))
    log.write_text(whole, encoding="utf-8")

    known = run_days(place_of(job_with(folder)), day(6))

    assert known.records[-1].rows == REQUESTS
    assert known.kept_out == {}


def test_a_window_that_is_not_over_leaves_no_record(folder):
    place = place_of(job_with(folder))
    place = dataclasses.replace(place, clock=lambda: day(6) - timedelta(hours=1))

    run_days(place, day(6))

    assert not [name for name in records_in(folder) if name.startswith("20250308")]


def test_records_are_made_anew_where_the_log_is_read_in_another_way(folder):
    run_days(place_of(job_with(folder)), day(6))
    log = {"path": "predictions_log.csv", "columns": {"confidence": "confidence"}}

    known = run_days(place_of(job_with(folder, predictions=log)), day(6))

    assert len(known.records) == 5
    assert known.records[0].predictions.classes == {}
    assert len(records_in(folder)) == 12


def test_an_old_part_of_the_log_that_cannot_be_read_stops_nothing(folder, caplog):
    lines = (folder / "predictions_log.csv").read_text(encoding="utf-8").splitlines()
    (folder / "logs").mkdir()
    for number in range(6):
        rows = [one for one in lines[1:] if one.startswith(f"{day(number):%Y-%m-%d}")]
        name = folder / "logs" / f"{day(number):%Y-%m-%d}.csv"
        name.write_text("\n".join([lines[0], *rows]) + "\n", encoding="utf-8")
    (folder / "logs" / f"{day(1):%Y-%m-%d}.csv").write_bytes(b"\x1f\x8b no gzip")
    log = {"path": "logs/*.csv", "columns": {"prediction": "breed", "confidence": "confidence"}}

    known = run_days(place_of(job_with(folder, predictions=log)), day(6))

    assert [one.block.start for one in known.records][-2:] == [day(3), day(4)]
    assert known.not_made + len(known.records) == 5
    assert known.not_made
    assert "left out of what is normal" in caplog.text


def test_images_that_cannot_be_reached_are_tried_again_by_a_later_run(folder):
    place, bucket = counted_place(folder)
    third = f"images/{day(2):%Y%m%d}"

    def refuse(method, name):
        if name.startswith(third):
            raise BucketAccessError(name, "permission denied")

    bucket.before = refuse
    place = dataclasses.replace(place, open_bucket=lambda url: bucket)
    first = run_days(place, day(5))

    second = run_days(place_of(job_with(folder)), day(6))

    assert first.not_made > 0
    assert second.not_made == 0
    assert len(second.records) == 5


def test_nothing_is_written_once_the_lock_is_lost(folder):
    place, bucket = counted_place(folder)

    def lost():
        raise PublishError("the lock was lost")

    with pytest.raises(PublishError):
        run_days(place, day(6), still_allowed=lost)

    assert not [name for name in bucket.names(*WRITES) if DAYS in name or "baseline" in name]


def test_a_pin_that_another_run_writes_meanwhile_ends_this_one(folder):
    place, bucket = counted_place(folder)

    def step_in(method, name):
        if method == "create" and name.endswith("baseline.json"):
            bucket.inner.create(name, b"{}")

    bucket.before = step_in

    with pytest.raises(PublishError, match="another run wrote it"):
        run_days(place, day(6))


def test_no_days_are_no_days(folder):
    place, bucket = counted_place(folder, baseline={"days": 0})

    known = run_days(place, day(6))

    assert known.records == ()
    assert known.positions.shape == (0,)
    assert known.window.features.images == REQUESTS
    assert not [name for _, name in bucket.calls if DAYS in name or "baseline" in name]


def test_a_week_weighs_its_days(folder):
    known = run_days(place_of(job_with(folder)), day(6), RunOptions(last=timedelta(days=2)))

    assert known.unit == "day"
    assert known.window_positions.tolist() == [0, 1]
    assert known.window_weights.tolist() == [0.5, 0.5]
    assert [one.block.start for one in known.records] == [day(n) for n in range(4)]


def test_windows_of_rows_have_as_many_rows_before_them(folder):
    job = job_with(folder, window={"rows": 20, "min_images": 5})
    options = RunOptions(rows=20)

    known = run_days(place_of(job), day(6), options)

    assert known.unit == "20 rows"
    assert [one.rows for one in known.records] == [4, 20, 20, 20][-len(known.records) :]
    assert known.positions.tolist() == [-3.0, -2.0, -1.0]
    assert known.kept_out == {TOO_FEW: 1}
    place, bucket = counted_place(folder, window={"rows": 20, "min_images": 5})
    again = run_days(place, day(6) + timedelta(hours=1), options)
    assert len(again.records) == 3
    assert bucket.count("local_copy") == 1


def test_windows_of_few_rows_are_held_beside_blocks_of_several_days(folder):
    tables = {"window": {"rows": 5, "min_images": 2}}
    options = RunOptions(rows=5)

    known = run_days(place_of(job_with(folder, **tables)), day(6), options)

    assert [one.rows for one in known.records] == [5] * 5
    assert len(set(known.dates.tolist())) == 5
    place, bucket = counted_place(folder, **tables)
    again = run_days(place, day(6), options)
    assert again.records == known.records
    assert bucket.count("create") == 0


def test_the_reference_may_say_nothing_of_predictions(folder):
    shutil.rmtree(folder / "data_drift_reports")
    job = job_with(folder, reference={"images": "reference/"})

    known = run_days(place_of(job), day(6))

    assert known.scales.classes == {}
    assert known.scales.predictions.keys == ()
    assert known.records[0].predictions.scores == {}
    assert known.records[0].predictions.images == 10
