"""Parquet logs: row groups that cannot hold the window are skipped, the others read in pieces."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from jobs.errors import ObjectError
from jobs.predictions.json_log import text_of
from jobs.predictions.log_columns import check_header, check_width
from jobs.predictions.log_object import LogObject
from jobs.predictions.rejections import NOT_UTF8, RejectedRows, shorten
from jobs.predictions.window_rows import RowBatch, WindowCollector, empty_to_null
from jobs.timestamp_parts import Integers, Texts
from jobs.timestamps import TimestampFault, Timestamps, moments_of, read_timestamps

_ROWS_PER_PIECE = 65_536
# Between these pyarrow writes a float as Python does.
_SAME_FROM, _SAME_BELOW = 1e-4, 1e10
# The microseconds of units that hold times which microseconds cannot.
_LARGE_UNITS = {"s": 1_000_000, "ms": 1_000}
_OUT_OF_RANGE = "<value out of range>"
# The widest that a zone is away from UTC is 14 hours.
_ZONE_MARGIN = timedelta(days=1)


def read_parquet_log(log: LogObject, collector: WindowCollector) -> None:
    """Read one Parquet object into the collector.

    Raises
    ------
    ObjectError
        If it is damaged, no Parquet file, or without the columns that the job names.
    """
    try:
        # Parts of an object have no checksum of the store's, but pages may have the writer's.
        verify = not log.is_whole
        with parquet.ParquetFile(log.path, page_checksum_verification=verify) as file:
            columns = [str(name) for name in file.schema_arrow.names]
            check_header(log.url, columns, collector.needed)
            collector.columns |= dict.fromkeys(column_names(file.schema_arrow))
            check_width(log.url, len(collector.columns))
            _read_groups(file, log.name, collector)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise ObjectError(
            log.url,
            f"the log cannot be read as Parquet ({reason}). Expected a whole, unencrypted "
            "Parquet file; write it again.",
        ) from None


def _read_groups(file: parquet.ParquetFile, source: str, collector: WindowCollector) -> None:
    first_row = 1
    for group in range(file.metadata.num_row_groups):
        rows = file.metadata.row_group(group).num_rows
        bounds = _bounds(file, group, collector)
        if bounds is not None:
            collector.observed.add(bounds)
        if bounds is None or _may_hold_window(bounds, file, collector):
            _read_group(file, group, first_row, source, collector)
        first_row += rows


def needed_groups(file: parquet.ParquetFile, collector: WindowCollector) -> list[int]:
    """Return the row groups that `read_parquet_log` reads; it has to have the timestamp column."""
    found = ((group, _bounds(file, group, collector)) for group in range(file.num_row_groups))
    return [
        group
        for group, bounds in found
        if bounds is None or _may_hold_window(bounds, file, collector)
    ]


def _bounds(file: parquet.ParquetFile, group: int, collector: WindowCollector) -> Integers | None:
    """Return the first and the last time in a row group by its statistics, as far as they tell.

    Only where the column is a real timestamp without gaps: a row without a time is counted.
    """
    name = collector.needed.named.timestamp
    kind = file.schema_arrow.field(name).type
    position = next(
        (i for i in range(len(file.schema)) if file.schema.column(i).path == name),
        None,
    )
    if not pa.types.is_timestamp(kind) or position is None:
        return None
    statistics = file.metadata.row_group(group).column(position).statistics
    if statistics is None or not statistics.has_min_max or statistics.null_count != 0:
        return None
    try:
        oldest, newest = statistics.min, statistics.max
    except (OverflowError, ValueError):
        # A year that no datetime can hold.
        return None
    if not isinstance(oldest, datetime) or not isinstance(newest, datetime):
        return None
    bounds = np.array([_as_moment(oldest), _as_moment(newest)], dtype=np.int64)
    # Years that are refused are counted, so they have to be seen.
    refused = moments_of(bounds, np.zeros(2, np.bool_), collector.rules).faults.any()
    return None if refused else bounds


def _may_hold_window(
    bounds: Integers, file: parquet.ParquetFile, collector: WindowCollector
) -> bool:
    zoned = file.schema_arrow.field(collector.needed.named.timestamp).type.tz
    margin = 0 if zoned else _ZONE_MARGIN // timedelta(microseconds=1)
    after_start = collector.start is None or bounds[1] + margin >= collector.start
    return bool(after_start and bounds[0] - margin < collector.end)


def _as_moment(time: datetime) -> int:
    naive = (
        time
        if time.tzinfo is None
        else time.replace(tzinfo=None) - (time.utcoffset() or timedelta())
    )
    return (naive - datetime(1970, 1, 1)) // timedelta(microseconds=1)  # noqa: DTZ001


def _read_group(
    file: parquet.ParquetFile, group: int, first_row: int, source: str, collector: WindowCollector
) -> None:
    name = collector.needed.named.timestamp
    column = file.read_row_group(group, columns=[name]).column(name)
    texts, times = read_time_column(column, collector)
    lines = np.arange(first_row, first_row + len(texts), dtype=np.int64)
    wanted = collector.select(source, lines, texts, times)
    collector.places.settle(source)
    if not wanted.any():
        return
    start = 0
    for piece in file.iter_batches(_ROWS_PER_PIECE, row_groups=[group]):
        rows = np.flatnonzero(wanted[start : start + len(piece)])
        if len(rows):
            table = pa.Table.from_batches([piece.take(pa.array(rows))])
            batch = RowBatch(
                source=source,
                table=empty_to_null(as_texts(table)),
                moments=times.moments[rows + start],
                zoneless=times.zoneless[rows + start],
                lines=lines[rows + start],
            )
            collector.add(_with_good_texts(batch, collector))
        start += len(piece)


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
        for name, column in _with_inner(outer, whole)
    }
    return pa.table({name: _column_as_texts(column) for name, column in flat.items()})


def column_names(schema: pa.Schema) -> list[str]:
    """Return the names of all columns, those of structs' fields among them: ``request.file``."""
    return [str(name) for name in as_texts(schema.empty_table()).column_names]


def _with_inner(name: str, column: Texts) -> Iterator[tuple[str, Texts]]:
    """Yield a column and, where it is a struct, its fields as columns of their own."""
    yield name, column
    if pa.types.is_struct(column.type):
        for place in range(column.type.num_fields):
            field = column.type.field(place)
            yield from _with_inner(f"{name}.{field.name}", pc.struct_field(column, [place]))


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
