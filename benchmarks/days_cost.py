"""What normal days cost a run: CPU seconds and requests beside the same run without them.

    python -m benchmarks.days_cost                   60 past days, windows of 100 images
    python -m benchmarks.days_cost --requests 1000   windows of 1,000 images

A small world is made: a reference, 60 days like it and a window, of which everything was measured
before, so that every image is in the feature cache and every day has its record. Then the run of
the window is repeated by turns with its days, with a single one and with ``[baseline] days = 0``,
in one process, without Evidently's page, which is the same in all. Printed are medians, and the
ratio to the run without days.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path
from statistics import median
from unittest import mock

from drift.evidently import report
from drift.pipeline import run_job
from drift.run_request import RunOptions
from drift.workplace import open_workplace
from tests.support.counting_bucket import CountingBucket
from tests.support.worlds import START, job_of, make_world

BAR_SECONDS = 0.5
BAR_REQUESTS = 10
_IMAGES_PER_DAY = 300
_REFERENCES = 500
_NO_PAGE = report.EvidentlyFiles(html=b"<!doctype html>", json=b"{}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCost:
    """What one run took.

    Attributes
    ----------
    seconds
        CPU seconds of the process, all threads.
    requests
        Calls to the bucket.
    """

    seconds: float
    requests: int


def one_run(folder: Path, *, days: int, past_days: int) -> RunCost:
    """Run the window behind `past_days` ordinary days, of which so many are looked at."""
    baseline = {"days": days, "images_per_day": _IMAGES_PER_DAY, "most_minutes": 60}
    place = open_workplace(job_of(folder, baseline=baseline))
    bucket = CountingBucket(place.bucket)
    counted = dataclasses.replace(place, bucket=bucket, open_bucket=lambda _: bucket)
    until = (START + timedelta(days=past_days + 1)).replace(tzinfo=UTC)
    started = time.process_time()
    with mock.patch.object(report, "render", return_value=_NO_PAGE):
        run_job(counted, RunOptions(until=until))
    return RunCost(seconds=time.process_time() - started, requests=sum(bucket.calls.values()))


def measure(folder: Path, *, past_days: int, requests: int, rounds: int) -> dict[int, RunCost]:
    """Make a world; return the medians over some rounds, by how many past days are looked at."""
    # Beside the reference the window is as quiet as beside its days: a drifted one shows images.
    lights = (1.0,) * (past_days + 1)
    make_world(folder, lights=lights, requests=requests, references=_REFERENCES)
    looked_at = (0, 1, past_days)
    for days in reversed(looked_at):
        one_run(folder, days=days, past_days=past_days)
    costs: dict[int, list[RunCost]] = {days: [] for days in looked_at}
    for _ in range(rounds):
        for days in looked_at:
            costs[days].append(one_run(folder, days=days, past_days=past_days))
    return {
        days: RunCost(
            seconds=median(one.seconds for one in found),
            requests=round(median(one.requests for one in found)),
        )
        for days, found in costs.items()
    }


def table(costs: Mapping[int, RunCost]) -> str:
    """Return a line for each number of days, with what it takes beyond the run without any."""
    plain = costs[0]
    lines = [
        "| past days | CPU s | beyond | ratio | requests | beyond |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {days} | {one.seconds:.2f} | {one.seconds - plain.seconds:+.2f} "
        f"| {one.seconds / plain.seconds:.2f} | {one.requests} "
        f"| {one.requests - plain.requests:+d} |"
        for days, one in costs.items()
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for; print a table and whether the bar is met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--past-days", type=int, default=60, metavar="N")
    parser.add_argument("--requests", type=int, default=100, metavar="N", help="images a day")
    parser.add_argument("--rounds", type=int, default=7, metavar="N")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        costs = measure(
            Path(folder),
            past_days=options.past_days,
            requests=options.requests,
            rounds=options.rounds,
        )
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    print(table(costs))
    most = costs[options.past_days]
    met = (
        most.seconds - costs[0].seconds < BAR_SECONDS
        and most.requests - costs[0].requests < BAR_REQUESTS
    )
    print(
        f"\nBar, below {BAR_SECONDS} CPU s and {BAR_REQUESTS} requests beyond a run without days: "
        f"{'met' if met else 'MISSED'}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
