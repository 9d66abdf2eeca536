import dataclasses
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from benchmarks.index_pages import simulated_rows
from jobs.buckets.bucket import BINARY, Bucket, ObjectKind
from jobs.buckets.registry import open_bucket
from jobs.errors import BucketAccessError
from reports.findings.run import RunFindings, WindowSpan
from reports.history.history import HistoryRow, history_bytes, history_name
from reports.pages.index.page import index_files
from reports.pages.links import JobLinks
from reports.publishing.index import write_index
from reports.publishing.publish import publish, rebuild_index
from reports.rollup import ROLLUP_NAME
from tests.support import findings as examples
from tests.support.gcs_server import GcsServer
from tests.support.memory_bucket import MemoryBucket

JOB = "reports/dogs"
TEMPLATE = "https://files.example/{path}"
ROWS = list(simulated_rows(200))


class WatchedBucket(MemoryBucket):
    """Remembers the names that were written, in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[str] = []

    def write(self, name: str, data: bytes, kind: ObjectKind = BINARY) -> str:
        self.written.append(name.removeprefix(f"{JOB}/"))
        return super().write(name, data, kind)


def store(bucket: Bucket, rows: list[HistoryRow]) -> None:
    for row in rows:
        bucket.write(history_name(JOB, row.run_id), history_bytes(row))


@pytest.fixture
def bucket() -> Iterator[WatchedBucket]:
    made = WatchedBucket()
    store(made, ROWS)
    write_index(made, JOB, "dogs", None)
    made.written.clear()
    made.reads.clear()
    yield made
    assert_whole(made)


def assert_whole(bucket: Bucket, rows: list[HistoryRow] | None = None) -> None:
    """The index shows every run, and every table that it names is there."""
    page = bucket.read(f"{JOB}/index.html").data.decode()
    tables = set(re.findall(r'href="index/([^"#]+)', page))
    there = {info.name.rpartition("/")[2] for info in bucket.list(f"{JOB}/index/")}
    assert tables
    assert tables <= there
    if rows is not None:
        files = index_files("dogs", rows, JobLinks(job="dogs", prefix=JOB))
        assert page.encode() == files.page
        for name, content in files.tables.items():
            assert bucket.read(f"{JOB}/index/{name}").data == content


def test_tables_are_written_before_the_index() -> None:
    bucket = WatchedBucket()
    store(bucket, ROWS)
    bucket.written.clear()

    write_index(bucket, JOB, "dogs", None)

    index = bucket.written.index("index.html")
    assert {name for name in bucket.written[:index] if name.endswith(".html")} == {
        f"index/{name}" for name in index_files("dogs", ROWS).tables
    }
    assert_whole(bucket, ROWS)


def test_an_unchanged_history_rewrites_the_index_and_nothing_else(bucket: WatchedBucket) -> None:
    write_index(bucket, JOB, "dogs", None)

    assert bucket.written == ["index.html"]


def test_it_costs_one_read_of_the_rollup_and_one_of_the_record(bucket: WatchedBucket) -> None:
    write_index(bucket, JOB, "dogs", None)

    assert dict(bucket.reads) == {
        f"{JOB}/history/{ROLLUP_NAME}": 1,
        f"{JOB}/index/written.json": 1,
    }


def test_a_backfill_writes_the_table_of_its_month_only(bucket: WatchedBucket) -> None:
    old = dataclasses.replace(ROWS[0], run_id="backfill")
    store(bucket, [old])
    bucket.written.clear()

    write_index(bucket, JOB, "dogs", None)

    month = old.window_end[:7]
    tables = [name for name in bucket.written if name.endswith(".html")]
    # Its week is one of the index; a table has links to its neighbours, not their content.
    assert tables == [f"index/{month}.html", "index.html"]
    assert_whole(bucket, [*ROWS, old])


@pytest.mark.parametrize("record", [b"", b"{", b"[]", b'{"2025-09.html": 1}', b"\xff"])
def test_a_broken_record_of_what_was_written_only_costs_writes(
    bucket: WatchedBucket, record: bytes
) -> None:
    bucket.write(f"{JOB}/index/written.json", record)

    write_index(bucket, JOB, "dogs", None)

    assert_whole(bucket, ROWS)
    bucket.written.clear()
    write_index(bucket, JOB, "dogs", None)
    assert bucket.written == ["index.html"]


def test_a_table_that_somebody_deleted_or_changed_is_written_again(bucket: WatchedBucket) -> None:
    names = [info.name for info in bucket.list(f"{JOB}/index/") if info.name.endswith(".html")]
    bucket.delete(names[0])
    bucket.write(names[1], b"something else")

    write_index(bucket, JOB, "dogs", None)

    assert_whole(bucket, ROWS)


def test_a_record_that_cannot_be_written_fails_nothing(bucket: WatchedBucket) -> None:
    bucket.delete(f"{JOB}/index/written.json")
    original = bucket.create

    def refusing(name: str, data: bytes, kind: ObjectKind = BINARY) -> str:
        if name.endswith("written.json"):
            raise BucketAccessError(name, "permission denied")
        return original(name, data, kind)

    bucket.create = refusing  # type: ignore[method-assign]

    write_index(bucket, JOB, "dogs", None)

    assert_whole(bucket, ROWS)


def test_many_writers_at_once_end_with_every_run(tmp_path: Path) -> None:
    bucket = open_bucket(str(tmp_path))
    store(bucket, ROWS[:100])

    def publish_row(row: HistoryRow) -> None:
        store(bucket, [row])
        write_index(bucket, JOB, "dogs", None)

    rows = ROWS[100:106]
    with ThreadPoolExecutor(max_workers=3) as writers:
        list(writers.map(publish_row, rows))

    assert_whole(bucket, ROWS[:106])


def run_of_day(day: int) -> RunFindings:
    end = f"2026-03-{day:02d}T12:00:00Z"
    span = WindowSpan(start="2026-03-01T00:00:00Z", end=end)
    return dataclasses.replace(examples.steady(), run_id=f"run-{day:02d}", window=span)


def test_a_publication_and_a_rebuild_use_the_jobs_template(tmp_path: Path) -> None:
    bucket = open_bucket(str(tmp_path))
    publish(bucket, JOB, run_of_day(9), {}, link_template=TEMPLATE)
    name = f"{JOB}/index.html"
    expected = b'href="https://files.example/reports/dogs/runs/run-09/report.html"'
    assert expected in bucket.read(name).data

    rebuild_index(bucket, JOB, "dogs")
    assert b'href="runs/run-09/report.html"' in bucket.read(name).data
    rebuild_index(bucket, JOB, "dogs", TEMPLATE)
    assert expected in bucket.read(name).data


def test_on_a_gcs_server_pages_that_change_are_never_served_from_a_cache(
    gcs_server: GcsServer,
) -> None:
    name = gcs_server.make_bucket()
    bucket = open_bucket(f"gs://{name}")
    store(bucket, list(simulated_rows(110, timedelta(days=1))))

    publish(bucket, JOB, run_of_day(20), {})
    publish(bucket, JOB, run_of_day(21), {})

    assert_whole(bucket)
    tables = [one for one in gcs_server.names(name) if "/index/2" in one]
    assert tables
    for changing in (f"{JOB}/latest.json", f"{JOB}/index.html", *tables):
        assert gcs_server.describe(name, changing)["cacheControl"] == "no-cache"
    assert gcs_server.describe(name, f"{JOB}/index.html")["contentType"].startswith("text/html")
    assert json.loads(gcs_server.get(name, f"{JOB}/latest.json"))["run_id"] == "run-21"
