"""What normal days cost a run: CPU seconds and requests beside the same run without them.

    python -m benchmarks.days_cost                   60 past days, windows of 100 images
    python -m benchmarks.days_cost --requests 1000   windows of 1,000 images
    python -m benchmarks.days_cost --segments 10     beside it with ten cameras, of 32 images each

A small world is made: a reference, 60 days like it and a window, of which everything was measured
before, so that every image is in the feature cache and every day has its record. Then the run of
the window is repeated by turns with its days, with a single one and with ``[baseline] days = 0``,
in one process, without Evidently's page, which is the same in all. Printed are medians, and the
ratio to the run without days. With ``--segments`` the run with all its days is repeated with that
many cameras as segments too: what their tests take is measured beside what reading the days and
the comparison take without them.
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
BAR_SEGMENTS = 3.0
_IMAGES_OF_SEGMENT = 32
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
    segments
        How many segments it tested.
    """

    seconds: float
    requests: int
    segments: int = 0


def one_run(folder: Path, *, days: int, past_days: int, segments: bool = False) -> RunCost:
    """Run the window behind `past_days` ordinary days, of which so many are looked at."""
    baseline = {"days": days, "images_per_day": _IMAGES_PER_DAY, "most_minutes": 60}
    tables = {"segments": {"columns": ["camera"]}} if segments else {}
    place = open_workplace(job_of(folder, baseline=baseline, **tables))
    bucket = CountingBucket(place.bucket)
    counted = dataclasses.replace(place, bucket=bucket, open_bucket=lambda _: bucket)
    until = (START + timedelta(days=past_days + 1)).replace(tzinfo=UTC)
    started = time.process_time()
    with mock.patch.object(report, "render", return_value=_NO_PAGE):
        findings = run_job(counted, RunOptions(until=until))
    tests = findings.segment_tests
    return RunCost(
        seconds=time.process_time() - started,
        requests=sum(bucket.calls.values()),
        segments=0 if tests is None else len(tests.tested),
    )


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
    return {days: _median(found) for days, found in costs.items()}


def measure_segments(
    folder: Path, *, past_days: int, cameras: int, rounds: int
) -> tuple[RunCost, RunCost, RunCost]:
    """Return the medians of a run without days, with all of them, and with segments as well."""
    lights = (1.0,) * (past_days + 1)
    requests = _IMAGES_OF_SEGMENT * cameras
    make_world(folder, lights=lights, requests=requests, references=_REFERENCES, cameras=cameras)
    ways = ((0, False), (past_days, False), (past_days, True))
    costs: dict[tuple[int, bool], list[RunCost]] = {way: [] for way in ways}
    # The records of the first run know the segments; others read the same.
    for days, segments in ways[::-1] + ways * rounds:
        found = one_run(folder, days=days, past_days=past_days, segments=segments)
        costs[days, segments].append(found)
    plain, days_alone, with_segments = (_median(costs[way][1:]) for way in ways)
    return plain, days_alone, with_segments


def _median(costs: Sequence[RunCost]) -> RunCost:
    return RunCost(
        seconds=median(one.seconds for one in costs),
        requests=round(median(one.requests for one in costs)),
        segments=costs[-1].segments,
    )


def segments_line(plain: RunCost, days_alone: RunCost, with_segments: RunCost) -> str:
    """Return what the tests of segments take, beside what the days take without them."""
    ratio = with_segments.seconds / days_alone.seconds
    of_days = (with_segments.seconds - plain.seconds) / (days_alone.seconds - plain.seconds)
    return (
        f"{with_segments.segments} segments: {with_segments.seconds:.2f} CPU s, "
        f"{days_alone.seconds:.2f} without them, {plain.seconds:.2f} without days: a run is "
        f"{ratio:.1f} times as dear, and its days {of_days:.1f} times (bar for the run "
        f"{BAR_SEGMENTS:g}: {'met' if ratio <= BAR_SEGMENTS else 'MISSED'})"
    )


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
    parser.add_argument("--segments", type=int, default=0, metavar="N", help="so many cameras")
    options = parser.parse_args(arguments)
    if options.segments:
        return _segments(options)
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


def _segments(options: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as folder:
        found = measure_segments(
            Path(folder),
            past_days=options.past_days,
            cameras=options.segments,
            rounds=options.rounds,
        )
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    print(segments_line(*found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
