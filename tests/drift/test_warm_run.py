"""What a run asks of its bucket when nothing is new but the window's end."""

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drift.pipeline import run_job
from drift.run_request import RunOptions
from drift.workplace import Workplace
from jobs.buckets.bucket import Bucket
from jobs.buckets.registry import open_bucket
from jobs.job_file.job import Job
from reports.findings.answers import Verdict
from tests.support.watched_bucket import Calls, WatchedBucket
from tests.support.worlds import job_of, make_world

UNTIL = datetime(2025, 3, 5, tzinfo=UTC)
REPORTS = "data_drift_reports/dogs"
OWN_FILES = ["affected.csv", "evidently.html", "evidently.json", "report.html", "report.json"]


def run(job: Job, bucket: Bucket, until: datetime) -> Verdict:
    place = Workplace(
        job=job,
        bucket=bucket,
        open_bucket={bucket.url: bucket}.__getitem__,
        clock=lambda: datetime.now(UTC),
        progress=None,
        writes=True,
    )
    return run_job(place, RunOptions(until=until)).verdict


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Calls:
    """All calls of the second run over a dark day, whose images stand out and are shown."""
    folder: Path = tmp_path_factory.mktemp("warm")
    make_world(folder, lights=(1.0, 0.55), requests=60, references=90)
    job = job_of(folder)
    store = open_bucket(str(folder))
    run(job, store, UNTIL)
    calls = Calls()
    slow = WatchedBucket(store, calls, latency_s=0.03)
    assert run(job, slow, UNTIL + timedelta(minutes=1)) is Verdict.DRIFT
    return calls


def test_nothing_but_the_jobs_own_folders_is_ever_listed(warm: Calls):
    """A bucket holds millions of images: listing them takes longer than the run."""
    folders = {prefix.rsplit("/fs-")[0] for prefix in warm.of("list")}
    (own,) = (folder for folder in folders if folder.startswith(f"{REPORTS}/runs/"))
    assert own.count("/") == REPORTS.count("/") + 3
    # Of all reports one level alone, for the page over all jobs.
    jobs = "data_drift_reports/"
    assert folders == {f"{REPORTS}/history/", "data_drift_reports/features", jobs, own}


def test_images_are_read_for_the_page_only(warm: Calls):
    shown = [name for name in warm.of("read", "info") if not name.startswith("data_drift_reports/")]
    log, *images = sorted(shown, key=lambda name: name != "predictions_log.csv")
    assert log == "predictions_log.csv"
    assert len([name for name in images if name.startswith("images/")]) <= 24
    assert len([name for name in images if name.startswith("reference/")]) <= 8


def test_no_object_is_read_twice(warm: Calls):
    reads = warm.of("read")
    assert len(reads) == len(set(reads))


def test_most_requests_do_not_wait_for_each_other(warm: Calls):
    """One by one they were 58, which is a minute where a request takes a second."""
    assert len(warm.all) > 40
    assert warm.in_a_row() <= 26


def test_a_reader_never_sees_half_of_it(warm: Calls):
    """The run's own files at once and report.json last of them, then one object after another.

    First of these the page of the run before, which then leads to this one.
    """
    writes = [call for call in warm.all if call.kind == "write" and "/lock" not in call.name]
    written = sorted(writes, key=lambda call: (call.start, call.name))
    places = [call.name.removeprefix(f"{REPORTS}/").partition("/")[0] for call in written]
    of_all_jobs = ["state.json", "data_drift_reports"]
    assert places == ["runs"] * 6 + ["history", "latest.json", "index.html", *of_all_jobs]
    assert sorted(call.name.rpartition("/")[2] for call in written[:4]) == OWN_FILES[:4]
    assert written[4].start >= max(call.end for call in written[:4])
    for before, after in itertools.pairwise(written[4:]):
        assert after.start >= before.end, (before, after)
