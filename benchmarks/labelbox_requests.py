"""What a detector's bucket with one small object an image costs a run: requests and CPU.

    python -m benchmarks.labelbox_requests                       40,000 results below 30 days
    python -m benchmarks.labelbox_requests --results 4000        fewer
    python -m benchmarks.labelbox_requests --folder-of-each-time a folder for each image's time

The bucket is that of examples/labelbox: results, labels of seven images in ten some days later,
and images, made very small as only their number counts here; the job is shapes.toml beside it. The
first run is that of day 29, with its reference and its normal days, when nothing is remembered.
Then day 30 and the labels of that day are added, and the run of day 30 follows: the run of every
day. It is repeated, with nothing new. All are in one process without Evidently's page, so that a
start and its imports are not in the figures; `listings` are pages of 1,000 names, each a request to
a cloud's store.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from unittest import mock

from drift import pipeline
from drift.evidently import report
from drift.run_request import RunOptions
from drift.workplace import open_workplace
from examples.labelbox.make_bucket import write_objects
from examples.labelbox.objects import Layout, seen_on
from examples.labelbox.scenes import World
from jobs.buckets.bucket import Bucket, ObjectInfo
from jobs.job_file.job import Job
from reports.findings.run import RunFindings
from tests.support.counting_bucket import CountingBucket

JOB_FILE = Path(__file__).parents[1] / "examples" / "labelbox" / "shapes.toml"
_DAYS = 30
_PAGE = 1_000
_PREFIXES = ("results", "annotations", "images")
_READS = ("read", "info", "local_copy", "read_part")
_WRITES = ("write", "create", "replace", "delete")
_NO_PAGE = report.EvidentlyFiles(html=b"<!doctype html>", json=b"{}")


class PagesCountedBucket(CountingBucket):
    """Counts the pages of listings as well, as a cloud's store answers them."""

    def __init__(self, inner: Bucket) -> None:
        super().__init__(inner)
        self.pages = 0

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Pass on a listing; a page more for every thousand names, and one at least."""
        self.pages += 1
        for number, info in enumerate(super().list(prefix), 1):
            if number % _PAGE == 0:
                self.pages += 1
            yield info


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCost:
    """Seconds of one run, and its requests by what they are for."""

    cpu_s: float
    wall_s: float
    requests: Counter[str]


def run_until(job: Job, until: date) -> tuple[RunCost, RunFindings]:
    """Do one run in this process."""
    place = open_workplace(job)
    bucket = PagesCountedBucket(place.bucket)
    place = replace(place, bucket=bucket, open_bucket=lambda _: bucket, progress=None)
    began, began_cpu = time.perf_counter(), time.process_time()
    moment = datetime(until.year, until.month, until.day, tzinfo=UTC)
    with mock.patch.object(report, "render", return_value=_NO_PAGE):
        found = pipeline.run_job(place, RunOptions(until=moment))
    cost = RunCost(
        cpu_s=time.process_time() - began_cpu,
        wall_s=time.perf_counter() - began,
        requests=requests_of(bucket),
    )
    return cost, found


def requests_of(bucket: PagesCountedBucket) -> Counter[str]:
    """Count requests by what they are for."""
    counts = Counter({"listings": bucket.pages})
    for (method, name), number in bucket.calls.items():
        if method in _WRITES:
            counts["writes"] += number
        elif method in _READS:
            prefix = name.partition("/")[0]
            counts[prefix if prefix in _PREFIXES else "own"] += number
    return counts


def job_on(folder: Path) -> Job:
    """Return the example's job, on that folder."""
    settings = tomllib.loads(JOB_FILE.read_text(encoding="utf-8"))
    return Job.model_validate(settings | {"bucket": {"url": str(folder)}})


def print_run(name: str, cost: RunCost) -> None:
    """Print a line."""
    kinds = ("listings", *_PREFIXES, "own", "writes")
    counts = " ".join(f"{cost.requests[kind]:11,}" for kind in kinds)
    print(f"{name:22} {cost.cpu_s:8.1f} {cost.wall_s:8.1f} {counts}", flush=True)


def measure(folder: Path, world: World, layout: Layout) -> None:
    """Write the bucket as its days come, run, and print what each run cost."""
    job = job_on(folder)
    eve, last = world.all_days[-2:]
    write_objects(folder, seen_on(world, layout, eve))
    heads = ("listings", *_PREFIXES, "own reads", "writes")
    print(f"{'run':22} {'CPU s':>8} {'wall s':>8} " + " ".join(f"{one:>11}" for one in heads))
    cost, _ = run_until(job, last)
    print_run("the first one, day 29", cost)
    write_objects(folder, seen_on(world, layout, last))
    for name in ("the next day", "once more"):
        cost, found = run_until(job, last + timedelta(days=1))
        print_run(name, cost)
    print(f"{found.window.start} to {found.window.end}: {found.verdict}, {_said(found)}")


def _said(found: RunFindings) -> str:
    quality = found.model_quality
    return "nothing of the model" if quality is None else quality.headline


def main() -> int:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--results", type=int, default=40_000)
    parser.add_argument("--folder-of-each-time", action="store_true")
    asked = parser.parse_args()
    os.environ.setdefault("DO_NOT_TRACK", "1")
    world = World(
        days=_DAYS, images_per_day=round(asked.results / _DAYS), blurred_days=0, stored_side=32
    )
    print(f"{world.images_per_day:,} images a day, {_DAYS} days")
    with tempfile.TemporaryDirectory() as name:
        measure(Path(name), world, Layout(folder_of_each_time=asked.folder_of_each_time))
    return 0


if __name__ == "__main__":
    sys.exit(main())
