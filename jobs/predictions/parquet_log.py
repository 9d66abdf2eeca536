"""Parquet logs: row groups that cannot hold the window are skipped, the others read in pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from jobs.errors import ObjectError
from jobs.predictions.json_log import text_of
from jobs.predictions.log_columns import check_header, check_width
from jobs.predictions.log_object import LogObject
from jobs.predictions.long_values import LONGEST_VALUE_BYTES, cut_values
from jobs.predictions.parquet_groups import group_bounds, lies_near, may_hold_window
from jobs.predictions.parquet_pieces import MOST_ROWS, GroupColumns, open_parquet
from jobs.predictions.rejections import NOT_UTF8, RejectedRows, shorten
from jobs.predictions.window_rows import RowBatch, WindowCollector, empty_to_null
from jobs.timestamp_parts import Integers, Texts
from jobs.timestamps import TimestampFault, Timestamps, moments_of, read_timestamps

# Between these pyarrow writes a float as Python does.
_SAME_FROM, _SAME_BELOW = 1e-4, 1e10
# The microseconds of units that hold times which microseconds cannot.
_LARGE_UNITS = {"s": 1_000_000, "ms": 1_000}
_OUT_OF_RANGE = "<value out of range>"


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
    names = [str(name) for name in file.schema_arrow.names]
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
        """Yield the times of all rows; only their column is read."""
        name = self._collector.needed.named.timestamp
        rows = self._metadata.row_group(self._group).num_rows
        with self._columns([name]) as column:
            for start in range(0, rows, MOST_ROWS):
                every = np.ones(min(MOST_ROWS, rows - start), np.bool_)
                found = column.read(start, every, _written_times)[name]
                texts, times = read_time_column(found, self._collector)
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
                )
                collector.add(_with_good_texts(batch, collector))

    def _columns(self, names: Sequence[str]) -> GroupColumns:
        return GroupColumns(
            self._log.path,
            self._metadata,
            self._group,
            names,
            verify=not self._log.is_whole,
        )

    def _texts(self, name: str, column: Texts) -> dict[str, Texts]:
        """Return a column, and what is in its structs, as texts; long ones cut where unnamed."""
        return {
            inner: as_short_texts(
                part,
                longest=None if self._collector.needed.names(inner) else LONGEST_VALUE_BYTES,
            )
            for inner, part in with_inner(name, column)
        }


def _written_times(name: str, column: Texts) -> dict[str, Texts]:
    """Return a column of times as it is, or as texts that may be times, whatever their length."""
    if pa.types.is_temporal(column.type):
        return {name: column}
    return {name: as_short_texts(column, longest=LONGEST_VALUE_BYTES)}


def as_short_texts(column: Texts, *, longest: int | None) -> Texts:
    """Return a column as texts; those of more bytes than `longest` are cut, if it is a number.

    A dictionary's values are cut before they are repeated.
    """
    if not pa.types.is_dictionary(column.type):
        texts = _column_as_texts(column)
        if longest is None:
            return texts
        cut = [cut_values(chunk, longest) for chunk in texts.chunks]
        return pa.chunked_array(cut, pa.string())
    return pa.chunked_array(
        [
            as_short_texts(pa.chunked_array([chunk.dictionary]), longest=longest)
            .combine_chunks()
            .take(chunk.indices)
            for chunk in column.chunks
        ],
        pa.string(),
    )


def _with_good_texts(batch: RowBatch, collector: WindowCollector) -> RowBatch:
    """Return the rows of which every text is UTF-8; count the others."""
    bad: dict[int, str] = {}
    for column in batch.table.columns:
        if not _is_utf8(column):
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


def _is_utf8(column: Texts) -> bool:
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _decodes(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _escaped(column: Texts) -> pa.StringArray:
    """Return texts in one piece, with what is no UTF-8 in them escaped."""
    if _is_utf8(column):
        return column.combine_chunks()
    values = column.cast(pa.binary()).to_pylist()
    texts = [value and value.decode("utf-8", "backslashreplace") for value in values]
    return pa.array(texts, pa.binary()).cast(pa.string())


def read_time_column(column: Texts, collector: WindowCollector) -> tuple[Texts, Timestamps]:
    """Return a column of any type as texts and as moments."""
    kind = column.type
    if not pa.types.is_timestamp(kind) and not pa.types.is_date(kind):
        texts = _escaped(_column_as_texts(column))
        return texts, read_timestamps(texts, collector.rules)
    zoneless = not (pa.types.is_timestamp(kind) and kind.tz)
    missing = column.is_null().to_numpy()
    local = pc.fill_null(_microseconds(column), 0).to_numpy()
    times = moments_of(local, np.full(len(local), zoneless), collector.rules)
    faults = np.where(missing, TimestampFault.ABSENT, times.faults).astype(np.uint8)
    texts = pa.array([""] * len(local), pa.string())
    if faults.any():
        texts = _escaped(_column_as_texts(column))
    return texts, Timestamps(moments=times.moments, faults=faults, zoneless=times.zoneless)


def _microseconds(column: Texts) -> Texts:
    """Return times or dates since 1970-01-01; the farthest there are in place of farther ones."""
    kind = column.type
    if pa.types.is_date32(kind):
        counts, factor = column.cast(pa.int32()).cast(pa.int64()), 86_400_000_000
    elif pa.types.is_date64(kind) or kind.unit in _LARGE_UNITS:
        counts = column.cast(pa.int64())
        factor = _LARGE_UNITS["ms" if pa.types.is_date64(kind) else kind.unit]
    else:
        return column.cast(pa.timestamp("us", kind.tz), safe=False).cast(pa.int64())
    farthest = np.iinfo(np.int64).max // factor
    counts = pc.max_element_wise(counts, -farthest, skip_nulls=False)
    return pc.multiply(pc.min_element_wise(counts, farthest, skip_nulls=False), factor)


def as_texts(table: Texts) -> Texts:
    """Return all columns of a table as the texts that other formats would hold."""
    flat = {
        name: column
        for outer, whole in zip(table.column_names, table.columns, strict=True)
        for name, column in with_inner(outer, whole)
    }
    return pa.table({name: _column_as_texts(column) for name, column in flat.items()})


def column_names(schema: pa.Schema) -> list[str]:
    """Return the names of all columns, those of structs' fields among them: ``request.file``."""
    return [str(name) for name in as_texts(schema.empty_table()).column_names]


def with_inner(name: str, column: Texts) -> Iterator[tuple[str, Texts]]:
    """Yield a column and, where it is a struct, its fields as columns of their own."""
    yield name, column
    if pa.types.is_struct(column.type):
        for place in range(column.type.num_fields):
            field = column.type.field(place)
            yield from with_inner(f"{name}.{field.name}", pc.struct_field(column, [place]))


def _column_as_texts(column: Texts) -> Texts:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _column_as_texts(column.cast(kind.value_type))
    if pa.types.is_string(kind):
        return column
    if pa.types.is_large_string(kind) or pa.types.is_integer(kind) or pa.types.is_string_view(kind):
        return column.cast(pa.string())
    if pa.types.is_timestamp(kind):
        return _timestamp_texts(column)
    if pa.types.is_floating(kind):
        return _float_texts(column)
    try:
        texts = pa.array([text_of(value) for value in column.to_pylist()], pa.string())
    except (OverflowError, ValueError):
        # Bytes that are no text are kept as they are, for the row to be known by them.
        texts = pa.array([_one_text(value) for value in column], pa.binary())
        texts = pa.StringArray.from_buffers(len(texts), *texts.buffers()[1:], texts.buffers()[0])
    return pa.chunked_array([texts])


def _one_text(value: pa.Scalar) -> str | bytes | None:
    try:
        return text_of(value.as_py())
    except UnicodeError:
        return b"\xff"
    except (OverflowError, ValueError):
        return _OUT_OF_RANGE


def _timestamp_texts(column: Texts) -> Texts:
    """Return times as ISO 8601 in UTC, or without a zone where the column has none."""
    zoned = bool(column.type.tz)
    written = _microseconds(column).cast(pa.timestamp("us")).cast(pa.string())
    texts = pc.replace_substring(written, " ", "T")
    texts = pc.binary_join_element_wise(texts, "Z", "") if zoned else texts
    return pc.if_else(pc.starts_with(written, "<"), _OUT_OF_RANGE, texts)


def _float_texts(column: Texts) -> Texts:
    """Return floats as `text_of` writes them, by pyarrow where it writes the same."""
    # Adding zero takes the sign from a negative zero.
    floats = pc.add(column.cast(pa.float64()), 0.0).combine_chunks()
    sizes = pc.abs(floats)
    same = pc.or_(
        pc.and_(pc.greater_equal(sizes, _SAME_FROM), pc.less(sizes, _SAME_BELOW)),
        pc.equal(sizes, 0.0),
    )
    other = pc.invert(pc.fill_null(same, True))
    own = pa.array([text_of(value) for value in floats.filter(other).to_pylist()], pa.string())
    return pa.chunked_array([pc.replace_with_mask(floats.cast(pa.string()), other, own)])
