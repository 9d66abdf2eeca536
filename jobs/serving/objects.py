"""One object with a server's metrics, of whichever format, line by line into the tally."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from jobs.buckets.bucket import ObjectInfo
from jobs.predictions.formats.text_blocks import read_blocks
from jobs.serving.exposition import ExpositionReader, is_exposition_line
from jobs.serving.log_lines import is_log_line, read_log_line
from jobs.serving.samples import REQUESTS, DamagedSampleError
from jobs.serving.scrape_times import scrape_time
from jobs.serving.tally import ServingTally

_LINES_LOOKED_AT = 20


class MetricsFormat(enum.StrEnum):
    """How a server's metrics are written."""

    LOG = "ts_metrics.log"
    SCRAPES = "scrapes"


class UnreadMetricsError(Exception):
    """An object, or a part of it, cannot be used; the message says why and what is expected."""


def read_metrics(
    path: Path, info: ObjectInfo, zone: ZoneInfo, tally: ServingTally
) -> MetricsFormat:
    """Read one object into the tally; return its format, which its first lines tell.

    What stands before damage in it is counted.

    Parameters
    ----------
    path
        A file with the object's content.

    Raises
    ------
    UnreadMetricsError
        If it is neither, or if a part of it cannot be used.
    DamagedTextError
        If gzip data is truncated or damaged.
    """
    kind = _format_of(path)
    folder = info.name.rpartition("/")[0]
    if kind is MetricsFormat.LOG:
        damaged = _read_log(path, folder, zone, tally)
    else:
        damaged = _read_scrapes(path, info, zone, tally)
    if damaged:
        raise UnreadMetricsError(
            f"{damaged:,} lines with a value that is no number, or without one, are not counted; "
            "the others are"
        )
    return kind


def _format_of(path: Path) -> MetricsFormat:
    for number, line in enumerate(_lines(path)):
        if is_log_line(line):
            return MetricsFormat.LOG
        if is_exposition_line(line):
            return MetricsFormat.SCRAPES
        if number == _LINES_LOOKED_AT:
            break
    raise UnreadMetricsError(
        "its first lines are neither TorchServe's ts_metrics.log nor what a metrics address "
        "answers (Prometheus' text); correct serving.path"
    )


def _read_log(path: Path, folder: str, zone: ZoneInfo, tally: ServingTally) -> int:
    """Return how many lines are damaged."""
    damaged = 0
    for line in _lines(path):
        try:
            read = read_log_line(line, zone)
        except DamagedSampleError:
            damaged += 1
            continue
        if read is not None:
            tally.take_line(folder, read)
    return damaged


def _read_scrapes(path: Path, info: ObjectInfo, zone: ZoneInfo, tally: ServingTally) -> int:
    """Return how many lines are damaged."""
    reader = ExpositionReader()
    folder = info.name.rpartition("/")[0]
    damaged = scrapes = 0
    for line in _lines(path):
        try:
            reader.take(line)
        except DamagedSampleError:
            damaged += 1
        for scrape in reader.finished():
            tally.take_scrape(folder, scrape)
            scrapes += 1
    if reader.repeats:
        raise UnreadMetricsError(
            "it holds several scrapes without their times, of which none is counted; write each "
            "into an object of its own, or samples with their times"
        )
    # A scrape that lacks a part of its counters would look like a server that started anew.
    moment = None if damaged else scrape_time(info, zone)
    for scrape in reader.scrapes(moment):
        tally.take_scrape(folder, scrape)
        scrapes += 1
    if not scrapes and not damaged:
        raise UnreadMetricsError(
            f"it has no {REQUESTS} or no time: expected the whole answer of TorchServe's metrics "
            "address, with a time in the object's name"
        )
    return damaged


def _lines(path: Path) -> Iterator[bytes]:
    for block in read_blocks(path):
        yield from block.data.splitlines()
