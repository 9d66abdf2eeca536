"""How much of Evidently's report a run publishes: `evidently.report`."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from drift.pipeline import run_job
from drift.run_request import RunOptions
from drift.workplace import open_workplace
from jobs.errors import JobFileError
from jobs.job_file.output_settings import EvidentlySettings
from jobs.job_file.reading import load_job
from tests.support.command import ROOT

JOB_FILE = """
name = "tables"
[bucket]
url = "."
[predictions]
path = "log.csv"
columns = { id = "id", prediction = "predicted", numbers = ["speed"] }
[window]
last = "1d"
[baseline]
days = 0
[reference]
log = "reference.csv"
[evidently]
"""
UNTIL = datetime(2025, 3, 4, tzinfo=UTC)


def log_of(rows, offset):
    times = [f"2025-03-03T{number % 24:02d}:00:00Z" for number in range(rows)]
    lines = [
        f"{number},{time},{'ab'[number % 3 == 0]},{number % 7 + offset}"
        for number, time in enumerate(times)
    ]
    return "\n".join(["id,timestamp,predicted,speed", *lines]) + "\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "log.csv").write_text(log_of(60, 9))
    (tmp_path / "reference.csv").write_text(log_of(90, 0))
    (tmp_path / "job.toml").write_text(JOB_FILE)
    return tmp_path


def files_after_run(folder, report):
    job = load_job(folder / "job.toml", {})
    job = job.model_copy(update={"evidently": EvidentlySettings(report=report)})
    found = run_job(open_workplace(job), RunOptions(until=UNTIL))
    run = folder / "data_drift_reports" / "tables" / "runs" / found.run_id
    return {path.name: path.read_bytes() for path in run.iterdir()}


def kinds_of(files):
    metrics = json.loads(files["evidently.json"])["metrics"]
    return {metric["config"]["type"].rpartition(":")[2] for metric in metrics}


def scores_of(files):
    metrics = json.loads(files["evidently.json"])["metrics"]
    return [one["value"] for one in metrics if "threshold" in one["config"]]


def without_clock(files):
    said = json.loads(files["report.json"])
    return {name: one for name, one in said.items() if name not in {"generated_at", "timings"}}


def test_the_drift_part_alone_says_the_same_of_every_column_in_fewer_bytes(folder):
    full, drift = (files_after_run(folder, report) for report in ("full", "drift"))
    assert kinds_of(drift) == {"DriftedColumnsCount", "ValueDrift", "RowCount"}
    assert kinds_of(drift) < kinds_of(full)
    scores = [scores_of(files) for files in (full, drift)]
    assert len(scores[0]) == 3
    assert scores[0] == scores[1]
    assert len(drift["evidently.json"]) < len(full["evidently.json"]) / 2
    assert without_clock(drift) == without_clock(full)


def test_a_page_of_an_earlier_run_says_that_the_newer_one_has_none(folder):
    before = files_after_run(folder, "drift")
    after = files_after_run(folder, "off")
    assert b'href="evidently.html"' in before["report.html"]
    assert b"vidently" not in after["report.html"].replace(b"evidently 0.7", b"")
    assert b'evidently.report = "off"' in after["evidently.html"]
    assert json.loads(after["evidently.json"]) == {"metrics": [], "tests": []}
    assert without_clock(after) == without_clock(before)


def test_without_a_report_evidently_is_not_imported_and_nothing_of_it_is_written(folder):
    (folder / "first" / "evidently").mkdir(parents=True)
    (folder / "first" / "evidently" / "__init__.py").write_text("raise SystemExit('imported')\n")
    path = os.pathsep.join((str(folder / "first"), str(ROOT)))
    environment = os.environ | {"PYTHONPATH": path, "DRIFT__EVIDENTLY__REPORT": "off"}
    done = subprocess.run(
        [sys.executable, "-m", "drift", "run", "job.toml", "--until", f"{UNTIL:%Y-%m-%d}"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, "imported" in done.stderr) == (0, False), done.stderr
    assert done.stdout.startswith("drift:")
    (run,) = (folder / "data_drift_reports" / "tables" / "runs").iterdir()
    assert {path.name for path in run.iterdir()} >= {"report.html", "report.json"}
    assert not list(run.glob("evidently*"))
    assert b'href="evidently' not in (run / "report.html").read_bytes()


def test_a_workspace_without_a_report_to_add_is_refused(folder):
    (folder / "job.toml").write_text(f'{JOB_FILE}report = "off"\nworkspace = "shown"\n')
    with pytest.raises(JobFileError, match=r'evidently: expected report = "drift" or "full"'):
        load_job(folder / "job.toml", {})
