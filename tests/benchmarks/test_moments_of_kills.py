"""Kills of the trials on many machines: at the moment that was drawn, and never of nobody."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.many_machines_parts.faults import published
from benchmarks.many_machines_parts.moments import Course, Hit, Moment, kill_at
from benchmarks.many_machines_parts.noting import begun

COURSE = Course(images=1_000, again=0, before_s=3.0, after_s=2.0)
LINE = "0" * 32 + "\n"


@pytest.fixture
def sleepers() -> Iterator[list[subprocess.Popen[bytes]]]:
    started = [
        subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)"])
        for _ in range(2)
    ]
    yield started
    for one in started:
        one.kill()
        one.wait()


def test_moments_lie_in_their_stage():
    draws = random.Random(0)
    work = [Moment.drawn(draws, COURSE, "work") for _ in range(200)]
    before = [Moment.drawn(draws, COURSE, "before") for _ in range(50)]
    after = [Moment.drawn(draws, COURSE, "after") for _ in range(50)]

    assert min(one.begun for one in work) < 100
    assert max(one.begun for one in work) < 1_000
    assert {one.begun for one in before} == {0}
    assert {one.begun for one in after} == {1_000}
    assert max(one.seconds for one in before) <= 3.0


def test_a_kill_is_within_the_work_where_images_were_begun_and_others_were_not():
    assert Hit(begun=500, by_victim=0).is_within(COURSE)
    assert not Hit(begun=0, by_victim=0).is_within(COURSE)
    assert not Hit(begun=1_000, by_victim=500).is_within(COURSE)


def test_a_process_is_killed_once_so_many_images_were_begun(tmp_path: Path, sleepers):
    victim, other = sleepers
    notes = tmp_path / f"{victim.pid}.txt"
    notes.write_text(LINE * 3)
    writer = threading.Timer(0.2, lambda: notes.write_text(LINE * 12))
    writer.start()
    started = time.monotonic()

    found = kill_at(Moment(begun=10, seconds=0.0), [victim, other], tmp_path)

    assert found == (Hit(begun=12, by_victim=12), victim)
    assert time.monotonic() - started > 0.1
    assert victim.returncode == -9
    assert other.poll() is None


def test_who_has_ended_is_not_killed_but_the_next_one(tmp_path: Path, sleepers):
    first, second = sleepers
    first.kill()
    first.wait()

    found = kill_at(Moment(begun=0, seconds=0.0), [first, second], tmp_path)

    assert found is not None
    assert found[1] is second


def test_nobody_is_killed_once_the_run_has_ended(tmp_path: Path, sleepers):
    worker, run = sleepers
    run.kill()
    run.wait()

    assert kill_at(Moment(begun=0, seconds=0.0), [worker], tmp_path, run) is None
    assert kill_at(Moment(begun=5, seconds=0.0), [run], tmp_path) is None
    assert worker.poll() is None


def test_a_line_that_is_not_whole_does_not_count(tmp_path: Path):
    (tmp_path / "7.txt").write_text(LINE * 2 + LINE[:10])
    (tmp_path / "8.txt").write_text(LINE)

    assert begun(tmp_path) == 3
    assert begun(tmp_path, 7) == 2
    assert begun(tmp_path, 9) == 0


def test_what_a_run_keeps_for_the_next_one_is_not_published(tmp_path: Path):
    reports = tmp_path / "bucket" / "data_drift_reports"
    kept = ["features/f-1/part-1.parquet", "million/profiles/pinned.json", "million/lock"]
    for name in [*kept, "million/latest.json"]:
        (reports / name).parent.mkdir(parents=True, exist_ok=True)
        (reports / name).write_text("{}")

    assert published(tmp_path) == ["million/latest.json"]
