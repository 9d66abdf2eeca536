"""The ten days as a bucket with log, images, reference and job file; and the command upon it."""

from __future__ import annotations

import csv
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.days_parts.pool import Pool
from benchmarks.days_parts.whole_runs.ten_days import TenDays

# A Monday, as the first day of a simulated world is one.
_FIRST_DAY = datetime(2025, 3, 3, tzinfo=UTC)
# Longer ago than the days that a run looks at. The images of a log have times: variants of one
# photograph in a folder would count once.
_REFERENCE_FROM = datetime(2025, 1, 1, tzinfo=UTC)
# Further apart than `detection.burst`, so that variants of one photograph are images of their own.
_APART = timedelta(minutes=35)
_JOB_FILE = """
name = "whole"
[bucket]
url = "bucket"
[predictions]
path = "log.csv"
columns = { prediction = "predicted_class", confidence = "confidence" }
[images]
path = "images/{filename}"
[window]
last = "1d"
[reference.window]
start = "2025-01-01T00:00:00Z"
end = "2025-01-08T00:00:00Z"
"""


def write_bucket(folder: Path, world: TenDays, files: Sequence[bytes]) -> None:
    """Write the job file and the bucket of ten days.

    Parameters
    ----------
    files
        By picture of the pool.
    """
    bucket = folder / "bucket"
    bucket.mkdir(parents=True)
    (folder / "job.toml").write_text(_JOB_FILE, encoding="utf-8")
    (bucket / "images").mkdir()
    days = [(_FIRST_DAY + timedelta(days=at), one) for at, one in enumerate(world.days)]
    with (bucket / "log.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["timestamp", "filename", "predicted_class", "confidence"])
        for start, pictures in [(_REFERENCE_FROM, world.reference), *days]:
            for moment, picture in zip(_moments(start), pictures.tolist(), strict=False):
                name = f"{moment:%Y%m%d-%H%M}.jpg"
                (bucket / "images" / name).write_bytes(files[picture])
                writer.writerow([moment.isoformat(), name, *_said(world.world.pool, picture)])


def run_all(folder: Path, days: int) -> list[Mapping[str, Any]]:
    """Run the command for each day, as a scheduler does; return the reports.

    Raises
    ------
    RuntimeError
        A run failed.
    """
    return [_run(folder, _FIRST_DAY + timedelta(days=at + 1)) for at in range(days)]


def _run(folder: Path, until: datetime) -> Mapping[str, Any]:
    command = [sys.executable, "-m", "drift.run", "job.toml", "--until", f"{until:%Y-%m-%d}"]
    root = str(Path(__file__).parents[3])
    environment = {**os.environ, "PYTHONPATH": root, "DO_NOT_TRACK": "1"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[1:])} ended with {done.returncode}:\n{done.stderr}")
    latest = folder / "bucket" / "data_drift_reports" / "whole" / "latest.json"
    report: Mapping[str, Any] = json.loads(latest.read_text(encoding="utf-8"))
    return report


def _moments(start: datetime) -> Iterator[datetime]:
    return (start + number * _APART for number in itertools.count())


def _said(pool: Pool, picture: int) -> tuple[str, str]:
    """Return class and confidence; the confidence with all of its digits."""
    return str(pool.labels[pool.predicted[picture]]), repr(float(pool.confidence[picture]))
