"""A sample of a prediction log: rows from its beginning and its end, whatever its size."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from drift.setup.log.bucket_file import BucketFile
from drift.setup.log.csv_sample import BYTE_ORDER_MARK, ROWS_PER_PIECE, place_of, read_csv_sample
from drift.setup.log.parquet_bytes import ROWS_WITH_BYTES, begun_images, holds_bytes, is_bytes
from drift.setup.log.row_sample import LogSample, OddRows, Pieces, UnreadSample, sample_of
from jobs.buckets.bucket import Bucket, ObjectInfo
from jobs.errors import ObjectError
from jobs.predictions.formats.json_lines import parse_line
from jobs.predictions.formats.parquet.pieces import GroupColumns
from jobs.predictions.formats.parquet.texts import as_short_texts, with_inner
from jobs.predictions.rows.rejections import NOT_AN_OBJECT, NOT_UTF8, NUL_BYTE
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
GZIP_MAGIC = b"\x1f\x8b"
_WHY_UNREAD = {
    NOT_AN_OBJECT: "are no JSON objects",
    NOT_UTF8: "are not UTF-8 text",
    NUL_BYTE: "hold NUL bytes",
}
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def read_sample(bucket: Bucket, info: ObjectInfo) -> LogSample | UnreadSample:
    """Return rows from the beginning and the end of one object, read in parts where it is large."""
    try:
        if format_of(info.name) is LogFormat.PARQUET:
            return _read_parquet(bucket, info)
        return _read_text(info.name, _read_pieces(bucket, info))
    except ObjectError as error:
        return UnreadSample(name=info.name, reason=error.problem)
    except MemoryError:
        raise
    except (pa.ArrowException, OSError, zlib.error, EOFError) as error:
        reason = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        return UnreadSample(name=info.name, reason=f"it is damaged ({reason})")


def _read_text(name: str, pieces: Pieces) -> LogSample | UnreadSample:
    if not pieces.head.strip():
        return UnreadSample(name=name, reason=IS_EMPTY)
    if pieces.head.startswith(_UTF16_MARKS):
        reason = (
            "it is UTF-16 text, such as Excel's Unicode text; convert it to UTF-8: "
            "iconv -f UTF-16 -t UTF-8"
        )
        return UnreadSample(name=name, reason=reason)
    if b"\0" in pieces.head[:4096]:
        return UnreadSample(name=name, reason="it is binary or UTF-16, not UTF-8 text")
    is_json = format_of(name) is LogFormat.JSON_LINES
    return _read_json(name, pieces) if is_json else read_csv_sample(name, pieces)


def _read_pieces(bucket: Bucket, info: ObjectInfo) -> Pieces:
    size = info.size_bytes
    if not size:
        return Pieces(head=b"")
    whole = size <= _WHOLE_BYTES
    head = bucket.read_part(info.name, 0, size if whole else PIECE_BYTES)
    if not whole and b"\n" not in head and not head.startswith(GZIP_MAGIC):
        # Lines with images in them are long.
        head = bucket.read_part(info.name, 0, min(size, _LONGEST_HEAD_BYTES))
    if head.startswith(GZIP_MAGIC):
        return _unpack(bucket, info, head)
    if whole:
        return Pieces(head=head, size=size)
    tail = bucket.read_part(info.name, size - PIECE_BYTES, PIECE_BYTES)
    return Pieces(head=_to_newline(head), tail=tail.partition(b"\n")[2], size=size)


def _unpack(bucket: Bucket, info: ObjectInfo, head: bytes) -> Pieces:
    """Unpack gzip data; of a very large object only the beginning."""
    data = head
    if len(head) < info.size_bytes <= _LARGEST_PACKED_BYTES:
        data = bucket.read(info.name).data
    head, tail, unpacked = b"", b"", 0
    for part in _inflate(data):
        head += part[: _WHOLE_BYTES + 1 - len(head)]
        tail = (tail + part)[-PIECE_BYTES:]
        unpacked += len(part)
    size = max(unpacked, round(unpacked * info.size_bytes / len(data)))
    if unpacked >= _MOST_UNPACKED_BYTES:
        return Pieces(head=_to_newline(head[:PIECE_BYTES]), size=size)
    if unpacked <= _WHOLE_BYTES and len(data) >= info.size_bytes:
        return Pieces(head=head, size=size)
    tail = tail.partition(b"\n")[2] if len(data) >= info.size_bytes else b""
    return Pieces(head=_to_newline(head[:PIECE_BYTES]), tail=tail, size=size)


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


def _to_newline(data: bytes) -> bytes:
    return data[: data.rfind(b"\n") + 1] or data


def _read_json(name: str, pieces: Pieces) -> LogSample | UnreadSample:
    head, tail = (
        [(number, line) for number, line in enumerate(piece.split(b"\n"), start=1) if line.strip()]
        for piece in (pieces.head.removeprefix(BYTE_ORDER_MARK), pieces.tail)
    )
    last = [(0, line) for _, line in tail[-ROWS_PER_PIECE:]]
    lines = [*head[:ROWS_PER_PIECE], *last] if last else head
    parsed = [(number, parse_line(line)) for number, line in lines]
    rows = [one for _, one in parsed if isinstance(one, dict)]
    bad = [(number, one) for number, one in parsed if isinstance(one, str)]
    if not rows or len(bad) > len(rows):
        reason = "its lines are no JSON objects (a JSON array or a pretty-printed object is no log)"
        return UnreadSample(name=name, reason=reason)
    table = pd.DataFrame(rows).astype(object)
    return sample_of(table, pieces, odd=_bad_lines(bad, name), rows_seen=len(parsed))


def _bad_lines(bad: Sequence[tuple[int, str]], name: str) -> list[OddRows]:
    """Return what cannot be read, by the reasons of `parse_line`, with the first line of each."""
    lines: dict[str, list[int]] = {}
    for number, reason in bad:
        lines.setdefault(reason, []).append(number)
    return [
        OddRows(
            what=f"cannot be read, because they {_WHY_UNREAD.get(reason, reason)}",
            rows=len(numbers),
            first=place_of(numbers[0], name),
        )
        for reason, numbers in lines.items()
    ]


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
