"""The page over all jobs as runs write it, one after the other or at the same moment."""

import itertools
import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from jobs.buckets.bucket import BINARY
from jobs.buckets.registry import open_bucket
from jobs.errors import BucketAccessError
from reports.findings.answers import Verdict
from reports.history.history import history_row, sort_rows
from reports.history.job_state import parse_state
from reports.json_report.report import report_json
from reports.publishing.job_states import read_jobs, save_state
from reports.publishing.jobs_index import tell_jobs_index
from tests.support.counting_bucket import CountingBucket
from tests.support.job_states import NIGHTLY, rows_of, run_of
from tests.support.memory_bucket import MemoryBucket

PATH = "reports"
INDEX = f"{PATH}/index.html"


def tell(bucket, job, verdicts="sssss"):
    """Do what the follow-up of a job's newest run does."""
    rows = rows_of(job, verdicts)
    run = run_of(job, len(verdicts) - 1, rows[-1].verdict)
    tell_jobs_index(bucket, PATH, run, rows, NIGHTLY)


def shown(bucket):
    page = bucket.read(INDEX).data.decode()
    return re.findall(r'<th scope="row"[^>]*><bdi><a href="([^"/]*)/', page)


def state_of(bucket, job):
    return parse_state(bucket.read(f"{PATH}/{job}/state.json").data)


def test_each_run_brings_its_job_to_the_page_and_leaves_the_others():
    bucket = MemoryBucket()
    tell(bucket, "cats")
    tell(bucket, "dogs", "ssssd")
    assert shown(bucket) == ["dogs", "cats"]


def test_the_same_run_again_writes_nothing():
    bucket = MemoryBucket()
    tell(bucket, "cats")
    before = dict(bucket.objects)
    tell(bucket, "cats")
    assert bucket.objects == before


def test_jobs_that_publish_at_the_same_moment_are_all_on_the_page(tmp_path):
    bucket = open_bucket(str(tmp_path))
    names = [f"job-{number}" for number in range(12)]
    with ThreadPoolExecutor(12) as writers:
        list(writers.map(lambda name: tell(bucket, name), names))
    assert sorted(shown(bucket)) == sorted(names)


def test_other_jobs_that_are_faster_at_any_two_moments_are_never_lost():
    """Before two calls, for every two of them, other jobs publish; at the end all are there."""
    for moments in itertools.combinations(range(1, 10), 2):
        inner = MemoryBucket()
        bucket = CountingBucket(inner)
        due = dict(zip(moments, ("dogs", "birds"), strict=True))

        def step_in(_, __, inner=inner, bucket=bucket, due=due):
            job = due.pop(sum(bucket.calls.values()), None)
            if job is not None:
                tell(inner, job, "ssssd")

        bucket.before = step_in
        tell(bucket, "cats")
        expected = {"cats", "dogs", "birds"} - set(due.values())
        assert set(shown(inner)) == expected, moments


def test_killed_between_any_two_writes_the_next_run_of_any_job_makes_it_good():
    for allowed in range(2):
        inner = MemoryBucket()
        tell(inner, "dogs")
        bucket = CountingBucket(inner)

        def dead(method, name, bucket=bucket, allowed=allowed):
            if bucket.count("create") + bucket.count("replace") > allowed:
                raise BucketAccessError(name, "the process is dead")

        bucket.before = dead
        with pytest.raises(BucketAccessError):
            tell(bucket, "cats", "ssssd")
        assert shown(inner) == ["dogs"]

        tell(inner, "dogs", "ssssss")
        assert shown(inner) == (["cats", "dogs"] if allowed else ["dogs"])
        tell(inner, "cats", "ssssd")
        assert shown(inner) == ["cats", "dogs"]


@pytest.mark.parametrize("data", [b"", b"<h1>Our reports</h1>", b"<html>" * 1000])
def test_a_page_that_somebody_else_put_there_is_left(data, caplog):
    bucket = MemoryBucket()
    bucket.write(INDEX, data)
    with caplog.at_level("INFO"):
        tell(bucket, "cats")
    assert bucket.read(INDEX).data == data
    assert "is left as it is" in caplog.text
    assert state_of(bucket, "cats").runs == 5


def test_a_job_of_an_older_version_is_on_the_page_by_its_newest_report():
    bucket = MemoryBucket()
    bucket.write(f"{PATH}/dogs/latest.json", report_json(run_of("dogs", 3, Verdict.DRIFT)))
    tell(bucket, "cats")
    assert shown(bucket) == ["dogs", "cats"]
    assert "first run" not in bucket.read(INDEX).data.decode()


def test_a_damaged_state_is_named_and_hides_no_other_job():
    bucket = MemoryBucket()
    bucket.write(f"{PATH}/dogs/state.json", b"{")
    tell(bucket, "cats")
    page = bucket.read(INDEX).data.decode()
    assert "reports/dogs/state.json" in page
    assert shown(bucket) == ["cats"]


def test_folders_that_are_no_jobs_are_passed_over():
    bucket = MemoryBucket()
    for name in ("features/x/part.parquet", "views/v/part", "Old Reports/state.json", "notes.txt"):
        bucket.write(f"{PATH}/{name}", b"{}")
    bucket.write(f"{PATH}/new/lock", b"{}")
    bucket.write(f"{PATH}/deeper/dogs/state.json", b"{}")
    tell(bucket, "cats")
    assert [one.name for one in read_jobs(bucket, PATH)] == ["cats"]


def test_a_backfill_moves_neither_the_newest_run_nor_when_it_was_made():
    bucket = MemoryBucket()
    tell(bucket, "cats", "-s-s")
    before = state_of(bucket, "cats")
    backfill = run_of("cats", 0, Verdict.DRIFT, generated_at="2031-01-01T00:00:00Z")
    rows = sort_rows([*rows_of("cats", "-s-s"), history_row(backfill)])

    save_state(bucket, f"{PATH}/cats", backfill, rows, NIGHTLY)

    after = state_of(bucket, "cats")
    assert (after.run_id, after.made) == (before.run_id, before.made)
    assert (before.runs, after.runs) == (2, 3)


def test_a_run_that_does_not_know_of_a_newer_one_changes_nothing():
    bucket = MemoryBucket()
    tell(bucket, "cats", "sssss")
    before = bucket.objects[f"{PATH}/cats/state.json"]
    tell(bucket, "cats", "ss")
    assert bucket.objects[f"{PATH}/cats/state.json"] == before


@pytest.mark.parametrize("latest", [None, b"{", "same", "other"])
def test_a_backfill_into_a_bucket_of_an_older_version_knows_the_newest_run_by_its_report(latest):
    bucket = MemoryBucket()
    newest = run_of("cats", 4)
    other = run_of("cats", 3) if latest == "other" else newest
    if latest is not None:
        data = report_json(other) if isinstance(latest, str) else latest
        bucket.write(f"{PATH}/cats/latest.json", data)
    backfill = run_of("cats", 0)
    rows = sort_rows([history_row(newest), history_row(backfill)])

    save_state(bucket, f"{PATH}/cats", backfill, rows, NIGHTLY)

    made = newest.generated_at if latest == "same" else ""
    assert state_of(bucket, "cats").made == made
    assert bool(state_of(bucket, "cats").late_after) == (latest == "same")


def test_it_costs_one_small_read_a_job():
    bucket = MemoryBucket()
    for number in range(20):
        tell(bucket, f"job-{number}")
    bucket.reads.clear()
    tell(bucket, "job-7", "ssssss")
    reads = dict(bucket.reads)
    assert reads.pop(INDEX) == 1
    assert set(reads.values()) == {1}
    assert len(reads) == 20
    size = len(bucket.objects[f"{PATH}/job-7/state.json"].data)
    assert size < 4_000


def test_pages_and_states_are_never_served_from_a_cache():
    kinds = {}
    bucket = MemoryBucket()
    write = bucket.write

    def noting(name, data, kind=BINARY):
        kinds[name] = kind
        return write(name, data, kind)

    bucket.write = noting
    tell(bucket, "cats")
    assert {kind.cache_control for kind in kinds.values()} == {"no-cache"}
    assert json.loads(bucket.read(f"{PATH}/cats/state.json").data)["format"] == 1
