"""What ``drift check`` says of the engine that a job names."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drift.run_request import RunOptions
from drift.setup.check.execution.engine import check_engine
from drift.setup.check.registry import check_job_file
from drift.setup.check.result import CheckState
from jobs.errors import ExitCode
from tests.support.dask_cluster import dask_cluster
from tests.support.day_world import job_with, place_of


def checked(folder: Path, images: int, pixels: float | None = None, **execution: object):
    place = place_of(job_with(folder, execution=execution), writes=False)
    return list(check_engine(place, images, pixels))


def test_one_machine_needs_nothing(tmp_path):
    assert checked(tmp_path, 10_000_000) == []


def test_tasks_are_told_how_many_of_them_have_something_to_do(tmp_path):
    (many,) = checked(tmp_path, 40_001, engine="tasks")
    (few,) = checked(tmp_path, 100, engine="tasks")
    (large,) = checked(tmp_path, 40_001, pixels=12e6, engine="tasks")
    (own,) = checked(tmp_path, 40_001, pixels=12e6, engine="tasks", shard_images=10_000)

    assert many.state is CheckState.OK
    assert "21 shards of at most 2,000 images, so that more than 21 tasks would wait" in many.found
    assert "no more new images than one shard has (2,000)" in few.found
    assert "more than 1 task would wait" in few.found
    assert "81 shards of at most 500 images" in large.found
    assert "5 shards of at most 10,000 images" in own.found


def test_a_cluster_that_does_not_answer_fails_the_check(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"

    (one,) = checked(tmp_path, 5_000, engine="dask", address=address)

    assert (one.state, one.exit_code) == (CheckState.FAILS, ExitCode.INPUT)
    assert address in one.found
    assert "no Dask scheduler answers there" in one.found


def test_a_cluster_without_an_address_fails_the_check(tmp_path, monkeypatch):
    monkeypatch.delenv("DASK_SCHEDULER_ADDRESS", raising=False)

    (one,) = checked(tmp_path, 5_000, engine="dask")

    assert one.state is CheckState.FAILS
    assert "DASK_SCHEDULER_ADDRESS" in one.found


@pytest.mark.slow
def test_a_cluster_is_asked_who_is_there_and_nothing_is_written(tmp_path):
    bucket = tmp_path / "bucket"
    bucket.mkdir()
    with dask_cluster(tmp_path / "cluster", workers=1) as cluster:
        address = cluster.address
        (one,) = checked(bucket, 5_000, engine="dask", address=address)
        (few,) = checked(bucket, 500, engine="dask", address=address)

    assert one.state is CheckState.OK, one.found
    assert one.found.startswith("dask: 1 worker")
    assert address in one.found
    assert "3 shards of at most 2,000 images" in one.found
    assert few.found.endswith("and measures them on its own machine")
    assert list(bucket.iterdir()) == []


def test_a_cluster_is_tried_in_a_window_without_rows_too(tmp_path, monkeypatch):
    monkeypatch.delenv("DASK_SCHEDULER_ADDRESS", raising=False)
    (tmp_path / "log.csv").write_text("timestamp,id,prediction\n2025-03-01T00:00:00Z,a,x\n")
    job_file = tmp_path / "job.toml"
    job_file.write_text(
        'name = "empty"\n[bucket]\nurl = "."\n[predictions]\npath = "log.csv"\n'
        'columns = { timestamp = "timestamp", id = "id", prediction = "prediction" }\n'
        '[images]\npath = "images/{id}.png"\n[window]\nlast = "1d"\n'
        '[reference]\nimages = "reference/"\n[execution]\nengine = "dask"\n'
    )
    until = RunOptions(until=datetime(2025, 6, 1, tzinfo=UTC))

    said = list(check_job_file(job_file, {}, until))

    assert any("the window has no rows" in one.found for one in said)
    (one,) = (one for one in said if one.thing == "execution")
    assert "DASK_SCHEDULER_ADDRESS" in one.found
