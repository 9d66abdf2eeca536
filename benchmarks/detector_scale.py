"""What a detector's true boxes cost a run: CPU seconds and memory beside the same run without them.

    python -m benchmarks.detector_scale                    100,000 images with 10 boxes in 30 days
    python -m benchmarks.detector_scale --images 10000     a tenth of it
    python -m benchmarks.detector_scale --rows             a row of the log is a box, not an image

A log of 30 days, an object a day, and the true boxes of all its images, an object a day too, are
made in a temporary folder. Each run is a process of its own, without Evidently's page, over the
log's last day: first a job that names no labels, then one that does; and the same once more, when
no new labels have come. Printed are the CPU seconds of the whole run, those of its labels without
bootstrap draws, those of the draws, the peak of its memory, and how often it asked the bucket.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

import numpy as np
from PIL import Image

from drift import pipeline
from drift.evidently import report
from drift.model_quality.detection import stretch_scores
from drift.run_request import RunOptions
from drift.workplace import open_workplace
from jobs.job_file.job import Job
from tests.support.counting_bucket import CountingBucket

BAR_SECONDS, BAR_DRAWS, BAR_GIGABYTES = 25.0, 60.0, 1.5
_START = datetime(2025, 1, 1, tzinfo=UTC)
_DAYS = 30
_CLASSES = 20
_SIDE = 640
_NO_PAGE = report.EvidentlyFiles(html=b"<!doctype html>", json=b"{}")
KINDS = ("none", "boxes")


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxCost:
    """What one run took.

    Attributes
    ----------
    seconds, labels, draws
        CPU seconds of the process from its first stage on, of its labels without bootstrap draws,
        and of these.
    gigabytes
        The peak of its memory, with all that it imports.
    requests
        Calls to the bucket.
    used
        How many images had a label.
    """

    seconds: float
    labels: float
    draws: float
    gigabytes: float
    requests: int
    used: int


def make_bucket(folder: Path, images: int, boxes: int, *, rows: bool) -> None:
    """Write 30 days of results, their labels, and pictures of the last day and the reference."""
    random = np.random.default_rng(0)
    for name in ("predictions", "labels", "images", "reference"):
        (folder / name).mkdir()
    for day in range(_DAYS):
        results, labels = [], []
        for at, second in enumerate(np.sort(random.integers(0, 86_400, images // _DAYS))):
            name = f"{day:02}-{at:06}"
            moment = _START + timedelta(days=day, seconds=int(second))
            true, found = _boxes(random, boxes)
            codes = random.integers(0, _CLASSES, boxes)
            classes = [f"class {code:02}" for code in codes]
            scores = random.beta(5, 2, boxes).round(6).tolist()
            told = {"timestamp": f"{moment:%Y-%m-%dT%H:%M:%SZ}", "id": name}
            if rows:
                results += [
                    {**told, "x0": box[0], "y0": box[1], "x1": box[2], "y1": box[3],
                     "class": classes[one], "score": scores[one]}
                    for one, box in enumerate(found)
                ]  # fmt: skip
            else:
                results.append({**told, "boxes": found, "classes": classes, "scores": scores})
            labels.append({"id": name, "boxes": true, "classes": classes})
            if day == _DAYS - 1:
                (folder / f"images/{name}.jpg").write_bytes(_picture(at))
        for kind, lines in (("predictions", results), ("labels", labels)):
            text = "".join(json.dumps(one) + "\n" for one in lines)
            (folder / f"{kind}/{_START + timedelta(days=day):%Y-%m-%d}.jsonl").write_text(text)
    for at in range(60):
        (folder / f"reference/{at}.jpg").write_bytes(_picture(at))


def _boxes(random: np.random.Generator, count: int) -> tuple[list[list[float]], list[list[float]]]:
    """Return true boxes, and found ones of which eight of ten are near them."""
    start = random.uniform(0, 0.7 * _SIDE, (count, 2))
    size = random.uniform(12, _SIDE / 4, (count, 2))
    near = random.random(count) < 0.8
    shift = np.where(near[:, None], random.normal(0, 0.07, (count, 2)), 1.5) * size
    true = np.hstack([start, start + size]).round(1)
    return true.tolist(), (true + np.hstack([shift, shift])).round(1).tolist()


def _picture(seed: int) -> bytes:
    pixels = np.random.default_rng(seed % 100).integers(0, 255, (24, 24, 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG")
    return out.getvalue()


def job_of(folder: Path, kind: str, *, rows: bool) -> Job:
    """Return the job with or without labels."""
    boxes: dict[str, object] = {"column": "boxes", "classes": "classes", "scores": "scores"}
    if rows:
        boxes = {"columns": ["x0", "y0", "x1", "y1"], "classes": "class", "scores": "score"}
    settings: dict[str, object] = {
        "name": "boxes",
        "reports": {"path": f"reports-{kind}"},
        "bucket": {"url": str(folder)},
        "predictions": {"path": "predictions/*.jsonl", "columns": {"boxes": boxes}},
        "images": {"path": "images/{id}.jpg"},
        "window": {"last": "1d"},
        "baseline": {"days": 0},
        "reference": {"images": "reference/"},
    }
    if kind != "none":
        true = {"column": "boxes", "classes": "classes"}
        settings["labels"] = {"path": "labels/*.jsonl", "columns": {"id": "id", "boxes": true}}
    return Job.model_validate(settings)


def _timed(patches: ExitStack, place: object, name: str) -> Callable[[], float]:
    """Measure the CPU seconds of calls of a function; return what tells them."""
    spent: list[float] = []
    own = getattr(place, name)

    def timed(*values: object, **named: object) -> object:
        began = time.process_time()
        try:
            return own(*values, **named)
        finally:
            spent.append(time.process_time() - began)

    patches.enter_context(mock.patch.object(place, name, timed))
    return lambda: sum(spent)


def measure(folder: Path, kind: str, *, rows: bool) -> BoxCost:
    """Do one run in this process."""
    place = open_workplace(job_of(folder, kind, rows=rows))
    bucket = CountingBucket(place.bucket)
    place = replace(place, bucket=bucket, open_bucket=lambda _: bucket, progress=None)
    started = time.process_time()
    with ExitStack() as patches:
        patches.enter_context(mock.patch.object(report, "render", return_value=_NO_PAGE))
        of_labels = _timed(patches, pipeline, "model_quality")
        of_draws = _timed(patches, stretch_scores, "draw_scores")
        found = pipeline.run_job(place, RunOptions(until=_START + timedelta(days=_DAYS)))
    quality = found.model_quality
    return BoxCost(
        seconds=time.process_time() - started,
        labels=of_labels() - of_draws(),
        draws=of_draws(),
        gigabytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
        requests=sum(bucket.calls.values()),
        used=0 if quality is None else quality.labels.used,
    )


def in_own_process(folder: Path, kind: str, *, rows: bool) -> BoxCost:
    """Do one run in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.detector_scale", "--child", kind, str(folder)]
    root = Path(__file__).resolve().parents[1]
    told = subprocess.run(
        command + ["--rows"] * rows, check=True, capture_output=True, text=True, cwd=root
    )
    return BoxCost(**json.loads(told.stdout.splitlines()[-1]))


def costs(folder: Path, *, rows: bool) -> Iterator[BoxCost]:
    """Print a line for each run, and yield what it took."""
    print(
        f"{'labels':8} {'run':>6} {'CPU s':>8} {'labels s':>9} {'draws s':>8} {'GB':>6} "
        f"{'requests':>9} {'labelled':>10}"
    )
    for kind in KINDS:
        for run in ("first", "again"):
            cost = in_own_process(folder, kind, rows=rows)
            print(
                f"{kind:8} {run:>6} {cost.seconds:8.2f} {cost.labels:9.2f} {cost.draws:8.2f} "
                f"{cost.gigabytes:6.2f} {cost.requests:9} {cost.used:10,}",
                flush=True,
            )
            yield cost


def main() -> int:
    """Print a line for each run; return 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--boxes", type=int, default=10)
    parser.add_argument("--rows", action="store_true")
    parser.add_argument("--child", nargs=2, metavar=("KIND", "FOLDER"))
    asked = parser.parse_args()
    os.environ.setdefault("DO_NOT_TRACK", "1")
    if asked.child:
        kind, folder = asked.child
        print(json.dumps(asdict(measure(Path(folder), kind, rows=asked.rows))))
        return 0
    with tempfile.TemporaryDirectory() as name:
        make_bucket(Path(name), asked.images, asked.boxes, rows=asked.rows)
        print(f"{asked.images:,} images with {asked.boxes} boxes in {_DAYS} days")
        found = list(costs(Path(name), rows=asked.rows))
    missed = any(
        one.labels > BAR_SECONDS or one.draws > BAR_DRAWS or one.gigabytes > BAR_GIGABYTES
        for one in found
    )
    print(
        f"bars: {BAR_SECONDS:g} CPU s of labels, {BAR_DRAWS:g} of draws and {BAR_GIGABYTES:g} GB: "
        + ("missed" if missed else "met")
    )
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
