"""The index over ten thousand runs: how long it takes to make, and how many bytes it is.

Histories are simulated: runs of 30 columns, with gaps, inconclusive runs and stretches of drift.
They are read from a folder one by one and by way of the rollup, and made into pages.

Run as ``python -m benchmarks.index_pages`` (about a minute), or with ``--runs 1000``. Seeded.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from jobs.buckets.bucket import Bucket
from jobs.buckets.registry import open_bucket
from reference_stats.features.registry import FEATURES
from reports.findings.answers import State, Verdict
from reports.history.history import HistoryRow, history_bytes, history_digest, history_name
from reports.history.store import HistoryReader
from reports.pages.index.page import IndexFiles, index_files
from reports.pages.links import JobLinks
from reports.publishing.index import write_index

PREFIX = "data_drift_reports/dogs"
NEWEST = datetime(2026, 3, 15, tzinfo=UTC)
COLUMNS = (*(feature.name for feature in FEATURES[:28]), "confidence", "prediction")
TEMPLATE = "https://storage.cloud.google.com/some-bucket-of-a-team/{path}?authuser=0"
_HEADLINES = {
    Verdict.STEADY: "No drift",
    Verdict.DRIFT: "Images are darker and blurrier than the reference, most of it from camera B",
    Verdict.INCONCLUSIVE: "Not enough to say: too few images",
}

Result = TypeVar("Result")


def simulated_rows(
    runs: int, step: timedelta = timedelta(days=1), seed: int = 1
) -> Iterator[HistoryRow]:
    """Yield the rows of past runs, oldest first; of each 50 windows one was never looked at."""
    numbers = random.Random(seed)
    for index in range(runs):
        end = NEWEST - step * (runs - 1 - index)
        if index % 50 != 7:
            yield _row(index, end, step, numbers)


def _row(index: int, end: datetime, step: timedelta, numbers: random.Random) -> HistoryRow:
    verdict = Verdict.STEADY
    if index % 60 < 6:
        verdict = Verdict.DRIFT
    elif index % 45 == 20:
        verdict = Verdict.INCONCLUSIVE
    moved = {name for name in COLUMNS[::4] if verdict is Verdict.DRIFT}
    effects = {
        name: abs(numbers.gauss(0, 0.04)) + (0.7 if name in moved else 0.0) for name in COLUMNS
    }
    return HistoryRow(
        run_id=f"{end:%Y%m%dT%H%M%SZ}-1a2b3c4d",
        window_start=_text(end - step),
        window_end=_text(end),
        verdict=verdict,
        summary=f"{_HEADLINES[verdict]}: mean luma down 0.8 sigma; 412 of 5,210 images.",
        images=numbers.randrange(12, 6000),
        false_alarm_rate=0.01,
        effects=dict(sorted(effects.items())),
        states={name: State.DRIFT if name in moved else State.STEADY for name in sorted(COLUMNS)},
        directions=dict.fromkeys(sorted(COLUMNS), "down"),
        shifts={name: -effects[name] for name in sorted(COLUMNS)},
        reference_units=1190,
        current_units=960,
        profile_id="p-7f21c09be4d1",
        headline=_HEADLINES[verdict],
        minimum_effect=0.1,
    )


def _text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def largest(files: IndexFiles) -> int:
    """Return the size of the largest table behind an index in bytes; 0 without any."""
    return max((len(page) for page in files.tables.values()), default=0)


def _timed(what: str, work: Callable[[], Result]) -> Result:
    started = time.perf_counter()
    result = work()
    print(f"  {what}: {time.perf_counter() - started:.2f} s")
    return result


def print_pages(runs: int) -> None:
    """Print the time and the bytes of the pages for several rhythms of runs."""
    steps = {
        "daily": timedelta(days=1),
        "hourly": timedelta(hours=1),
        "5 min": timedelta(minutes=5),
    }
    for rhythm, step in steps.items():
        rows = list(simulated_rows(runs, step))
        for kind, template in (("relative links", None), ("by template", TEMPLATE)):
            links = JobLinks(job="dogs", prefix=PREFIX, template=template)
            started = time.perf_counter()
            files = index_files("dogs", rows, links)
            print(
                f"{len(rows):,} {rhythm} runs, {kind}: {time.perf_counter() - started:.2f} s, "
                f"index.html {len(files.page) / 1e6:.2f} MB, {len(files.tables)} tables of at "
                f"most {largest(files) / 1e6:.2f} MB"
            )


def print_reading(runs: int) -> None:
    """Print how long the history takes to read from a folder, and the index to publish."""
    with tempfile.TemporaryDirectory() as folder:
        bucket: Bucket = open_bucket(folder)
        rows = list(simulated_rows(runs, timedelta(hours=1)))
        for row in rows:
            bucket.write(history_name(PREFIX, row.run_id), history_bytes(row))
        print(f"{len(rows):,} history rows in a folder:")
        reader = HistoryReader(bucket, PREFIX)
        _timed("read one by one", reader.read)
        _timed("write the rollup", reader.save_rollup)
        read = _timed("read by way of the rollup", HistoryReader(bucket, PREFIX).read)
        _timed("digest of all rows", lambda: history_digest(read))
        _timed("publish the index", lambda: write_index(bucket, PREFIX, "dogs", None))
        _timed("publish it again", lambda: write_index(bucket, PREFIX, "dogs", None))


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=10_000)
    options = parser.parse_args()
    print_pages(options.runs)
    print_reading(options.runs)


if __name__ == "__main__":
    main()
