import dataclasses
import itertools
import json
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jobs.buckets.bucket import (
    BINARY,
    HTML,
    JSON,
    Bucket,
    ObjectInfo,
    ObjectKind,
    StoredObject,
)
from jobs.buckets.registry import open_bucket
from jobs.errors import ExitCode, LockedError, PublishError
from reports.findings.run import RunFindings, WindowSpan
from reports.json_report.report import report_json
from reports.publishing.publish import publish
from tests.support import findings as examples

JOB = "data_drift_reports/dogs"
FILES = {
    "report.html": (b"<p>page", HTML),
    "evidently.html": (b"<p>evidently", HTML),
    "evidently.json": (b"{}", JSON),
}


@pytest.fixture
def bucket(tmp_path: Path) -> Bucket:
    return open_bucket(str(tmp_path))


def run_of_day(day: int, run_id: str | None = None) -> RunFindings:
    end = f"2025-03-{day:02d}T00:00:00Z"
    span = WindowSpan(start="2025-02-01T00:00:00Z", end=end)
    return dataclasses.replace(examples.steady(), run_id=run_id or f"run-{day:02d}", window=span)


def names(bucket: Bucket) -> list[str]:
    return [info.name.removeprefix(f"{JOB}/") for info in bucket.list(f"{JOB}/")]


def read(bucket: Bucket, name: str) -> bytes:
    return bucket.read(f"{JOB}/{name}").data


def latest_end(bucket: Bucket) -> str:
    return str(json.loads(read(bucket, "latest.json"))["window"]["end"])


def test_everything_is_where_it_is_documented(bucket: Bucket) -> None:
    run = run_of_day(9)

    published = publish(bucket, JOB, run, FILES)

    assert names(bucket) == [
        "history/run-09.json",
        "index.html",
        "latest.json",
        "runs/run-09/evidently.html",
        "runs/run-09/evidently.json",
        "runs/run-09/report.html",
        "runs/run-09/report.json",
    ]
    assert read(bucket, "runs/run-09/report.json") == report_json(run)
    assert read(bucket, "latest.json") == report_json(run)
    assert b'href="runs/run-09/report.html"' in read(bucket, "index.html")
    assert published.is_latest
    assert published.report_url == bucket.url_of(f"{JOB}/runs/run-09/report.html")


def test_a_publication_that_ends_early_shows_no_half_run(bucket: Bucket) -> None:
    """Stopped before each step in turn, readers of the later objects see nothing of the run."""
    steps = [
        "runs/run-09/report.html",
        "runs/run-09/report.json",
        "history/run-09.json",
        "latest.json",
        "index.html",
    ]
    for allowed, absent in enumerate(steps):
        seen: list[int] = []

        def lock_lost(limit: int = allowed, seen: list[int] = seen) -> None:
            seen.append(1)
            if len(seen) > limit:
                raise LockedError("the lock was lost")

        with pytest.raises(LockedError):
            publish(bucket, JOB, run_of_day(9), FILES, still_allowed=lock_lost)

        assert absent not in names(bucket)


class TakenOver(Bucket):
    """A bucket in which, just before one of the writes, another run publishes the same window."""

    def __init__(self, bucket: Bucket, at_write: int, take_over: Callable[[], None]) -> None:
        super().__init__(bucket.url)
        self._bucket, self._at_write, self._take_over = bucket, at_write, take_over
        self._lock = threading.Lock()
        self.writes = 0

    def _before_write(self) -> None:
        """Called while no other write is on its way: the successor finds whole files."""
        if self.writes == self._at_write:
            self._take_over()
        self.writes += 1

    def create(self, name: str, data: bytes, kind: ObjectKind = BINARY) -> str:
        with self._lock:
            self._before_write()
            return self._bucket.create(name, data, kind)

    def replace(self, name: str, data: bytes, version: str, kind: ObjectKind = BINARY) -> str:
        with self._lock:
            self._before_write()
            return self._bucket.replace(name, data, version, kind)

    def write(self, name: str, data: bytes, kind: ObjectKind = BINARY) -> str:
        with self._lock:
            self._before_write()
            return self._bucket.write(name, data, kind)

    def read(self, name: str, most_bytes: int | None = None) -> StoredObject:
        return self._bucket.read(name, most_bytes)

    def info(self, name: str) -> ObjectInfo:
        return self._bucket.info(name)

    def local_copy(self, name: str, folder: Path) -> Path:
        return self._bucket.local_copy(name, folder)

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        return self._bucket.list(prefix)

    def delete(self, name: str) -> None:
        self._bucket.delete(name)


@pytest.mark.parametrize("is_repeated", [False, True])
@pytest.mark.parametrize("at_write", range(7))
def test_a_run_that_was_suspended_right_before_a_write_overwrites_nothing_of_its_successor(
    bucket: Bucket, at_write: int, is_repeated: bool
) -> None:
    if is_repeated:
        publish(bucket, JOB, run_of_day(9), FILES)
    lost: list[bool] = []
    published: dict[str, bytes] = {}

    def take_over() -> None:
        lost.append(True)
        successor = dataclasses.replace(run_of_day(9), summary="The successor's.")
        files = {name: (b"successor " + data, kind) for name, (data, kind) in FILES.items()}
        publish(bucket, JOB, successor, files)
        published.update({name: read(bucket, name) for name in names(bucket)})

    def still_allowed() -> None:
        if lost:
            raise LockedError("the lock was lost")

    suspended = TakenOver(bucket, at_write, take_over)
    with pytest.raises((LockedError, PublishError)):
        publish(suspended, JOB, run_of_day(9), FILES, still_allowed=still_allowed)

    assert {name: read(bucket, name) for name in names(bucket)} == published


def test_the_report_is_the_last_of_the_runs_files(bucket: Bucket, tmp_path: Path) -> None:
    blocked = tmp_path / JOB / "runs/run-09/report.html"
    blocked.mkdir(parents=True)
    (blocked / "in the way").touch()

    with pytest.raises(PublishError):
        publish(bucket, JOB, run_of_day(9), FILES)

    assert "runs/run-09/report.json" not in names(bucket)
    assert "latest.json" not in names(bucket)


def test_a_repeated_run_writes_the_same_bytes(bucket: Bucket) -> None:
    publish(bucket, JOB, run_of_day(8), FILES)
    publish(bucket, JOB, run_of_day(9), FILES)
    before = {name: read(bucket, name) for name in names(bucket)}

    publish(bucket, JOB, run_of_day(9), FILES)

    assert {name: read(bucket, name) for name in names(bucket)} == before


def test_a_backfill_of_an_older_window_does_not_move_the_latest(bucket: Bucket) -> None:
    publish(bucket, JOB, run_of_day(9), FILES)

    published = publish(bucket, JOB, run_of_day(4), FILES)

    assert not published.is_latest
    assert latest_end(bucket) == "2025-03-09T00:00:00Z"
    index = read(bucket, "index.html").decode()
    assert index.index("runs/run-09/report.html") < index.rindex("runs/run-04/report.html")


def test_a_newer_window_moves_the_latest(bucket: Bucket) -> None:
    publish(bucket, JOB, run_of_day(4), FILES)

    assert publish(bucket, JOB, run_of_day(9), FILES).is_latest
    assert latest_end(bucket) == "2025-03-09T00:00:00Z"


def test_fractions_of_a_second_count_as_later(bucket: Bucket) -> None:
    late = dataclasses.replace(
        run_of_day(9, "late"),
        window=WindowSpan(start="2025-02-01T00:00:00Z", end="2025-03-09T00:00:00.500000Z"),
    )
    publish(bucket, JOB, late, FILES)

    assert not publish(bucket, JOB, run_of_day(9), FILES).is_latest


def test_many_runs_at_once_end_with_the_newest_and_a_complete_index(bucket: Bucket) -> None:
    runs = [run_of_day(day) for day in (3, 9, 1, 7, 5, 2, 8, 6, 4)]

    with ThreadPoolExecutor(max_workers=4) as writers:
        list(writers.map(lambda run: publish(bucket, JOB, run, FILES), runs))

    assert latest_end(bucket) == "2025-03-09T00:00:00Z"
    index = read(bucket, "index.html").decode()
    assert all(f'href="runs/{run.run_id}/report.html"' in index for run in runs)


@pytest.mark.parametrize("broken", [b"", b"{", b"[]", b'{"window": 3}', b'{"window": {"end": 1}}'])
def test_a_broken_latest_is_named_and_replaced(
    broken: bytes, bucket: Bucket, caplog: pytest.LogCaptureFixture
) -> None:
    bucket.write(f"{JOB}/latest.json", broken)

    with caplog.at_level(logging.WARNING):
        assert publish(bucket, JOB, run_of_day(9), FILES).is_latest

    assert "latest.json" in caplog.text
    assert latest_end(bucket) == "2025-03-09T00:00:00Z"


def test_the_check_is_called_before_each_step(bucket: Bucket) -> None:
    calls: list[list[str]] = []

    publish(bucket, JOB, run_of_day(9), FILES, still_allowed=lambda: calls.append(names(bucket)))

    added = [set(after) - set(before) for before, after in itertools.pairwise(calls)]
    own = {f"runs/run-09/{name}" for name in FILES}
    assert added == [own, {"runs/run-09/report.json"}, {"history/run-09.json"}, {"latest.json"}]


def test_a_failure_names_the_object_and_has_its_own_exit_code(bucket: Bucket) -> None:
    files = {"../outside.html": (b"", ObjectKind())}

    with pytest.raises(PublishError, match=r"outside\.html") as caught:
        publish(bucket, JOB, run_of_day(9), files)

    assert caught.value.exit_code is ExitCode.PUBLISH


def test_a_row_of_another_run_that_appears_meanwhile_is_in_the_index(bucket: Bucket) -> None:
    """The history is looked at before the run's own files are there: later rows count, too."""
    others = [run_of_day(4)]

    def another_writer() -> None:
        while others:
            publish(bucket, JOB, others.pop(), {})

    publish(bucket, JOB, run_of_day(9), FILES, still_allowed=another_writer)

    page = read(bucket, "index.html")
    assert b'href="runs/run-04/report.html"' in page
    assert b'href="runs/run-09/report.html"' in page
    assert latest_end(bucket) == "2025-03-09T00:00:00Z"
