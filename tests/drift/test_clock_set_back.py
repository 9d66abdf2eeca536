"""A clock that is set back between two runs: nothing newer is hidden, nothing is counted twice."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drift.pipeline import run_job
from drift.run_request import RunOptions
from drift.workplace import open_workplace
from jobs.job_file.job import Job
from tests.support.worlds import make_world

pytestmark = pytest.mark.usefixtures("without_evidently")

NOON = datetime(2025, 3, 4, 12, tzinfo=UTC)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return make_world(tmp_path, lights=(1.0, 1.0), requests=60, references=60)


def run_at(job: Job, now: datetime) -> dict[str, object]:
    """Run the job by a clock that shows `now`; return what it published, without the clock."""
    place = dataclasses.replace(open_workplace(job), clock=lambda: now)
    found = run_job(place, RunOptions())
    report = json.loads((reports(job) / "runs" / found.run_id / "report.json").read_bytes())
    for field in ("generated_at", "timings"):
        del report[field]
    del report["profile"]["created_at"]
    assert isinstance(report, dict)
    return report


def reports(job: Job) -> Path:
    return Path(job.bucket.url) / job.reports.path / "dogs"


def latest(job: Job) -> dict[str, str]:
    window: dict[str, str] = json.loads((reports(job) / "latest.json").read_bytes())["window"]
    return window


def test_a_run_of_an_earlier_moment_is_filed_and_the_latest_stays(job: Job) -> None:
    newer = run_at(job, NOON)
    older = run_at(job, NOON - timedelta(hours=6))
    assert latest(job) == newer["window"]
    assert older["window"] != newer["window"]
    assert len(list((reports(job) / "history").iterdir())) == 2
    index = (reports(job) / "index.html").read_text(encoding="utf-8")
    assert index.index(str(newer["run_id"])) < index.index(str(older["run_id"]))


def test_the_run_after_it_is_what_it_would_have_been(job: Job, tmp_path_factory) -> None:
    undisturbed = make_world(
        tmp_path_factory.mktemp("undisturbed"), lights=(1.0, 1.0), requests=60, references=60
    )
    for hours in (0, 1):
        expected = run_at(undisturbed, NOON + timedelta(hours=hours))
    for hours in (0, -6, 1):
        found = run_at(job, NOON + timedelta(hours=hours))
    assert expected["run_id"] == found["run_id"]
    # The run of the earlier moment is one more in the history, and in nothing else.
    for report in (expected, found):
        for field in ("history", "history_digest", "trend"):
            report.pop(field, None)
    assert found == expected
    assert latest(job) == found["window"]


def test_the_same_run_repeated_by_an_earlier_clock_is_the_same_run(job: Job) -> None:
    first = run_at(job, NOON + timedelta(minutes=50))
    assert run_at(job, NOON + timedelta(minutes=10)) == first
    assert len(list((reports(job) / "history").iterdir())) == 1
    assert latest(job) == first["window"]
