"""What a history of images costs a run whose own images are all in the feature cache.

For each size of the history, and for daily and hourly runs of one year that made it, it prints the
seconds from nothing to the numbers of a window of 1,000 images, what was asked of the store for
them, and the ratio to reading all parts and nothing else. "newest" is the window that a scheduled
run has; "scattered" has its images anywhere in the year, the worst there is. Each cache is measured
as it is without compaction, and as it is if every run compacted.

Run as ``python -m benchmarks.feature_cache``; ``--latency-ms 20`` adds that to each request. The
caches of 8,760 runs take minutes to make: ``--runs daily`` leaves them out.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from jobs.buckets.bucket import ObjectInfo, StoredObject
from jobs.buckets.folder.bucket import FolderBucket
from reference_stats.feature_cache.cache import FeatureCache
from reference_stats.feature_cache.rows import CacheEntry
from reference_stats.features.registry import feature_names
from reference_stats.file_facts.facts import FileFacts
from reference_stats.fingerprint import FINGERPRINT_BYTES
from reference_stats.outcomes import FeatureValues, ImageFeatures

RUNS_A_YEAR = {"daily": 365, "hourly": 8760}
# What one extraction writes at once.
IMAGES_PER_PART = 5_000
READERS = 16
# Thousands of parts take many seconds each time: fewer rounds will do.
PATIENCE_S = 10.0
PREFIX = "reports"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the result; times are medians in seconds."""

    images: int
    runs: str
    compacted: bool
    parts: int
    size_mib: float
    window: str
    load_s: float
    everything_s: float
    listed: int
    ends_read: int
    parts_read: int
    read_mib: float


class MeasuredFolder(FolderBucket):
    """A folder that counts what is read from it, each request delayed by `latency_s`."""

    def __init__(self, path: str, latency_s: float) -> None:
        super().__init__(path)
        self.latency_s = latency_s
        self.reset()

    def reset(self) -> None:
        """Start to count anew."""
        self.listed: list[int] = []
        self.ends: list[int] = []
        self.whole: list[int] = []

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Count the objects; the store answers a thousand at once."""
        found = list(super().list(prefix))
        time.sleep(self.latency_s * (1 + len(found) // 1000))
        self.listed.append(len(found))
        return iter(found)

    def read(self, name: str, most_bytes: int | None = None) -> StoredObject:
        """Count the bytes."""
        time.sleep(self.latency_s)
        stored = super().read(name, most_bytes)
        self.whole.append(len(stored.data))
        return stored

    def read_part(self, name: str, start: int, size: int, version: str | None = None) -> bytes:
        """Count the bytes."""
        time.sleep(self.latency_s)
        data = super().read_part(name, start, size, version)
        self.ends.append(len(data))
        return data


def path_of(number: int) -> str:
    """Return the path of an image; names say nothing about the time."""
    return f"images/{number * 2_654_435_761 % 2**32:08x}_photograph.jpg"


def fill(folder: Path, images: int, runs: int, *, compacted: bool) -> None:
    """Do what the runs of a year leave in the cache."""
    cache = FeatureCache(bucket=FolderBucket(str(folder)), prefix=PREFIX)
    names = feature_names(cache.features)
    random = np.random.default_rng(0)
    ends = np.linspace(0, images, min(runs, images) + 1).astype(int)
    for start, end in itertools.pairwise(ends):
        for first in range(start, end, IMAGES_PER_PART):
            numbers = range(first, min(first + IMAGES_PER_PART, end))
            values = random.standard_normal((len(numbers), len(names)))
            prints = random.bytes(FINGERPRINT_BYTES * len(numbers))
            cache.add(
                CacheEntry(
                    path=path_of(number),
                    version=str(1_760_000_000_000_000 + number),
                    outcome=ImageFeatures(
                        values=FeatureValues(names, values[place]),
                        deep=False,
                        fingerprint=prints[place * FINGERPRINT_BYTES :][:FINGERPRINT_BYTES],
                        file=FileFacts(kind="JPEG", mode="RGB"),
                    ),
                )
                for place, number in enumerate(numbers)
            )
        if compacted:
            cache.compact()


def measure(
    bucket: MeasuredFolder, paths: Sequence[str], rounds: int
) -> tuple[float, float, MeasuredFolder]:
    """Return the seconds of a run's loading, those of reading everything, and what was counted."""
    cache = FeatureCache(bucket=bucket, prefix=PREFIX)

    def load() -> None:
        known = cache.load(paths)
        found = [known.find(path) for path in paths]
        if not all(isinstance(one, ImageFeatures) for one in found):
            raise SystemExit("an image of the window was not found")

    def everything() -> None:
        names = [info.name for info in bucket.list(cache.folder)]
        with ThreadPoolExecutor(READERS) as readers:
            list(readers.map(bucket.read, names))

    load()
    times: dict[Callable[[], None], list[float]] = {everything: [], load: []}
    gives_up_at = time.perf_counter() + PATIENCE_S
    for _ in range(rounds):
        for call, taken in times.items():
            bucket.reset()
            begin = time.perf_counter()
            call()
            taken.append(time.perf_counter() - begin)
        if time.perf_counter() > gives_up_at:
            break
    return statistics.median(times[load]), statistics.median(times[everything]), bucket


def rows_for(images: int, runs: str, options: argparse.Namespace, folder: Path) -> Iterator[Row]:
    """Yield the rows of one history, without compaction and with it."""
    size = min(options.window, images)
    scattered = np.random.default_rng(1).choice(images, size, replace=False)
    windows = {
        "newest": [path_of(number) for number in range(images - size, images)],
        "scattered": [path_of(int(number)) for number in scattered],
    }
    for compacted in (False, True):
        place = folder / f"{images}-{runs}-{compacted}"
        place.mkdir()
        fill(place, images, RUNS_A_YEAR[runs], compacted=compacted)
        bucket = MeasuredFolder(str(place), options.latency_ms / 1000)
        sizes = [info.size_bytes for info in bucket.list(PREFIX)]
        for window, paths in windows.items():
            load_s, everything_s, counted = measure(bucket, paths, options.rounds)
            yield Row(
                images=images,
                runs=runs,
                compacted=compacted,
                parts=len(sizes),
                size_mib=sum(sizes) / 2**20,
                window=window,
                load_s=load_s,
                everything_s=everything_s,
                listed=sum(counted.listed),
                ends_read=len(counted.ends),
                parts_read=len(counted.whole),
                read_mib=(sum(counted.ends) + sum(counted.whole)) / 2**20,
            )


def machine() -> dict[str, object]:
    """Return what the times depend on besides the program."""
    return {
        "processors": os.cpu_count(),
        "load": os.getloadavg(),
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def show(row: Row) -> None:
    """Print one line."""
    state = "compacted" if row.compacted else "as added"
    print(
        f"{row.images:>9,} {row.runs:<7}{state:<10}{row.parts:>6,}{row.size_mib:>8.1f}  "
        f"{row.window:<10}{row.load_s:>8.3f}{row.load_s / row.everything_s:>7.2f}"
        f"{row.listed:>8,}{row.ends_read:>6,}{row.parts_read:>7,}{row.read_mib:>9.1f}",
        flush=True,
    )


def main() -> None:
    """Measure, print, and write JSON if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10**n for n in range(3, 7)])
    parser.add_argument("--runs", choices=RUNS_A_YEAR, nargs="+", default=list(RUNS_A_YEAR))
    parser.add_argument("--window", type=int, default=1_000, metavar="IMAGES")
    parser.add_argument("--latency-ms", type=float, default=0.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    print(f"{machine()}", file=sys.stderr)
    print(
        "   images runs   state      parts     MiB  window     seconds  ratio  listed  ends"
        "  parts  MiB read"
    )
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for images in options.sizes:
            for runs in options.runs:
                for row in rows_for(images, runs, options, Path(folder)):
                    show(row)
                    rows.append(row)
    if options.json:
        result = {"machine": machine(), "rows": [asdict(row) for row in rows]}
        options.json.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
