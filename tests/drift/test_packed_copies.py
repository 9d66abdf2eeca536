"""Runs over many small objects with packed copies and without: requests, bytes, faults."""

from __future__ import annotations

import logging
import os
import shutil
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from unittest import mock

import pytest

from benchmarks.clock_fields import without_clock
from drift.evidently import report
from drift.pipeline import run_job
from drift.pruning.keep import Keep
from drift.pruning.plan import Kind
from drift.pruning.survey import survey
from drift.run_request import RunOptions
from drift.workplace import Workplace, open_workplace
from jobs.buckets.bucket import Bucket
from jobs.buckets.registry import open_bucket
from jobs.errors import BucketAccessError
from jobs.job_file.job import Job
from tests.support.counting_bucket import CountingBucket
from tests.support.small_objects import SECOND_FOLDER, SmallObjectWorld, put

WORLD = SmallObjectWorld()
COPIES = "data_drift_reports/dogs/copies/"
LAST = 6
LABELLED = 4
_NO_PAGE = report.EvidentlyFiles(html=b"<!doctype html></html>", json=b"{}")


class Requests(Counter[str]):
    """Requests of one run, by method and what is asked for."""


def place_of(job: Job, until: datetime, *, writes: bool = True) -> tuple[Workplace, CountingBucket]:
    place = open_workplace(job, writes=writes)
    bucket = CountingBucket(place.bucket)
    clock = until + timedelta(days=100)
    return replace(place, bucket=bucket, clock=lambda: clock), bucket


def finish(place: Workplace, bucket: CountingBucket, until: datetime) -> Requests:
    with mock.patch.object(report, "render", return_value=_NO_PAGE):
        run_job(place, RunOptions(until=until, dry_run=not place.writes))
    found = Requests()
    for (method, name), number in bucket.calls.items():
        kind = "copies" if name.startswith(COPIES) else name.partition("/")[0]
        found[f"{method} {kind}"] += number
    return found


def run(job: Job, day: int = LAST, *, writes: bool = True) -> Requests:
    until = WORLD.end_of(day)
    return finish(*place_of(job, until, writes=writes), until)


def fill(bucket: Bucket, world: SmallObjectWorld = WORLD) -> None:
    for day in range(LAST + 1):
        put(bucket, world.results(day))
    for day in range(LABELLED):
        put(bucket, world.labels(day))


def without_copies(job: Job) -> Job:
    return job.model_copy(update={"reports": job.reports.model_copy(update={"copies": False})})


def reports_of(url: str) -> dict[str, bytes]:
    """Return what runs left, but for clocks and what names versions of objects."""
    bucket = open_bucket(url)
    names = [info.name for info in bucket.list("data_drift_reports/")]
    kept = [name for name in names if not name.startswith(COPIES) and not name.endswith(".gz")]
    return {
        name: without_clock(name, bucket.read(name).data).replace(url.encode(), b"URL")
        for name in kept
    }


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small") / "bucket"
    folder.mkdir()
    fill(open_bucket(str(folder)))
    return folder


@pytest.fixture(scope="module")
def after_first(start: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Requests]:
    folder = tmp_path_factory.mktemp("first") / "bucket"
    shutil.copytree(start, folder)
    return folder, run(WORLD.job(str(folder)))


@pytest.fixture
def folder(after_first: tuple[Path, Requests], tmp_path: Path) -> Path:
    copy = tmp_path / "bucket"
    # Links keep the versions that packs name.
    shutil.copytree(after_first[0], copy, copy_function=os.link)
    # What is remembered of labels is for the folder's own URL.
    run(WORLD.job(str(copy)))
    return copy


def test_the_first_run_reads_each_object_once(after_first):
    first = after_first[1]
    assert first["read results"] == 7 * WORLD.per_day
    assert first["read annotations"] == LABELLED * WORLD.per_day
    assert first["create copies"] == 7 + LABELLED


def test_the_next_day_reads_that_days_objects_only(folder):
    put(open_bucket(str(folder)), WORLD.results(LAST + 1))
    found = run(WORLD.job(str(folder)), LAST + 1)
    assert found["read results"] == WORLD.per_day
    assert found["read annotations"] == 0
    assert found["create copies"] == 1
    assert found["read copies"] <= 3


def test_a_repeated_run_reads_no_object_and_writes_no_pack(folder):
    found = run(WORLD.job(str(folder)))
    assert found["read results"] == found["read annotations"] == 0
    assert found["create copies"] == found["replace copies"] == found["delete copies"] == 0


def test_new_labels_cost_their_own_objects_and_a_pack_a_day(folder):
    put(open_bucket(str(folder)), WORLD.labels(LABELLED))
    found = run(WORLD.job(str(folder)))
    assert found["read annotations"] == WORLD.per_day
    assert found["read results"] == 0
    assert found["read copies"] <= 7 + LABELLED


def test_runs_with_copies_leave_the_same_bytes_as_runs_without(start, tmp_path):
    left = []
    for kind in ("with", "without"):
        copy = tmp_path / kind / "bucket"
        shutil.copytree(start, copy)
        job = WORLD.job(str(copy))
        job = job if kind == "with" else without_copies(job)
        run(job)
        put(open_bucket(str(copy)), {**WORLD.results(LAST + 1), **WORLD.labels(LABELLED)})
        run(job, LAST + 1)
        left.append(reports_of(str(copy)))
    assert left[0].keys() == left[1].keys()
    assert [name for name in left[0] if left[0][name] != left[1][name]] == []


def test_a_changed_object_is_read_anew_and_a_deleted_one_leaves_its_pack(folder):
    bucket = open_bucket(str(folder))
    changed, deleted, *_ = WORLD.labels(1)
    bucket.write(changed, b'{"label": "collie", "annotator": "another"}')
    bucket.delete(deleted)
    job = WORLD.job(str(folder))
    found = run(job)
    assert found["read annotations"] == 1
    place, _ = place_of(job, WORLD.end_of(LAST))
    copies = place.copies
    packs = [copies.entries(info.name) for info in bucket.list(COPIES)]
    known = {name: one.data for entries in packs for name, one in entries.items()}
    assert deleted not in known
    assert b"another" in known[changed]


@pytest.mark.parametrize("damage", [b"", b"foreign", None])
def test_damaged_packs_are_passed_over_with_a_warning(folder, damage, caplog):
    bucket = open_bucket(str(folder))
    for info in list(bucket.list(COPIES)):
        data = bucket.read(info.name).data
        bucket.write(info.name, data[: len(data) // 2] if damage is None else damage)
    before = reports_of(str(folder))
    with caplog.at_level(logging.WARNING):
        found = run(WORLD.job(str(folder)))
    assert found["read results"] > 0
    assert reports_of(str(folder)) == before
    assert "read one by one" in caplog.text


def test_copies_may_be_deleted_at_any_time(folder):
    shutil.rmtree(folder / COPIES)
    before = reports_of(str(folder))
    run(WORLD.job(str(folder)))
    assert reports_of(str(folder)) == before


def test_a_run_that_writes_nothing_reads_copies_and_writes_none(folder, start, tmp_path):
    assert run(WORLD.job(str(folder)), writes=False)["read results"] == 0
    fresh = tmp_path / "fresh"
    shutil.copytree(start, fresh)
    run(WORLD.job(str(fresh)), writes=False)
    assert not (fresh / "data_drift_reports").exists()


def test_a_job_without_copies_has_none(start, tmp_path):
    copy = tmp_path / "bucket"
    shutil.copytree(start, copy)
    found = run(without_copies(WORLD.job(str(copy))))
    assert not (copy / COPIES).exists()
    assert found["read results"] > 2 * 7 * WORLD.per_day


def test_labels_of_another_bucket_are_not_copied(start, tmp_path):
    copy, other = tmp_path / "bucket", tmp_path / "other"
    shutil.copytree(start, copy)
    other.mkdir()
    shutil.move(copy / "annotations", other / "annotations")
    columns = {"id": "{name:stem}", "label": "label"}
    labels = {
        "path": f"{other.as_uri()}/annotations/*/*.json",
        "allowed_prefixes": [f"{other.as_uri()}/"],
        "columns": columns,
    }
    found = run(WORLD.job(str(copy), labels=labels))
    assert found["create copies"] == 7


def test_few_objects_a_day_are_not_packed(tmp_path):
    few = SmallObjectWorld(per_day=40)
    fill(open_bucket(str(tmp_path)), few)
    run(few.job(str(tmp_path)))
    assert not (tmp_path / COPIES).exists()


def test_a_folder_a_second_is_packed_by_day_too(tmp_path):
    seconds = SmallObjectWorld(folder=SECOND_FOLDER)
    bucket = open_bucket(str(tmp_path))
    fill(bucket, seconds)
    job = seconds.job(str(tmp_path))
    assert run(job)["read results"] == 7 * WORLD.per_day
    put(bucket, seconds.results(LAST + 1))
    assert run(job, LAST + 1)["read results"] == WORLD.per_day


def test_packs_of_days_that_nobody_needs_are_deleted(folder):
    old = f"{COPIES}0123456789ab-2024-12-01.pack"
    foreign = f"{COPIES}notes.txt"
    for name in (old, foreign):
        open_bucket(str(folder)).write(name, b"")
    run(WORLD.job(str(folder)))
    names = {info.name for info in open_bucket(str(folder)).list(COPIES)}
    assert old not in names
    assert foreign in names


def test_pruning_deletes_old_packs_and_all_where_none_are_wanted(folder):
    old = f"{COPIES}0123456789ab-2024-12-01.pack"
    open_bucket(str(folder)).write(old, b"")
    job = WORLD.job(str(folder))
    for asked, expected in ((job, 1), (without_copies(job), 1 + 7 + LABELLED)):
        place, _ = place_of(asked, WORLD.end_of(LAST))
        plan = survey(place, Keep(runs=5)).plan
        assert len([one for one in plan.removals if one.kind is Kind.COPIES]) == expected
        assert plan.unknown == ()


def test_where_packs_cannot_be_written_the_run_is_published(start, tmp_path, caplog):
    copy = tmp_path / "bucket"
    shutil.copytree(start, copy)
    until = WORLD.end_of(LAST)
    place, bucket = place_of(WORLD.job(str(copy)), until)

    def refuse(method: str, name: str) -> None:
        if name.startswith(COPIES) and method in {"create", "list"}:
            raise BucketAccessError(name, "it is refused.")

    bucket.before = refuse
    with caplog.at_level(logging.WARNING):
        finish(place, bucket, until)
    assert (copy / "data_drift_reports/dogs/latest.json").exists()
    assert "Small objects are read one by one" in caplog.text


def test_another_runs_pack_that_comes_in_between_is_left(start, tmp_path):
    copy = tmp_path / "bucket"
    shutil.copytree(start, copy)
    until = WORLD.end_of(LAST)
    place, bucket = place_of(WORLD.job(str(copy)), until)
    written: list[str] = []

    def step_in(method: str, name: str) -> None:
        if method == "create" and name.startswith(COPIES) and not written:
            written.append(name)
            bucket.inner.create(name, b"another run's")

    bucket.before = step_in
    finish(place, bucket, until)
    assert bucket.inner.read(written[0]).data == b"another run's"


def test_on_gcs(gcs_server):
    check_on_server(f"gs://{gcs_server.make_bucket()}/small")


def test_on_s3(s3_server):
    check_on_server(f"s3://{s3_server.make_bucket()}/small")


def check_on_server(url: str) -> None:
    bucket = open_bucket(url)
    fill(bucket)
    job = WORLD.job(url)
    assert run(job)["read results"] == 7 * WORLD.per_day
    put(bucket, {**WORLD.results(LAST + 1), **WORLD.labels(LABELLED)})
    found = run(job, LAST + 1)
    assert found["read results"] == found["read annotations"] == WORLD.per_day
