"""The objects of a log, each read in its format; many small ones together."""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from jobs.buckets.bucket import Bucket, ObjectInfo, StoredObject
from jobs.errors import ObjectError, TooManyObjectsError, TooManyRowsError
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.predictions.formats.content import format_in_file
from jobs.predictions.formats.csv.log import read_csv_log
from jobs.predictions.formats.json_log import read_json_lines_log, read_json_log
from jobs.predictions.formats.log_object import LogObject
from jobs.predictions.formats.parquet.log import read_parquet_log
from jobs.predictions.formats.parquet.parts import copy_needed_parts
from jobs.predictions.formats.small_objects import SmallObjects
from jobs.predictions.formats.text_stream import DamagedTextError
from jobs.predictions.log_columns import check_width
from jobs.predictions.rows.collector import WindowCollector, WindowTooLargeError
from jobs.predictions.selection.choose import NamedObject
from jobs.predictions.selection.object_names import KNOWN_ENDINGS, LogFormat, format_of
from jobs.predictions.small_copies import CopiesOfPath, SmallCopies

_READERS = {
    LogFormat.CSV: read_csv_log,
    LogFormat.JSON_LINES: read_json_lines_log,
    LogFormat.JSON: read_json_log,
    LogFormat.PARQUET: read_parquet_log,
}
# Such as a request's, whose name tells no format or one of JSON.
SMALL_BYTES = 64 << 10
# Fewer are read one by one, each with its own place in what is said.
_FEWEST_SMALL = 50
_AHEAD = 4
# Of those whose names tell their very time.
_TOGETHER = 512


@dataclass(slots=True)
class ObjectReader:
    """Reads objects of one log into a collector.

    Attributes
    ----------
    workers
        How many small objects are fetched at once.
    copies
        What keeps copies of small objects; None where each is read by itself.
    """

    bucket: Bucket
    settings: PredictionSettings
    collector: WindowCollector
    workers: int
    copies: SmallCopies | None = None
    _copied: CopiesOfPath | None = None
    _small: SmallObjects | None = None
    _fetched: int = 0
    _kinds: set[LogFormat] = field(default_factory=set)

    @property
    def has_only_json(self) -> bool:
        """Whether all that was read is JSON."""
        return self._kinds <= {LogFormat.JSON, LogFormat.JSON_LINES}

    def groups(self, objects: Sequence[NamedObject]) -> Iterator[list[NamedObject]]:
        """Yield the objects in their order; small ones whose names tell the same days together.

        Raises
        ------
        TooManyObjectsError
            If more small objects than `predictions.most_objects` would be fetched.
        """
        small = [is_small(item.info, self.settings) for item in objects]
        if sum(small) < _FEWEST_SMALL:
            yield from ([item] for item in objects)
            return
        start, end = self.collector.start, self.collector.end
        if start is not None:
            near = zip(small, objects, strict=True)
            self._check(sum(one and item.may_hold(start, end) for one, item in near))
        if any(small):
            self._begin_small([item for one, item in zip(small, objects, strict=True) if one])

        def key_of(place: int) -> tuple[object, int]:
            item = objects[place]
            if not small[place]:
                return item.span, place
            if item.span is None or not item.span.is_exact:
                return item.span, -1
            # Each has a time of its own; the newest come first.
            return item.may_hold(start, end), -1 - place // _TOGETHER

        for _, group in groupby(range(len(objects)), key_of):
            yield [objects[place] for place in group]

    def read(self, group: Sequence[NamedObject]) -> None:
        """Read the objects of one group."""
        if self._small is None or not is_small(group[0].info, self.settings):
            for item in group:
                self._read_one(item)
            return
        self._fetched += len(group)
        self._check(self._fetched)
        for item, data in self._fetch(group):
            if not self._small.take(item.info, data):
                self._read_one(item)
        self._small.read()
        self._kinds.add(LogFormat.JSON)

    def read_alone(self, info: ObjectInfo) -> None:
        """Read one object whose rows were read before, with others or alone."""
        known = None if self.settings.format is None else LogFormat(self.settings.format)
        item = NamedObject(info=info, kind=known or format_of(info.name))
        self._read_one(item)

    def finish(self) -> None:
        """Check the small objects once all of them are read."""
        if self._small is not None:
            self._small.finish()
        if self._copied is not None:
            self._copied.finish()

    def _begin_small(self, objects: Sequence[NamedObject]) -> None:
        if self._small is None:
            self._small = SmallObjects(self.settings, self.bucket, self.collector)
        if self._copied is not None:
            self._copied.finish()
        if self.copies is not None:
            self._copied = self.copies.of(self.bucket, self.settings.path, objects)

    def _check(self, count: int) -> None:
        most = self.settings.most_objects
        if count > most:
            raise TooManyObjectsError(self.bucket.url_of(self.settings.path), count, most)

    def _fetch(self, group: Sequence[NamedObject]) -> Iterator[tuple[NamedObject, bytes]]:
        """Yield the objects' contents in their order, fetched several at once."""
        held: Mapping[str, bytes] = {} if self._copied is None else self._copied.held(group)
        waiting: deque[tuple[NamedObject, bytes | Future[StoredObject]]] = deque()
        with ThreadPoolExecutor(self.workers) as pool:
            try:
                for item in group:
                    known = held.get(item.name)
                    if known is None:
                        waiting.append((item, pool.submit(self._content, item.name)))
                    else:
                        waiting.append((item, known))
                    if len(waiting) > _AHEAD * self.workers:
                        yield self._arrived(*waiting.popleft())
                while waiting:
                    yield self._arrived(*waiting.popleft())
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    def _arrived(
        self, item: NamedObject, content: bytes | Future[StoredObject]
    ) -> tuple[NamedObject, bytes]:
        if isinstance(content, bytes):
            return item, content
        stored = content.result()
        if self._copied is not None:
            self._copied.keep(item, stored)
        return item, stored.data

    def _content(self, name: str) -> StoredObject:
        return self.bucket.read(name)

    def _read_one(self, item: NamedObject) -> None:
        self.collector.begin(item.info)
        with tempfile.TemporaryDirectory(prefix="drift-log-") as folder:
            parts = None
            if item.kind is LogFormat.PARQUET:
                parts = copy_needed_parts(self.bucket, item.info, Path(folder), self.collector)
            log = LogObject(
                name=item.name,
                url=self.bucket.url_of(item.name),
                path=parts or self.bucket.local_copy(item.name, Path(folder)),
                is_whole=parts is None,
                encoding=self.settings.encoding,
                header=self.settings.header,
            )
            try:
                kind = item.kind or self._told_by_content(log)
                self._kinds.add(kind)
                _READERS[kind](log, self.collector)
            except DamagedTextError as damage:
                raise ObjectError(
                    log.url,
                    f"{damage}. None of its rows is used; write the object again, or leave it out "
                    "of predictions.path.",
                ) from None
            except WindowTooLargeError as too_large:
                most = self.collector.request.most_rows
                raise TooManyRowsError(log.url, too_large.found, most) from None
            check_width(log.url, len(self.collector.columns))

    def _told_by_content(self, log: LogObject) -> LogFormat:
        kind = format_in_file(log.path, log.encoding)
        if kind is None and self.settings.header:
            kind = LogFormat.CSV
        if kind is None:
            raise ObjectError(
                log.url,
                "neither its name nor its content tells a format. Expected a name that ends in "
                f"{KNOWN_ENDINGS}, or JSON, CSV with a header or Parquet in it; narrow or correct "
                "predictions.path.",
            )
        return kind


def is_small(info: ObjectInfo, settings: PredictionSettings) -> bool:
    """Tell whether an object is read together with others like it."""
    told = settings.format
    may_be = format_of(info.name) is None and told in {None, "json", "json lines"}
    return may_be and info.size_bytes <= SMALL_BYTES
