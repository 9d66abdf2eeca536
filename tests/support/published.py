"""A small bucket with two published days, for what reads reports: made once per test process."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from drift.pipeline import run_job
from drift.run_request import RunOptions
from drift.workplace import open_workplace
from jobs.job_file.job import Job
from jobs.job_file.reading import load_job
from reports.findings.run import RunFindings
from tests.support.worlds import make_world

DAYS = (datetime(2025, 3, 4, tzinfo=UTC), datetime(2025, 3, 5, tzinfo=UTC))
JOB_FILE = """
name = "dogs"
[bucket]
url = "."
[predictions]
path = "predictions_log.csv"
columns = { prediction = "breed", confidence = "confidence" }
[images]
path = "images/{id}_{filename}"
[window]
last = "1d"
[baseline]
days = 0
[reference]
images = "reference/"
log = "validation_log.csv"
[segments]
columns = ["camera"]
"""


def publish_two_days(folder: Path) -> tuple[Job, list[RunFindings]]:
    """Write a bucket, in which the second day is dark, with its ``job.toml``; run both days.

    One image of the second day is missing and one is no image.
    """
    make_world(folder, lights=(1.0, 0.4), requests=60, references=90)
    log = pd.read_csv(folder / "predictions_log.csv", dtype="str")
    log["camera"] = ["door" if number % 2 else "roof" for number in range(len(log))]
    log.to_csv(folder / "predictions_log.csv", index=False)
    missing, broken = sorted((folder / "images").iterdir())[-2:]
    missing.unlink()
    broken.write_bytes(b"no image")
    job_file = folder / "job.toml"
    job_file.write_text(JOB_FILE, encoding="utf-8")
    job = load_job(job_file, {})
    found = [run_job(open_workplace(job), RunOptions(until=day)) for day in DAYS]
    return job, found
