"""What labels cost a run: CPU seconds, memory and requests beside the same run without them.

    python -m benchmarks.quality_scale                    1,000,000 labelled rows in a year's log
    python -m benchmarks.quality_scale --rows 100000      a tenth of it

A log of one year and its labels, one file each, are made in a temporary folder. Each run is a
process of its own, without Evidently's page, over the log's last day with ``labels.wait`` of 366
days: first a job that names no labels, then one that names all of them, by id in a table of their
own, and in the log's own column; and the same once more, when no new labels have
come. Printed are the CPU seconds of the whole run and of its labels alone, the peak of its memory,
and how often it asked the bucket.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd

from drift.evidently import report
from drift.pipeline import run_job
from drift.run_request import RunOptions
from drift.workplace import open_workplace
from jobs.job_file.job import Job
from tests.support.counting_bucket import CountingBucket

BAR_SECONDS = 15.0
BAR_GIGABYTES = 1.5
_START = datetime(2025, 1, 1, tzinfo=UTC)
_DAYS = 365
_CLASSES = 10
_ACCURACY = 0.9
_NO_PAGE = report.EvidentlyFiles(html=b"<!doctype html>", json=b"{}")
KINDS = ("none", "by id", "in the log")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelCost:
    """What one run took.

    Attributes
    ----------
    seconds, labels_seconds
        CPU seconds of the process from its first stage on, and wall seconds of its labels.
    gigabytes
        The peak of its memory, with all that it imports.
    requests
        Calls to the bucket.
    used
        How many predictions had a label.
    """

    seconds: float
    labels_seconds: float
    gigabytes: float
    requests: int
    used: int


def make_log(folder: Path, rows: int) -> None:
    """Write a year's log, its labels by id, and a small reference."""
    random = np.random.default_rng(0)
    seconds = np.sort(random.integers(0, _DAYS * 86_400, rows))
    times = pd.Series(_START.replace(tzinfo=None) + pd.to_timedelta(seconds, "s"))
    names = np.array([f"class_{number}" for number in range(_CLASSES)])
    said = random.integers(0, _CLASSES, rows)
    true = np.where(random.random(rows) < _ACCURACY, said, random.integers(0, _CLASSES, rows))
    numbers = pd.Series(np.arange(rows)).astype(str).str.zfill(8)
    log = pd.DataFrame(
        {
            "timestamp": times.dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "id": "req-" + numbers,
            "image": "images/" + times.dt.strftime("%Y-%m-%d") + "/" + numbers + ".jpg",
            "prediction": names[said],
            "confidence": random.beta(6, 2, rows).round(4),
            "label": names[true],
            "model_version": np.where(seconds < seconds[-1] // 2, "1", "2"),
        }
    )
    log.to_csv(folder / "log.csv", index=False)
    labels = log[["id", "label"]].sample(frac=1, random_state=1)
    labels.to_csv(folder / "labels.csv", index=False)
    log.head(1_000).drop(columns="label").to_csv(folder / "reference.csv", index=False)


def job_of(folder: Path, kind: str) -> Job:
    """Return the job with one kind of labels."""
    columns: dict[str, object] = {"prediction": "prediction", "confidence": "confidence"}
    settings: dict[str, object] = {
        "name": "dogs",
        "reports": {"path": f"reports-{kind.replace(' ', '-')}"},
        "bucket": {"url": str(folder)},
        "predictions": {"path": "log.csv", "columns": columns},
        "window": {"last": "1d"},
        "baseline": {"days": 0},
        "reference": {"log": "reference.csv"},
        "quality": {"version": "model_version"},
    }
    if kind == "in the log":
        columns["label"] = "label"
        settings["labels"] = {"wait": "366d"}
    elif kind != "none":
        settings["labels"] = {"path": "labels.csv", "columns": {"id": "id"}, "wait": "366d"}
    return Job.model_validate(settings)


def measure(folder: Path, kind: str) -> LabelCost:
    """Do one run in this process."""
    place = open_workplace(job_of(folder, kind))
    bucket = CountingBucket(place.bucket)
    place = type(place)(
        job=place.job,
        bucket=bucket,
        open_bucket=lambda _: bucket,
        clock=place.clock,
        progress=None,
        writes=True,
    )
    started = time.process_time()
    with mock.patch.object(report, "render", return_value=_NO_PAGE):
        found = run_job(place, RunOptions(until=_START + timedelta(days=_DAYS)))
    quality = found.model_quality
    return LabelCost(
        seconds=time.process_time() - started,
        labels_seconds=found.timings.get("labels", 0.0),
        gigabytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
        requests=sum(bucket.calls.values()),
        used=0 if quality is None else quality.labels.used,
    )


def in_own_process(folder: Path, kind: str) -> LabelCost:
    """Do one run in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.quality_scale", "--child", kind, str(folder)]
    root = Path(__file__).resolve().parents[1]
    told = subprocess.run(command, check=True, capture_output=True, text=True, cwd=root)
    return LabelCost(**json.loads(told.stdout.splitlines()[-1]))


def main() -> int:
    """Print a line for each run; return 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--child", nargs=2, metavar=("KIND", "FOLDER"))
    asked = parser.parse_args()
    os.environ.setdefault("DO_NOT_TRACK", "1")
    if asked.child:
        kind, folder = asked.child
        print(json.dumps(asdict(measure(Path(folder), kind))))
        return 0
    missed = False
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_log(folder, asked.rows)
        print(
            f"{asked.rows:,} rows; {'labels':12} {'run':>6} {'CPU s':>8} {'labels s':>9} "
            f"{'GB':>6} {'requests':>9} {'labelled':>10}"
        )
        for kind in KINDS:
            for run in ("first", "again"):
                cost = in_own_process(folder, kind)
                missed |= cost.seconds > BAR_SECONDS or cost.gigabytes > BAR_GIGABYTES
                print(
                    f"{'':12} {kind:12} {run:>6} {cost.seconds:8.2f} {cost.labels_seconds:9.2f} "
                    f"{cost.gigabytes:6.2f} {cost.requests:9} {cost.used:10,}",
                    flush=True,
                )
    print(
        f"bars: {BAR_SECONDS:g} CPU s and {BAR_GIGABYTES:g} GB a run, all of it: "
        + ("missed" if missed else "met")
    )
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
