"""Whole runs of a camera's bucket without any log: days, cameras, and what the page says."""

from __future__ import annotations

import json
import os
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.cameras import camera_view
from tests.support.command import warm_drift
from tests.support.worlds import START, view

DAYS, A_DAY = 4, 24
JOB = """
name = "yards"
[bucket]
url = "bucket"
[predictions]
images_only = true
{names}
[window]
last = "1d"
[reference]
images = "reference/"
"""
BY_NAME = """
from_path = "{camera}/{timestamp:%Y/%m/%d}/{timestamp:%H%M%S}.jpg"
[segments]
columns = ["camera"]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("yards")
    random = np.random.default_rng(4)
    (folder / "bucket" / "reference").mkdir(parents=True)
    for number in range(60):
        (folder / "bucket" / "reference" / f"{number}.jpg").write_bytes(view(random))
    for number in range(DAYS * A_DAY):
        time = START + timedelta(hours=24 * number / A_DAY, minutes=5)
        path = folder / "bucket" / f"cam{number % 2}" / f"{time:%Y/%m/%d/%H%M%S}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        blur = 3.0 if time >= START + timedelta(days=DAYS - 1) else 0.0
        path.write_bytes(camera_view(random, 1.0, blur))
        written = time.replace(tzinfo=UTC).timestamp()
        os.utime(path, (written, written))
    return folder


def run(folder: Path, names: str, days: int) -> tuple[int, dict[str, Any], str]:
    (folder / "job.toml").write_text(JOB.format(names=names), encoding="utf-8")
    until = f"{(START + timedelta(days=days)).isoformat()}Z"
    done = warm_drift("run", "job.toml", "--until", until, "--exit-code", cwd=folder)
    runs = folder / "bucket" / "data_drift_reports" / "yards" / "runs"
    newest = max(runs.glob(f"{until[:10].replace('-', '')}*"), key=lambda one: one.stat().st_mtime)
    report = json.loads((newest / "report.json").read_text())
    return done.returncode, report, (newest / "report.html").read_text()


def test_days_cameras_and_a_drift_are_those_of_a_log(folder: Path) -> None:
    code, report, page = run(folder, BY_NAME, DAYS)
    assert code == 3
    assert report["verdict"] == "drift"
    assert report["basis"] == "days"
    codes = {one["code"] for one in report["remarks"]}
    assert "images_only" in codes
    assert "times_of_store" not in codes
    assert "There is no prediction log" in page
    again = run(folder, BY_NAME, DAYS)[1]
    assert again["profile"] == report["profile"]


def test_the_store_s_times_do_too_and_are_said(folder: Path) -> None:
    _, report, page = run(folder, "", DAYS - 1)
    assert "times_of_store" in {one["code"] for one in report["remarks"]}
    assert "when the object was written, as the store says" in page
    done = warm_drift(
        "check",
        "job.toml",
        "--until",
        f"{START + timedelta(days=2):%Y-%m-%dT%H:%M:%SZ}",
        cwd=folder,
    )
    assert "are listed in its place" in " ".join(done.stdout.split())
    assert "when the object was written" in " ".join(done.stdout.split())
