"""Interleaved rounds of all ways over one corpus: by the clock, and processor time."""

from __future__ import annotations

import multiprocessing
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from benchmarks.process_tree import end_reading, start_reading
from benchmarks.throughput_parts.corpora import Corpus
from benchmarks.throughput_parts.reference import reference_features
from benchmarks.throughput_parts.ways import (
    LIMITS,
    REFERENCE,
    SETTINGS,
    WAYS,
    ways_for,
)
from jobs.buckets.registry import open_bucket
from reference_stats.extraction.extract import extract
from reference_stats.extraction.measuring.measure_many import measure_many
from reference_stats.extraction.workers import available_cores
from reference_stats.features.registry import FEATURES

MODES = ("1 thread", "threads", "processes")
_CHECKED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one image took, in seconds.

    Attributes
    ----------
    wall
        By the clock.
    cpu
        Processor time of all processes.
    parent
        The part of `cpu` that this process took.
    """

    wall: float
    cpu: float
    parent: float


def time_ways(corpus: Corpus, rounds: int) -> dict[str, Cost]:
    """Return what every way costs per image, medians over interleaved rounds.

    Parameters
    ----------
    corpus
        Files that are stored: `extract()` reads them from there.
    """
    forked = multiprocessing.get_context("fork")
    processes = ProcessPoolExecutor(
        available_cores(), forked, initializer=_remember, initargs=(corpus.files,)
    )
    # Its processes are made here: a fork after the first thread could copy a lock that is held.
    list(processes.map(abs, range(8 * available_cores())))
    _remember(corpus.files)
    with processes, ThreadPoolExecutor(available_cores()) as threads:
        ways: dict[str, Callable[[], object]] = {
            "extract()": partial(
                extract, corpus.locations, SETTINGS, open_bucket=open_bucket, cache=None
            ),
            "reference": partial(REFERENCE, corpus.files),
        }
        for name in ways_for(corpus.file_format):
            ways[f"{name}, 1 thread"] = partial(_do_share, name, 0, 1)
            ways[f"{name}, threads"] = partial(_do_shares, threads, name)
            ways[f"{name}, processes"] = partial(_do_shares, processes, name)
        for way in ways.values():
            way()
        costs: dict[str, list[Cost]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, way in ways.items():
                costs[name].append(_cost(way, len(corpus.files)))
    return {name: _median(found) for name, found in costs.items()}


def _cost(way: Callable[[], object], images: int) -> Cost:
    before, started = start_reading(), time.perf_counter()
    way()
    wall, spent = time.perf_counter() - started, end_reading().since(before)
    return Cost(wall=wall / images, cpu=spent.total / images, parent=spent.own / images)


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(
        wall=statistics.median(one.wall for one in costs),
        cpu=statistics.median(one.cpu for one in costs),
        parent=statistics.median(one.parent for one in costs),
    )


def differing(corpus: Corpus) -> int:
    """Return of how many of the first files the seven numbers are not the reference's.

    It is asked before their time is: a fast wrong number is worth nothing.
    """
    files = corpus.files[:_CHECKED]
    numbers = measure_many(files, LIMITS, FEATURES).numbers[:, :7]
    wanted = [reference_features(data) for data in files]
    alike = np.isclose(numbers, wanted, rtol=0, atol=1e-9).all(axis=1)
    return int(np.count_nonzero(~alike))


_files: tuple[bytes, ...] = ()


def _remember(files: tuple[bytes, ...]) -> None:
    """Have the files in this process, so that handing them over takes no time."""
    global _files  # noqa: PLW0603 - what a process of a pool is given lasts as long as it
    _files = files


def _do_share(name: str, start: int, step: int) -> None:
    WAYS[name](_files[start::step])


def _do_shares(workers: Executor, name: str) -> None:
    # Whole shares: what handing over single images costs is in extract().
    shares = [
        workers.submit(_do_share, name, start, available_cores())
        for start in range(available_cores())
    ]
    for share in shares:
        share.result()
