"""A run that hands its images to others finds what a run on one machine finds."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from drift.pipeline import run_job
from drift.run_request import RunOptions
from drift.workplace import open_workplace
from jobs.job_file.job import Job
from tests.support.engine_here import EngineHere, engine_here
from tests.support.sharded_worlds import UNTIL, WORLDS

pytestmark = pytest.mark.usefixtures("without_evidently")

REPORTS = "data_drift_reports"
NOW = UNTIL + timedelta(days=1)
SHARD_IMAGES = 7


def run(job: Job, engine: EngineHere | None = None, until: datetime = UNTIL) -> dict[str, Any]:
    """Do a run and return its report but for the clock."""
    place = replace(open_workplace(job), clock=lambda: NOW, elsewhere=engine)
    found = run_job(place, RunOptions(until=until))
    file = Path(job.bucket.url) / REPORTS / job.name / "runs" / found.run_id / "report.json"
    report: dict[str, Any] = json.loads(file.read_text())
    del report["generated_at"], report["timings"], report["profile"]["created_at"]
    return report


def rows(folder: Path, cache: str) -> list[str]:
    """Return the rows of all parts of the features or views as text, each once, in one order."""
    parts = [pq.read_table(part) for part in (folder / REPORTS / cache).rglob("part-*.parquet")]
    found = [] if not parts else pa.concat_tables(parts).to_pylist()
    return sorted({repr(row) for row in found})


def images_in(shards: EngineHere) -> int:
    return sum(map(len, shards.handed))


@pytest.mark.parametrize("kind", WORLDS)
def test_a_run_with_an_engine_says_and_remembers_the_same(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "bucket"
    job = WORLDS[kind](folder)
    here = run(job)
    features, views = rows(folder, "features"), rows(folder, "views")
    days = sorted(path.name for path in (folder / REPORTS / job.name).rglob("days/*/*.json"))
    (folder / REPORTS).rename(folder.with_name("of one machine"))
    with engine_here(job, shard_images=SHARD_IMAGES) as engine:
        elsewhere = run(job, engine)
        assert images_in(engine) > 60
        assert elsewhere == here
        assert rows(folder, "features") == features
        assert rows(folder, "views") == views
        found = (folder / REPORTS / job.name).rglob("days/*/*.json")
        assert sorted(path.name for path in found) == days
        handed = images_in(engine)
        assert run(job, engine) == elsewhere
        # Nothing is known of an image that is missing: it is asked for in every run.
        assert images_in(engine) - handed <= 10
