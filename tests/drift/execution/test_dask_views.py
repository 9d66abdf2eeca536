"""A job with a model says and remembers the same where workers of a Dask cluster look."""

import json
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

pytest.importorskip("distributed")
pytest.importorskip("torch")

from drift.execution.engines import with_engine
from drift.pipeline import run_job
from drift.run_request import RunOptions
from drift.workplace import open_workplace
from jobs.job_file.image_settings import ExecutionSettings
from tests.support.dask_cluster import dask_cluster
from tests.support.sharded_worlds import UNTIL, seen_by_a_model

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("without_evidently"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

REPORTS = "data_drift_reports"


def run(job):
    """Do a run; return its report but for the clock, and the views that it remembers."""
    place = with_engine(replace(open_workplace(job), clock=lambda: UNTIL))
    found = run_job(place, RunOptions(until=UNTIL))
    reports = Path(job.bucket.url) / REPORTS
    report = json.loads((reports / job.name / "runs" / found.run_id / "report.json").read_text())
    del report["generated_at"], report["timings"], report["profile"]["created_at"]
    parts = [pq.read_table(part).to_pylist() for part in (reports / "views").rglob("part-*")]
    return report, sorted({repr(row) for part in parts for row in part})


def test_the_views_of_workers_are_those_of_one_machine(tmp_path):
    folder = tmp_path / "bucket"
    job = seen_by_a_model(folder)
    here = run(job)
    (folder / REPORTS).rename(tmp_path / "of one machine")
    with dask_cluster(tmp_path / "cluster", OMP_NUM_THREADS="1") as cluster:
        settings = ExecutionSettings(engine="dask", address=cluster.address, shard_images=20)
        assert run(job.model_copy(update={"execution": settings})) == here
        assert cluster.said().count("Run out-of-band function 'join'") == 2
