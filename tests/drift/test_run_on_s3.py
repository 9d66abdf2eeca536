"""A whole run as a user starts it, against a real S3 server process."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

pytest.importorskip("botocore", reason="the extra s3 is not installed")

from reports.json_report.report import report_schema
from tests.support.command import ROOT, warm_drift
from tests.support.worlds import JOB_FILE, make_world


def cold(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a module in a process of its own, as cron or a container does."""
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def report_of(data: bytes) -> dict[str, object]:
    report = json.loads(data)
    report.pop("generated_at")
    report.pop("timings")
    report["profile"].pop("created_at")
    return report


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    make_world(folder, lights=(1.0,), requests=40, references=60)
    return folder


def test_a_run_on_s3_finds_what_a_run_on_a_folder_finds(s3_server, world, tmp_path):
    bucket = s3_server.make_bucket()
    for path in sorted(world.rglob("*")):
        if path.is_file():
            name = f"team a/dögs/{path.relative_to(world).as_posix()}"
            s3_server.put(bucket, name, path.read_bytes())
    reports = []
    window = ("job.toml", "--until", "2025-03-04")
    runs = {
        f"s3://{bucket}/team a/dögs": lambda: cold(tmp_path, "drift.run", *window),
        str(world): lambda: warm_drift("run", *window, cwd=tmp_path),
    }
    for url, run in runs.items():
        (tmp_path / "job.toml").write_text(JOB_FILE.format(url=url), encoding="utf-8")
        result = run()
        assert result.returncode == 0, result.stderr
        assert "Traceback" not in result.stderr
        reports.append(result.stdout.splitlines()[-1])
    prefix = "team a/dögs/data_drift_reports/dogs/"
    assert reports[0].startswith(f"report: s3://{bucket}/{prefix}runs/20250304T000000Z-")
    assert s3_server.get(bucket, reports[0].partition(f"{bucket}/")[2]).startswith(b"<!doctype")
    latest = s3_server.get(bucket, f"{prefix}latest.json")
    jsonschema.validate(json.loads(latest), report_schema())
    on_folder = (world / "data_drift_reports/dogs/latest.json").read_bytes()
    assert report_of(latest) == report_of(on_folder)
    assert json.loads(s3_server.get(bucket, f"{prefix}lock"))["state"] == "released"


def test_check_on_s3_reaches_every_part_and_says_what_the_store_does_not_tell(
    s3_server, world, tmp_path
):
    bucket = s3_server.make_bucket()
    for path in sorted(world.rglob("*")):
        if path.is_file() and "data_drift_reports" not in path.parts:
            s3_server.put(bucket, path.relative_to(world).as_posix(), path.read_bytes())
    (tmp_path / "job.toml").write_text(JOB_FILE.format(url=f"s3://{bucket}"), encoding="utf-8")
    result = warm_drift("check", "job.toml", "--until", "2025-03-04", cwd=tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "does not tell whether writing is allowed" in " ".join(result.stdout.split())


def test_init_writes_a_job_for_an_s3_bucket(s3_server, world, tmp_path):
    bucket = s3_server.make_bucket()
    for path in sorted(world.rglob("*")):
        if path.is_file() and "data_drift_reports" not in path.parts:
            s3_server.put(bucket, path.relative_to(world).as_posix(), path.read_bytes())
    result = warm_drift("init", f"s3://{bucket}", "--name", "dogs", cwd=tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    assert f'url = "s3://{bucket}"' in (tmp_path / "dogs.toml").read_text(encoding="utf-8")
