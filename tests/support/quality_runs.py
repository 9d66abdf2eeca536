"""Runs of a job with labels, and what they leave in its bucket."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from drift.pipeline import run_job
from drift.run_request import RunOptions
from drift.workplace import open_workplace
from jobs.buckets.bucket import Bucket
from jobs.job_file.job import Job
from reports.findings.run import RunFindings
from tests.support.counting_bucket import CountingBucket
from tests.support.late_labels import LateWorld

REPORTS = "data_drift_reports/dogs"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\.json")


def run_until(
    job: Job,
    until: datetime,
    wrap: Callable[[Bucket], Bucket] = lambda bucket: bucket,
    *,
    writes: bool = True,
) -> RunFindings:
    """Do one run of the window that ends there, long after it."""
    place = open_workplace(job, writes=writes)
    place = replace(place, bucket=wrap(place.bucket), clock=lambda: until + timedelta(days=400))
    return run_job(place, RunOptions(until=until, dry_run=not writes))


class _KilledError(BaseException):
    """Nothing catches it."""


def is_killed_at(job: Job, until: datetime, number: int) -> bool:
    """Do a run that ends at its n-th write of the model's quality; tell whether it had so many."""
    left = [number]

    def before(method: str, name: str) -> None:
        if method in {"create", "replace"} and "/quality/" in name:
            left[0] -= 1
            if not left[0]:
                raise _KilledError

    def wrap(inner: Bucket) -> CountingBucket:
        bucket = CountingBucket(inner)
        bucket.before = before
        return bucket

    try:
        run_until(job, until, wrap)
    except _KilledError:
        return True
    return False


def quality_folder(folder: Path) -> Path:
    """Return where what labels said lies."""
    return folder / REPORTS / "quality"


def day_records(folder: Path) -> dict[str, bytes]:
    """Return the content of each day's record, by the name of its object."""
    there = sorted(quality_folder(folder).glob("*.json"))
    return {path.name: path.read_bytes() for path in there if _DATE.fullmatch(path.name)}


def right_by_day(world: LateWorld, labels: dict[str, str]) -> dict[str, tuple[int, int]]:
    """Return how many labels each day has and how many answers are right, by its record's name."""
    rows = world.rows.assign(true=world.rows["id"].map(labels)).dropna(subset=["true"])
    dates = rows["timestamp"].dt.strftime("%Y-%m-%d.json")
    right = rows["true"] == rows["breed"]
    return {
        str(date): (len(part), int(right[part.index].sum())) for date, part in rows.groupby(dates)
    }
