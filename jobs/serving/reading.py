"""From the objects with a server's metrics to what it measured in one window."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from jobs.buckets.bucket import Bucket, ObjectInfo
from jobs.errors import InputError, ObjectError
from jobs.job_file.serving_settings import ServingSettings
from jobs.predictions.formats.text_stream import DamagedTextError
from jobs.predictions.selection.object_names import compile_glob, fixed_prefix, is_glob
from jobs.serving.objects import MetricsFormat, UnreadMetricsError, read_metrics
from jobs.serving.tally import ServingTally, TallyResult, TooManySamplesError
from jobs.times.windows import TimeWindow

MOST_OBJECTS = 20_000
_SMALL_BYTES = 1 << 20
_TOGETHER = 32
_WORKERS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadMetrics:
    """An object that could not be read, or not wholly, and why."""

    url: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredServing:
    """What a server measured in one window, and from what that was read.

    Attributes
    ----------
    objects
        How many objects were read.
    formats
        The formats that were found.
    """

    result: TallyResult
    objects: int
    formats: tuple[MetricsFormat, ...]
    unread: tuple[UnreadMetrics, ...] = ()


def read_serving(bucket: Bucket, settings: ServingSettings, window: TimeWindow) -> MeasuredServing:
    """Return what the server measured in a window; nothing that is missing or damaged raises."""
    tally = _tally(settings, window)
    unread: list[UnreadMetrics] = []
    formats: set[MetricsFormat] = set()
    objects = 0
    try:
        infos = _objects(bucket, settings.path)
        for info, path in _copies(bucket, infos, unread):
            objects += 1
            try:
                formats.add(read_metrics(path, info, ZoneInfo(settings.timezone), tally))
            except (UnreadMetricsError, DamagedTextError, OSError) as error:
                unread.append(UnreadMetrics(url=bucket.url_of(info.name), reason=str(error)))
    except InputError as error:
        url = error.url if isinstance(error, ObjectError) else bucket.url_of(settings.path)
        problem = error.problem if isinstance(error, ObjectError) else error.message
        unread.append(UnreadMetrics(url=url, reason=problem))
    except TooManySamplesError:
        too_many = f"more than {tally.most_kept:,} counters in the window; narrow serving.path"
        unread.append(UnreadMetrics(url=bucket.url_of(settings.path), reason=too_many))
        tally = _tally(settings, window)
    result = tally.result()
    if result.lacks_base:
        only = "there is one scrape up to the window's end; what counters grew by takes two"
        unread.append(UnreadMetrics(url=bucket.url_of(settings.path), reason=only))
    return MeasuredServing(
        result=result,
        objects=objects,
        formats=tuple(sorted(formats)),
        unread=tuple(unread),
    )


def _tally(settings: ServingSettings, window: TimeWindow) -> ServingTally:
    return ServingTally(
        start=window.start.timestamp(), end=window.end.timestamp(), model=settings.model
    )


def _objects(bucket: Bucket, path: str) -> list[ObjectInfo]:
    if not is_glob(path):
        return [bucket.info(path)]
    glob = compile_glob(path)
    infos = [info for info in bucket.list(fixed_prefix(path)) if glob.fullmatch(info.name)]
    if not infos:
        raise ObjectError(bucket.url_of(path), "no object matches serving.path")
    if len(infos) > MOST_OBJECTS:
        raise ObjectError(
            bucket.url_of(path),
            f"{len(infos):,} objects match serving.path, and at most {MOST_OBJECTS:,} are read: "
            "put several scrapes with their times into one object, or delete old ones",
        )
    return infos


def _copies(
    bucket: Bucket, infos: Sequence[ObjectInfo], unread: list[UnreadMetrics]
) -> Iterator[tuple[ObjectInfo, Path]]:
    """Yield each object with a file that holds its content as long as nothing else is asked for."""

    def copy(info: ObjectInfo) -> Path | ObjectError:
        if info.size_bytes == 0:
            return ObjectError(bucket.url_of(info.name), "the object is empty")
        try:
            return bucket.local_copy(info.name, Path(tempfile.mkdtemp(dir=folder)))
        except ObjectError as error:
            return error

    with ThreadPoolExecutor(_WORKERS) as pool:
        for group in _groups(infos):
            with tempfile.TemporaryDirectory(prefix="drift-serving-") as folder:
                for info, copied in zip(group, pool.map(copy, group), strict=True):
                    if isinstance(copied, Path):
                        yield info, copied
                    else:
                        unread.append(UnreadMetrics(url=copied.url, reason=copied.problem))


def _groups(infos: Sequence[ObjectInfo]) -> Iterator[list[ObjectInfo]]:
    """Yield small objects together, others alone."""
    group: list[ObjectInfo] = []
    for info in infos:
        if info.size_bytes > _SMALL_BYTES:
            yield [info]
            continue
        group.append(info)
        if len(group) == _TOGETHER:
            yield group
            group = []
    if group:
        yield group
