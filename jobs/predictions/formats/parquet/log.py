"""Parquet logs: row groups that cannot hold the window are skipped, the others read in pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from jobs.errors import ObjectError
from jobs.predictions.formats.log_object import LogObject
from jobs.predictions.formats.parquet.groups import group_bounds, lies_near, may_hold_window
from jobs.predictions.formats.parquet.images import holds_images, images_as_digests
from jobs.predictions.formats.parquet.pieces import MOST_ROWS, GroupColumns, open_parquet
from jobs.predictions.formats.parquet.texts import (
    as_short_texts,
    column_names,
    is_utf8,
    with_inner,
)
from jobs.predictions.formats.parquet.times import read_time_column
from jobs.predictions.log_columns import check_header, check_width
from jobs.predictions.rows.batches import RowBatch, empty_to_null
from jobs.predictions.rows.collector import WindowCollector
from jobs.predictions.rows.rejections import NOT_UTF8, RejectedRows, shorten
from jobs.predictions.values.long_values import LONGEST_VALUE_BYTES
from jobs.times.timestamp_parts import Integers, Texts
from jobs.times.timestamps import TimestampFault, Timestamps


def read_parquet_log(log: LogObject, collector: WindowCollector) -> None:
    """Read one Parquet object into the collector.

    Raises
    ------
    ObjectError
        If it is damaged, no Parquet file, or without the columns that the job names.
    """
    try:
        # Parts of an object have no checksum of the store's, but pages may have the writer's.
        with open_parquet(log.path, verify=not log.is_whole) as file:
            columns = [str(name) for name in file.schema_arrow.names]
            check_header(log.url, columns, collector.needed)
            collector.know_columns(columns)
            collector.columns |= dict.fromkeys(column_names(file.schema_arrow))
            check_width(log.url, len(collector.columns))
            _read_groups(file, log, collector)
    except MemoryError:
        # It is an ArrowException too, and says nothing of the file.
        raise
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise ObjectError(
            log.url,
            f"the log cannot be read as Parquet ({reason}). Expected a whole, unencrypted "
            "Parquet file; write it again.",
        ) from None


def _read_groups(file: parquet.ParquetFile, log: LogObject, collector: WindowCollector) -> None:
    first_row = 1
    names = collector.columns_to_read([str(name) for name in file.schema_arrow.names])
    for group in range(file.metadata.num_row_groups):
        rows = file.metadata.row_group(group).num_rows
        bounds = group_bounds(file, group, collector)
        if bounds is not None:
            collector.observed.add(bounds)
        reader = _GroupReader(log, file.metadata, group, first_row, collector)
        if bounds is None or may_hold_window(bounds, file, collector):
            reader.read_rows(names)
        elif lies_near(bounds, file, collector):
            for _ in reader.read_times():
                pass
        first_row += rows


@dataclass(frozen=True, slots=True, kw_only=True)
class _TimedRows:
    """Rows that follow each other, with their times.

    Attributes
    ----------
    start
        The place of the first in its row group.
    lines
        Their row numbers, counted from 1 in the file.
    texts
        The times as written, where one of them cannot be read.
    """

    start: int
    lines: Integers
    texts: Texts
    times: Timestamps


class _GroupReader:
    """Reads one row group into the collector, so many rows at once that memory is bounded."""

    def __init__(
        self,
        log: LogObject,
        metadata: parquet.FileMetaData,
        group: int,
        first_row: int,
        collector: WindowCollector,
    ) -> None:
        self._log = log
        self._metadata = metadata
        self._group = group
        self._first_row = first_row
        self._collector = collector

    def read_times(self) -> Iterator[_TimedRows]:
        """Yield the times of all rows; only their column is read, where they have one."""
        name = self._collector.time_column
        rows = self._metadata.row_group(self._group).num_rows
        with self._columns([name] if name is not None else []) as column:
            for start in range(0, rows, MOST_ROWS):
                every = np.ones(min(MOST_ROWS, rows - start), np.bool_)
                found = pa.chunked_array([pa.nulls(len(every), pa.string())])
                if name is not None:
                    found = column.read(start, every, _written_times)[name]
                texts, times = read_time_column(found, self._collector.rules)
                lines = np.arange(len(every), dtype=np.int64) + self._first_row + start
                good = times.faults == TimestampFault.NONE
                self._collector.note(
                    self._log.name, lines[good], times.moments[good], times.zoneless[good]
                )
                yield _TimedRows(start=start, lines=lines, texts=texts, times=times)

    def read_rows(self, names: Sequence[str]) -> None:
        """Read the rows that lie in the window; other columns than their time only for these."""
        collector = self._collector
        with self._columns(names) as columns:
            for part in self.read_times():
                wanted = collector.select(self._log.name, part.lines, part.texts, part.times)
                collector.settle_places(self._log.name)
                if not wanted.any():
                    continue
                table = pa.table(columns.read(part.start, wanted, self._texts))
                rows = np.flatnonzero(wanted)
                batch = RowBatch(
                    source=self._log.name,
                    table=empty_to_null(table),
                    moments=part.times.moments[rows],
                    zoneless=part.times.zoneless[rows],
                    lines=part.lines[rows],
                    has_digests=True,
                )
                collector.add(_with_good_texts(batch, collector))

    def _columns(self, names: Sequence[str]) -> GroupColumns:
        images = self._collector.needed.images
        return GroupColumns(
            self._log.path,
            self._metadata,
            self._group,
            names,
            verify=not self._log.is_whole,
            images=[name for name in names if images is not None and holds_images(name, images)],
        )

    def _texts(self, name: str, column: Texts) -> dict[str, Texts]:
        """Return a column, and what is in its structs, as texts; long ones cut where unnamed."""
        needed = self._collector.needed
        if needed.images is not None and holds_images(name, needed.images):
            return images_as_digests(name, column, needed, self._collector.keep_image)
        return {
            inner: as_short_texts(
                part,
                longest=None if needed.names(inner) else LONGEST_VALUE_BYTES,
            )
            for inner, part in with_inner(name, column)
        }


def _written_times(name: str, column: Texts) -> dict[str, Texts]:
    """Return a column of times as it is, or as texts that may be times, whatever their length."""
    if pa.types.is_temporal(column.type):
        return {name: column}
    return {name: as_short_texts(column, longest=LONGEST_VALUE_BYTES)}


def _with_good_texts(batch: RowBatch, collector: WindowCollector) -> RowBatch:
    """Return the rows of which every text is UTF-8; count the others."""
    bad: dict[int, str] = {}
    for column in batch.table.columns:
        if not is_utf8(column):
            bad |= {
                row: shorten(data)
                for row, data in enumerate(column.cast(pa.binary()).to_pylist())
                if data is not None and not _decodes(data)
            }
    if not bad:
        return batch
    rows = np.array(sorted(bad), np.int64)
    collector.rejections.add_timed(
        RejectedRows(
            source=batch.source,
            reason=NOT_UTF8,
            lines=batch.lines[rows],
            details=[bad[row] for row in rows.tolist()],
            moments=batch.moments[rows],
        )
    )
    return batch.take(np.delete(np.arange(len(batch)), rows))


def _decodes(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
