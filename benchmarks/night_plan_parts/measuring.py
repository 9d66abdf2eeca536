"""Measures what a plan is computed from: images of several sizes, and caches of several sizes."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.night_plan_parts.loading import write_cache
from benchmarks.night_plan_parts.plan import KindFigures, Loading
from benchmarks.throughput_parts.corpora import KINDS, make_corpora, source_pictures
from benchmarks.throughput_parts.ways import all_features
from reference_stats.extraction.warm_up import warm_up

_KINDS = ("28x28 PNG", "500x375 JPEG", "1920x1080 JPEG", "4000x3000 JPEG")
ROOT = Path(__file__).resolve().parents[2]


def kinds(rounds: int) -> Iterator[KindFigures]:
    """Yield what images of each kind take in one thread, medians of some rounds."""
    warm_up()
    sizes = {one.name: one.width * one.height for one in KINDS}
    for corpus in make_corpora(source_pictures(), lambda name: name in _KINDS):
        all_features(corpus.files)
        taken = []
        for _ in range(rounds):
            started = time.thread_time()
            all_features(corpus.files)
            taken.append((time.thread_time() - started) / len(corpus.files))
        yield KindFigures(
            name=corpus.name,
            pixels=sizes[corpus.name],
            size_bytes=sum(map(len, corpus.files)) / len(corpus.files),
            compute_s=statistics.median(taken),
        )


def loadings(sizes: Sequence[int], scratch: Path | None) -> Iterator[tuple[int, Loading, float]]:
    """Yield each size with what loading such a cache took, and what the process had before."""
    for rows in sizes:
        with tempfile.TemporaryDirectory(prefix="drift-benchmark-", dir=scratch) as name:
            write_cache(Path(name), rows)
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.night_plan_parts.loading", name, str(rows)],
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=True,
            )
        taken = json.loads(done.stdout)
        yield rows, Loading(cpu_s=taken["cpu_s"], peak_mb=taken["peak_mb"]), taken["base_mb"]
