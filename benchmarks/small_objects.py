"""What a log of one small object an image costs, with packed copies of them and without.

    python -m benchmarks.small_objects                      40,000 results, as many labels
    python -m benchmarks.small_objects --results 4000       fewer
    python -m benchmarks.small_objects --kinds packed       only those with copies

A job without images on a folder: ``results/DD-MM-YYYY/<id>.json`` and
``annotations/DD-MM-YYYY/<id>.json`` of 30 days, a window of a day, a baseline of 28 days, a
reference of the first two days. Four runs follow each other: the first one of the job with its
baseline; the next day's; the same once more; and the same when the labels of one more day have
come. A job without copies (`reports.copies = false`) does the same runs, each in turn. Printed are
requests, in which a listing counts one for each 1,000 names, processor seconds, and the ratios.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar
from unittest import mock

from drift.evidently import report
from drift.pipeline import run_job
from drift.run_request import RunOptions
from drift.workplace import open_workplace
from jobs.buckets.bucket import ObjectInfo
from jobs.job_file.job import Job
from tests.support.counting_bucket import CountingBucket
from tests.support.small_objects import SmallObjectWorld

Listed = TypeVar("Listed")
_DAYS = 30
_KINDS = ("packed", "alone")
_A_PAGE = 1_000
_NO_PAGE = report.EvidentlyFiles(html=b"<!doctype html>", json=b"{}")
# A day's run may ask for its objects and so many times more.
BAR_FURTHER = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one run asked of the bucket, and its processor time."""

    objects: int
    listings: int
    packs: int
    others: int
    seconds: float

    @property
    def requests(self) -> int:
        """All of them."""
        return self.objects + self.listings + self.packs + self.others


class PagedBucket(CountingBucket):
    """Counts the pages of listings too, as a store in a cloud answers them."""

    pages = 0

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Yield what the bucket lists."""
        yield from self._paged(super().list(prefix))

    def level(self, folder: str = "") -> Iterator[ObjectInfo | str]:
        """Yield what the bucket lists of one level."""
        yield from self._paged(self.inner.level(folder))

    def _paged(self, listed: Iterator[Listed]) -> Iterator[Listed]:
        self.pages += 1
        for number, one in enumerate(listed):
            if number and number % _A_PAGE == 0:
                self.pages += 1
            yield one


def put(folder: str, objects: Mapping[str, bytes]) -> None:
    """Write objects as files, which is faster than by a bucket, down to the disk."""
    for name, data in objects.items():
        path = Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def run(job: Job, world: SmallObjectWorld, day: int) -> Cost:
    """Do the run of one day in this process."""
    place = open_workplace(job)
    bucket, until = PagedBucket(place.bucket), world.end_of(day)
    now = until + timedelta(hours=1)
    place = replace(place, bucket=bucket, open_bucket=lambda _: bucket, clock=lambda: now)
    started = time.process_time()
    with mock.patch.object(report, "render", return_value=_NO_PAGE):
        found = run_job(place, RunOptions(until=until))
    seconds = time.process_time() - started
    if found.model_quality is None or not found.model_quality.labels.used:
        raise SystemExit("the run used no label")
    kinds: Counter[str] = Counter()
    for (method, name), number in bucket.calls.items():
        if method != "list":
            is_pack = name.startswith(f"{place.prefix}/copies/")
            is_object = name.startswith(("results/", "annotations/"))
            kinds["packs" if is_pack else "objects" if is_object else "others"] += number
    return Cost(
        objects=kinds["objects"],
        listings=bucket.pages,
        packs=kinds["packs"],
        others=kinds["others"],
        seconds=seconds,
    )


def show(title: str, costs: Mapping[str, Cost]) -> None:
    """Print the lines of one run, and its ratios."""
    for kind, cost in costs.items():
        print(
            f"{title:12} {kind:7} {cost.objects:8,} {cost.listings:9,} {cost.packs:6,} "
            f"{cost.others:7,} {cost.requests:9,} {cost.seconds:7.2f}",
            flush=True,
        )
    if len(costs) > 1:
        packed, alone = costs["packed"], costs["alone"]
        print(
            f"{'':12} ratio: {packed.requests / alone.requests:.3f} of the requests, "
            f"{packed.seconds / alone.seconds:.2f} of the CPU s",
            flush=True,
        )


def measure(folder: str, world: SmallObjectWorld, kinds: Sequence[str]) -> int:
    """Do the four runs of each job; return the requests of the day's run with copies."""
    last, found = _DAYS - 1, 0
    jobs = {
        kind: world.job(
            folder, reports={"copies": kind == "packed", "path": kind}, baseline={"days": 28}
        )
        for kind in kinds
    }
    for day in range(last):
        put(folder, world.results(day))
        if day < last - 1:
            put(folder, world.labels(day))
    for title in ("first", "next day", "repeated", "labels"):
        if title == "next day":
            put(folder, world.results(last))
        if title == "labels":
            put(folder, world.labels(last - 1))
        day = last - 1 if title == "first" else last
        costs = {kind: run(job, world, day) for kind, job in jobs.items()}
        show(title, costs)
        if title == "next day" and "packed" in costs:
            found = costs["packed"].requests
    return found


def main() -> int:
    """Print a line for each run; return 1 where a day's run reads more than that day's objects."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--results", type=int, default=40_000)
    parser.add_argument("--kinds", choices=_KINDS, nargs="*", default=_KINDS)
    asked = parser.parse_args()
    os.environ.setdefault("DO_NOT_TRACK", "1")
    world = SmallObjectWorld(days=_DAYS, per_day=asked.results // _DAYS)
    print(f"{world.per_day:,} results a day, {_DAYS} days; load {os.getloadavg()[0]:.1f}")
    print(
        f"{'run':12} {'':7} {'objects':>8} {'listings':>9} {'packs':>6} {'others':>7} "
        f"{'requests':>9} {'CPU s':>7}",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as folder:
        missed = measure(folder, world, asked.kinds) > world.per_day + BAR_FURTHER
    print(
        f"bar: a day's run asks for its {world.per_day:,} objects and {BAR_FURTHER} times more: "
        + ("missed" if missed else "met")
    )
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
