"""One round of benchmarks.fetching: fetching alone, computing alone, and both."""

from __future__ import annotations

import contextlib
import os
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from jobs.buckets.bucket import Bucket, StoredObject
from jobs.images.locations import ImageLocation
from jobs.job_file.image_settings import ImageSettings
from reference_stats.extraction.extract import extract
from tests.support.memory_bucket import MemoryBucket

BUCKET = "gs://benchmark"


@dataclass(frozen=True, kw_only=True)
class Round:
    """Seconds of one round, and its CPU milliseconds an image, decoding processes included."""

    fetch_s: float
    compute_s: float
    both_s: float
    fetch_cpu_ms: float
    compute_cpu_ms: float
    both_cpu_ms: float
    server_cpu_ms: float

    def figures(self) -> dict[str, float]:
        """Return all of it, with the ratios of both to each part and to the slower one."""
        return asdict(self) | {
            "to_fetching": self.both_s / self.fetch_s,
            "to_computing": self.both_s / self.compute_s,
            "to_slower": self.both_s / max(self.fetch_s, self.compute_s),
        }


@dataclass(frozen=True, kw_only=True)
class Work:
    """What every round does."""

    host: str
    bucket: Bucket
    settings: ImageSettings
    names: list[str]
    contents: dict[str, bytes]

    def round(self) -> Round:
        """Do the three things once."""
        compute_s, compute_cpu_s = _timed(lambda: self._extract(_InMemory(self.contents)))
        fetch_s, fetch_cpu_s = _timed(self._fetch)
        server_before_s = self._server_cpu_s()
        both_s, both_cpu_s = _timed(lambda: self._extract(self.bucket))
        server_cpu_s = self._server_cpu_s() - server_before_s
        to_ms = 1000 / len(self.names)
        return Round(
            fetch_s=fetch_s,
            compute_s=compute_s,
            both_s=both_s,
            fetch_cpu_ms=fetch_cpu_s * to_ms,
            compute_cpu_ms=compute_cpu_s * to_ms,
            both_cpu_ms=both_cpu_s * to_ms,
            server_cpu_ms=server_cpu_s * to_ms,
        )

    def _fetch(self) -> None:
        threads = self.settings.fetch_workers
        shares = [self.names[first::threads] for first in range(threads)]
        with ThreadPoolExecutor(threads) as pool:
            for _ in pool.map(self._fetch_all, shares):
                pass

    def _fetch_all(self, names: list[str]) -> None:
        for name in names:
            self.bucket.read(name)

    def _extract(self, bucket: Bucket) -> None:
        # Every name is an image of its own to a run, although the server has fewer.
        locations = [
            ImageLocation(bucket_url=BUCKET, name=name, path=f"{number}/{name}")
            for number, name in enumerate(self.names)
        ]
        found = extract(locations, self.settings, open_bucket=lambda _: bucket)
        assert found.computed == len(self.names)

    def _server_cpu_s(self) -> float:
        with urllib.request.urlopen(f"{self.host}/-/cpu_s", timeout=30) as answer:
            return float(answer.read())


class _InMemory(MemoryBucket):
    """Images that are there at once."""

    def __init__(self, contents: dict[str, bytes]) -> None:
        super().__init__()
        self._stored = {
            name: StoredObject(data=data, version="1") for name, data in contents.items()
        }

    def read(self, name: str, most_bytes: int | None = None) -> StoredObject:
        """Return an object; none is too large."""
        del most_bytes
        return self._stored[name]


def _timed(work: Callable[[], None]) -> tuple[float, float]:
    start_s, start_cpu_s = time.perf_counter(), _cpu_s()
    work()
    return time.perf_counter() - start_s, _cpu_s() - start_cpu_s


def _cpu_s() -> float:
    """Return the processor time of this process and of those that decode for it."""
    ticks = 0
    for task in Path("/proc/self/task").iterdir():
        # Threads and processes end while they are looked at.
        with contextlib.suppress(OSError):
            for child in (task / "children").read_text(encoding="ascii").split():
                command = Path("/proc", child, "cmdline").read_bytes()
                state = Path("/proc", child, "stat").read_text(encoding="ascii")
                if b"isolated.worker" in command:
                    ticks += sum(map(int, state.rpartition(")")[2].split()[11:13]))
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")
