"""What labels cost a run to which none came anew, beside the same run of a job without labels.

    python -m benchmarks.quality_cost                     10,000, 100,000 and 1,000,000 labels
    python -m benchmarks.quality_cost --labels 10000      one number of labels
    python -m benchmarks.quality_cost --by image          labels that name images, not ids

A job of 1,400 rows a day and a log of 30 days, with images, a window of one day and a reference of
300 images and 1,000 rows. Of the log's rows one in five has a label; all other labels are for older
rows. Runs of each job come first, which measure the images and score all days. Then runs of the job
without labels and of the job with labels take turns in one process, without Evidently's page.
Printed are the medians of their processor time, the ratio of both, the processor time of the stage
that reads and judges labels, and how often each run asked the bucket; and how often the first run
of the next day did, to which no label came either.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
from PIL import Image

from drift import pipeline
from drift.evidently import report
from drift.model_quality import line
from drift.model_quality.run_at_hand import FoundQuality, RunAtHand
from drift.run_request import RunOptions
from drift.workplace import Workplace, open_workplace
from jobs.job_file.job import Job
from reports.conditional_writes import StillAllowed
from tests.support.counting_bucket import CountingBucket

BAR_RATIO = 1.02
BAR_REQUESTS = 4
NUMBERS = (10_000, 100_000, 1_000_000)
_START = datetime(2025, 3, 1, tzinfo=UTC)
_DAYS = 30
_ROWS_A_DAY = 1_400
_CLASSES = 10
_SHARE = 0.2
_MEASURED_DAYS = 2
_NO_PAGE = report.EvidentlyFiles(html=b"<!doctype html>", json=b"{}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CostOfRun:
    """CPU seconds of one run and of its labels, and its calls to the bucket."""

    seconds: float
    of_labels: float
    requests: int


def make_log(folder: Path) -> pd.DataFrame:
    """Write a log, its reference, and the images of its last days; return the log."""
    random = np.random.default_rng(0)
    rows = _DAYS * _ROWS_A_DAY
    seconds = np.sort(random.integers(0, _DAYS * 86_400, rows))
    times = pd.Series(_START.replace(tzinfo=None) + pd.to_timedelta(seconds, "s"))
    names = np.array([f"class_{number}" for number in range(_CLASSES)])
    numbers = pd.Series(np.arange(rows)).astype(str).str.zfill(8)
    log = pd.DataFrame(
        {
            "timestamp": times.dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "id": "req-" + numbers,
            "image": "images/" + numbers + ".png",
            "prediction": names[random.integers(0, _CLASSES, rows)],
            "confidence": random.beta(6, 2, rows).round(4),
        }
    )
    log.to_csv(folder / "log.csv", index=False)
    log.head(1_000).to_csv(folder / "reference.csv", index=False)
    for name in ("images", "reference"):
        (folder / name).mkdir()
    shown = log["image"][seconds >= (_DAYS - _MEASURED_DAYS) * 86_400].tolist()
    for name in [*shown, *(f"reference/{number:04}.png" for number in range(300))]:
        pixels = random.normal(120, 40, (32, 32, 3)).clip(0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(folder / name)
    return log


def make_labels(folder: Path, log: pd.DataFrame, count: int) -> None:
    """Write so many labels: of one row in five, and of older ones."""
    random = np.random.default_rng(1)
    said = log.sample(frac=_SHARE, random_state=1)
    others = pd.Series(np.arange(count - len(said))).astype(str).str.zfill(8)
    names = np.array([f"class_{number}" for number in range(_CLASSES)])
    right = random.random(len(said)) < 0.9
    true = np.where(right, said["prediction"], names[random.integers(0, _CLASSES, len(said))])
    older = pd.DataFrame(
        {
            "id": "old-" + others,
            "image": "images/old-" + others + ".png",
            "label": names[random.integers(0, _CLASSES, len(others))],
        }
    )
    labelled = pd.concat([said[["id", "image"]].assign(label=true), older])
    labelled.sample(frac=1, random_state=2).to_csv(folder / "labels.csv", index=False)


def job_of(folder: Path, kind: str, key: str) -> Job:
    """Return the job with or without labels."""
    settings: dict[str, object] = {
        "name": "dogs",
        "reports": {"path": f"reports-{kind}"},
        "bucket": {"url": str(folder)},
        "predictions": {
            "path": "log.csv",
            "columns": {"prediction": "prediction", "confidence": "confidence", "id": "id"},
        },
        "images": {"path": "{image}"},
        "window": {"last": "1d"},
        "baseline": {"days": 0},
        "reference": {"images": "reference/", "log": "reference.csv"},
    }
    if kind != "none":
        settings["labels"] = {"path": "labels.csv", "columns": {key: key}}
    return Job.model_validate(settings)


def run(job: Job, until: datetime) -> CostOfRun:
    """Do one run in this process."""
    place = open_workplace(job)
    bucket = CountingBucket(place.bucket)
    place = replace(place, bucket=bucket, open_bucket=lambda _: bucket, progress=None)
    of_labels: list[float] = []

    def timed(
        place: Workplace, at_hand: RunAtHand, still_allowed: StillAllowed
    ) -> FoundQuality | None:
        began = time.process_time()
        told = line.model_quality(place, at_hand, still_allowed)
        of_labels.append(time.process_time() - began)
        return told

    started = time.process_time()
    with (
        mock.patch.object(report, "render", return_value=_NO_PAGE),
        mock.patch.object(pipeline, "model_quality", timed),
    ):
        found = pipeline.run_job(place, RunOptions(until=until))
    seconds = time.process_time() - started
    if job.has_labels and (found.model_quality is None or not found.model_quality.labels.used):
        raise SystemExit("the run used no label")
    return CostOfRun(seconds=seconds, of_labels=sum(of_labels), requests=sum(bucket.calls.values()))


def compare(folder: Path, key: str, rounds: int, out: Callable[[str], None]) -> bool:
    """Print one line; return whether a bar is missed."""
    jobs = {kind: job_of(folder, kind, key) for kind in ("none", "labels")}
    yesterday = _START + timedelta(days=_DAYS - 1)
    until = yesterday + timedelta(days=1)
    found: dict[str, list[CostOfRun]] = {}
    next_day = {}
    for kind, job in jobs.items():
        run(job, yesterday)
        run(job, yesterday)
        next_day[kind] = run(job, until).requests
        run(job, until)
    for _ in range(rounds):
        for kind, job in jobs.items():
            found.setdefault(kind, []).append(run(job, until))
    none, labels = (statistics.median(one.seconds for one in found[kind]) for kind in jobs)
    stage = statistics.median(one.of_labels for one in found["labels"])
    requests = [found[kind][-1].requests for kind in jobs]
    out(
        f"{none:10.3f} {labels:10.3f} {labels / none:7.3f} {stage:8.3f} "
        f"{requests[0]:6} {requests[1]:6} "
        f"{next_day['none']:9} {next_day['labels']:6}"
    )
    return labels / none > BAR_RATIO or requests[1] - requests[0] > BAR_REQUESTS


def main() -> int:
    """Print a line for each number of labels; return 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--labels", type=int, nargs="*", default=NUMBERS)
    parser.add_argument("--by", choices=("id", "image"), nargs="*", default=("id", "image"))
    parser.add_argument("--rounds", type=int, default=9)
    asked = parser.parse_args()
    os.environ.setdefault("DO_NOT_TRACK", "1")
    print(
        f"{'labels':>10} {'by':6} {'CPU s none':>10} {'labelled':>10} {'ratio':>7} {'stage':>8} "
        f"{'calls':>13} {'next day':>16}"
    )
    missed = False
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = make_log(folder)
        for count, key in itertools.product(asked.labels, asked.by):
            make_labels(folder, log, count)
            print(f"{count:10,} {key:6} ", end="", flush=True)
            missed |= compare(folder, key, asked.rounds, lambda text: print(text, flush=True))
    print(
        f"bars: {BAR_RATIO:g} x the processor time, {BAR_REQUESTS} requests more: "
        + ("missed" if missed else "met")
    )
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
