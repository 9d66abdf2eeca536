"""A sample of a prediction log: rows from its beginning and its end, whatever its size."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from drift.setup.log.bucket_file import BucketFile
from drift.setup.log.samples.csv_sample import read_csv_sample
from drift.setup.log.samples.json_sample import read_json_sample, values_as_lines
from drift.setup.log.samples.parquet_bytes import (
    ROWS_WITH_BYTES,
    begun_images,
    holds_bytes,
    is_bytes,
)
from drift.setup.log.samples.row_sample import (
    ROWS_PER_PIECE,
    LogSample,
    Pieces,
    UnreadSample,
    Written,
    as_text,
)
from jobs.buckets.bucket import Bucket, ObjectInfo
from jobs.errors import ObjectError
from jobs.predictions.formats.content import format_of_content
from jobs.predictions.formats.parquet.pieces import GroupColumns
from jobs.predictions.formats.parquet.texts import as_short_texts, with_inner
from jobs.predictions.formats.text_stream import GZIP_MAGIC
from jobs.predictions.selection.object_names import LogFormat, format_of
from jobs.times.timestamp_parts import Texts

PIECE_BYTES = 1 << 20
_WHOLE_BYTES = 4 * PIECE_BYTES
_LONGEST_HEAD_BYTES = 32 * PIECE_BYTES
_LARGEST_PACKED_BYTES = 64 << 20
# Of gzip data that unpacks to more, only the beginning is looked at.
_MOST_UNPACKED_BYTES = 1 << 30
# Longer values are cut; the address of an image may be long.
_LONGEST_VALUE_BYTES = 4_096
IS_EMPTY = "it is empty"


def read_sample(
    bucket: Bucket, info: ObjectInfo, kind: LogFormat | None = None
) -> LogSample | UnreadSample:
    """Return rows from the beginning and the end of one object, read in parts where it is large.

    Parameters
    ----------
    kind
        How it is written, where that is known from its content; None where its name tells.
    """
    try:
        if (kind or format_of(info.name)) is LogFormat.PARQUET:
            sample = _read_parquet(bucket, info)
        else:
            sample = _read_text(info.name, _read_pieces(bucket, info), kind)
    except ObjectError as error:
        return UnreadSample(name=info.name, reason=error.problem)
    except MemoryError:
        raise
    except (pa.ArrowException, OSError, zlib.error, EOFError) as error:
        reason = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        return UnreadSample(name=info.name, reason=f"it is damaged ({reason})")
    if isinstance(sample, UnreadSample):
        return sample
    sample = replace(sample, objects=(info.name,) * len(sample.table))
    if kind is None:
        return sample
    return replace(sample, written=replace(sample.written, format=kind))


def _read_text(name: str, pieces: Pieces, kind: LogFormat | None) -> LogSample | UnreadSample:
    if not pieces.head.strip():
        return UnreadSample(name=name, reason=IS_EMPTY)
    if b"\0" in pieces.head[:4096]:
        reason = (
            "it is binary, or UTF-16 without the mark that says so, which is read once "
            'predictions.encoding = "utf-16-le" stands in the job file'
        )
        return UnreadSample(name=name, reason=reason)
    told = kind or format_of(name)
    if told is LogFormat.CSV:
        return read_csv_sample(name, pieces.whole_lines())
    if told is LogFormat.JSON:
        return read_json_sample(name, values_as_lines(pieces), unit="object")
    by_line = read_json_sample(name, pieces.whole_lines())
    if isinstance(by_line, LogSample) or kind is not None:
        return by_line
    return _no_lines(name, pieces) or by_line


def _no_lines(name: str, pieces: Pieces) -> LogSample | None:
    """Return rows of other JSON under a name that promises lines; None where there are none."""
    if format_of_content(pieces.head, is_whole=pieces.is_whole) is not LogFormat.JSON:
        return None
    sample = read_json_sample(name, values_as_lines(pieces), unit="object")
    if isinstance(sample, UnreadSample):
        return None
    return replace(sample, written=Written(format=LogFormat.JSON))


def _read_pieces(bucket: Bucket, info: ObjectInfo) -> Pieces:
    size = info.size_bytes
    if not size:
        return Pieces(head=b"")
    whole = size <= _WHOLE_BYTES
    head = bucket.read_part(info.name, 0, size if whole else PIECE_BYTES)
    if not whole and not head.startswith(GZIP_MAGIC) and b"\n" not in head[PIECE_BYTES // 2 :]:
        # Lines with images in them are long.
        head = bucket.read_part(info.name, 0, min(size, _LONGEST_HEAD_BYTES))
    if head.startswith(GZIP_MAGIC):
        return _unpack(bucket, info, head)
    if whole:
        return as_text(Pieces(head=head, size=size))
    # A multiple of four, so that no character of UTF-16 or UTF-32 is cut.
    start = (size - PIECE_BYTES) & ~3
    tail = bucket.read_part(info.name, start, size - start)
    return as_text(Pieces(head=head, tail=tail, size=size))


def _unpack(bucket: Bucket, info: ObjectInfo, head: bytes) -> Pieces:
    """Unpack gzip data; of a very large object only the beginning."""
    data = head
    if len(head) < info.size_bytes <= _LARGEST_PACKED_BYTES:
        data = bucket.read(info.name).data
    head, tail, unpacked = b"", b"", 0
    for part in _inflate(data):
        head += part[: _WHOLE_BYTES + 1 - len(head)]
        tail = (tail + part)[-PIECE_BYTES - (unpacked + len(part)) % 4 :]
        unpacked += len(part)
    size = max(unpacked, round(unpacked * info.size_bytes / len(data)))
    if unpacked >= _MOST_UNPACKED_BYTES:
        return as_text(Pieces(head=head[:PIECE_BYTES], size=size))
    if unpacked <= _WHOLE_BYTES and len(data) >= info.size_bytes:
        return as_text(Pieces(head=head, size=size))
    tail = tail if len(data) >= info.size_bytes else b""
    return as_text(Pieces(head=head[:PIECE_BYTES], tail=tail, size=size))


def _inflate(data: bytes) -> Iterator[bytes]:
    """Yield what can be unpacked of gzip data that may be cut off or of several members.

    It is yielded in parts, and only up to about `_MOST_UNPACKED_BYTES` of it.
    """
    unpacked = 0
    rest = data
    while rest.startswith(GZIP_MAGIC):
        unpacker = zlib.decompressobj(wbits=31)
        while part := unpacker.decompress(rest, PIECE_BYTES):
            yield part
            unpacked += len(part)
            if unpacked >= _MOST_UNPACKED_BYTES:
                return
            rest = unpacker.unconsumed_tail
        rest = unpacker.unused_data


def _read_parquet(bucket: Bucket, info: ObjectInfo) -> LogSample | UnreadSample:
    with (
        BucketFile(bucket, info.name, info.size_bytes) as source,
        parquet.ParquetFile(pa.PythonFile(source)) as file,
    ):
        columns = [field.name for field in file.schema_arrow]
        most = ROWS_WITH_BYTES if any(map(holds_bytes, file.schema_arrow.types)) else ROWS_PER_PIECE
        count = file.metadata.num_rows
        if not count:
            return UnreadSample(name=info.name, reason="it has no rows")
        tables = [_first_rows(source, file.metadata, columns, most)]
        if count > most:
            tables.append(_last_rows(source, file.metadata, columns, most))
    table = pa.concat_tables(tables).to_pandas().astype(object)
    table = table.where(table.notna() & (table != ""), None)
    return LogSample(
        table=table, rows_in_all=count, is_complete=len(table) == count, rows_seen=len(table)
    )


def _first_rows(
    source: BucketFile, metadata: parquet.FileMetaData, columns: Sequence[str], most: int
) -> pa.Table:
    """Return the first rows, of several row groups where they are small, as some writers' are."""
    parts: list[pa.Table] = []
    wanted = min(most, metadata.num_rows)
    for group in range(metadata.num_row_groups):
        left = wanted - sum(len(part) for part in parts)
        if left <= 0:
            break
        rows = min(left, metadata.row_group(group).num_rows)
        if rows:
            parts.append(_rows_of(source, metadata, group, 0, rows, columns))
    return pa.concat_tables(parts)


def _last_rows(
    source: BucketFile, metadata: parquet.FileMetaData, columns: Sequence[str], most: int
) -> pa.Table:
    """Return the last rows of the last row group that were not among the first."""
    group = metadata.num_row_groups - 1
    rows = metadata.row_group(group).num_rows
    fresh = min(most, rows, metadata.num_rows - most)
    return _rows_of(source, metadata, group, rows - fresh, fresh, columns)


def _rows_of(
    source: BucketFile,
    metadata: parquet.FileMetaData,
    group: int,
    start: int,
    count: int,
    columns: Sequence[str],
) -> pa.Table:
    with GroupColumns(pa.PythonFile(source), metadata, group, columns, verify=False) as stored:
        return pa.table(stored.read(start, np.ones(count, np.bool_), _texts))


def _texts(name: str, column: Texts) -> dict[str, Texts]:
    return {
        inner: begun_images(part)
        if is_bytes(part.type)
        else as_short_texts(part, longest=_LONGEST_VALUE_BYTES)
        for inner, part in with_inner(name, column)
        # The text of a struct with bytes would hold them all once more.
        if is_bytes(part.type) or not holds_bytes(part.type)
    }
