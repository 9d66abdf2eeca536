"""A sample of a prediction log: rows from its beginning and its end, whatever its size."""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from drift.setup.bucket_file import BucketFile
from jobs.buckets.bucket import Bucket, ObjectInfo
from jobs.errors import ObjectError
from jobs.predictions.json_log import parse_line
from jobs.predictions.object_names import LogFormat, format_of
from jobs.predictions.parquet_log import as_texts

PIECE_BYTES = 1 << 20
_WHOLE_BYTES = 4 * PIECE_BYTES
_LARGEST_PACKED_BYTES = 64 << 20
ROWS_PER_PIECE = 3_000
_GZIP_MAGIC = b"\x1f\x8b"
_DELIMITERS = ",;\t|"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSample:
    """Some rows of one log.

    Attributes
    ----------
    table
        All columns as text, missing and empty values as None; older rows first as far as the
        log's own order tells.
    rows_in_all
        How many rows the log has, estimated where `is_complete` is false.
    notes
        What is odd about it, in sentences.
    """

    table: pd.DataFrame
    rows_in_all: int
    is_complete: bool
    notes: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self.table.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadSample:
    """An object that is no readable log, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pieces:
    """The beginning of a text and, where that is not all of it, its end."""

    head: bytes
    tail: bytes = b""
    size: int = 0


def read_sample(bucket: Bucket, info: ObjectInfo) -> LogSample | UnreadSample:
    """Return rows from the beginning and the end of one object, read in parts where it is large."""
    try:
        if format_of(info.name) is LogFormat.PARQUET:
            return _read_parquet(bucket, info)
        return _read_text(info.name, _read_pieces(bucket, info))
    except ObjectError as error:
        return UnreadSample(name=info.name, reason=error.problem)
    except (pa.ArrowException, OSError, zlib.error, EOFError) as error:
        reason = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        return UnreadSample(name=info.name, reason=f"it is damaged ({reason})")


def _read_text(name: str, pieces: _Pieces) -> LogSample | UnreadSample:
    if not pieces.head.strip():
        return UnreadSample(name=name, reason="it is empty")
    if b"\0" in pieces.head[:4096]:
        return UnreadSample(name=name, reason="it is binary or UTF-16, not UTF-8 text")
    is_json = format_of(name) is LogFormat.JSON_LINES
    return _read_json(name, pieces) if is_json else _read_csv(name, pieces)


def join_samples(samples: Sequence[LogSample], *, objects: int) -> LogSample:
    """Return the samples of some of a log's `objects` as one."""
    table = pd.concat([sample.table for sample in samples], ignore_index=True)
    seen = sum(sample.rows_in_all for sample in samples)
    notes = dict.fromkeys(note for sample in samples for note in sample.notes)
    return LogSample(
        table=table.astype(object).where(table.notna(), None),
        rows_in_all=round(seen * objects / len(samples)),
        is_complete=objects == len(samples) and all(one.is_complete for one in samples),
        notes=tuple(notes),
    )


def _read_pieces(bucket: Bucket, info: ObjectInfo) -> _Pieces:
    size = info.size_bytes
    if not size:
        return _Pieces(head=b"")
    whole = size <= _WHOLE_BYTES
    head = bucket.read_part(info.name, 0, size if whole else PIECE_BYTES)
    if head.startswith(_GZIP_MAGIC):
        return _unpack(bucket, info, head)
    if whole:
        return _Pieces(head=head, size=size)
    tail = bucket.read_part(info.name, size - PIECE_BYTES, PIECE_BYTES)
    return _Pieces(head=_to_newline(head), tail=tail.partition(b"\n")[2], size=size)


def _unpack(bucket: Bucket, info: ObjectInfo, head: bytes) -> _Pieces:
    """Unpack gzip data; of a very large object only the beginning."""
    data = head
    if len(head) < info.size_bytes <= _LARGEST_PACKED_BYTES:
        data = bucket.read(info.name).data
    text = _inflate(data)
    size = max(len(text), round(len(text) * info.size_bytes / len(data)))
    if len(text) <= _WHOLE_BYTES and len(data) >= info.size_bytes:
        return _Pieces(head=text, size=size)
    tail = text[-PIECE_BYTES:].partition(b"\n")[2] if len(data) >= info.size_bytes else b""
    return _Pieces(head=_to_newline(text[:PIECE_BYTES]), tail=tail, size=size)


def _inflate(data: bytes) -> bytes:
    """Return what can be unpacked of gzip data that may be cut off or of several members."""
    out = []
    rest = data
    while rest.startswith(_GZIP_MAGIC):
        unpacker = zlib.decompressobj(wbits=31)
        out.append(unpacker.decompress(rest))
        rest = unpacker.unused_data
    return b"".join(out)


def _to_newline(data: bytes) -> bytes:
    return data[: data.rfind(b"\n") + 1] or data


def _read_json(name: str, pieces: _Pieces) -> LogSample | UnreadSample:
    pieces_of_lines = [
        [line for line in piece.split(b"\n") if line.strip()]
        for piece in (pieces.head.removeprefix(_BYTE_ORDER_MARK), pieces.tail)
    ]
    head, tail = pieces_of_lines
    lines = [*head[:ROWS_PER_PIECE], *tail[-ROWS_PER_PIECE:]] if tail else head
    parsed = [parse_line(line) for line in lines]
    rows = [one for one in parsed if isinstance(one, dict)]
    bad = len(parsed) - len(rows)
    if not rows or bad > len(rows):
        reason = "its lines are no JSON objects (a JSON array or a pretty-printed object is no log)"
        return UnreadSample(name=name, reason=reason)
    table = pd.DataFrame(rows).astype(object)
    return _sample(table, pieces, notes=())


def _sample(table: pd.DataFrame, pieces: _Pieces, *, notes: tuple[str, ...]) -> LogSample:
    read = len(pieces.head) + len(pieces.tail)
    lines = pieces.head.count(b"\n") + pieces.tail.count(b"\n")
    is_complete = not pieces.tail and read >= pieces.size
    count = len(table) if is_complete else max(len(table), round(pieces.size * lines / read))
    table = table.where(table.notna() & (table != ""), None)
    return LogSample(table=table, rows_in_all=count, is_complete=is_complete, notes=notes)


def _read_csv(name: str, pieces: _Pieces) -> LogSample | UnreadSample:
    head = pieces.head.removeprefix(_BYTE_ORDER_MARK)
    first = head.lstrip(b"\r\n").partition(b"\n")[0]
    try:
        first.decode("utf-8")
    except UnicodeDecodeError:
        return UnreadSample(name=name, reason="its header is not UTF-8 text")
    texts = [piece.decode("utf-8", "replace") for piece in (head, pieces.tail)]
    delimiter = _delimiter_of(texts[0])
    parsed = [_parse(text, delimiter) for text in texts]
    header = [value.strip() for value in parsed[0][0]]
    problem = _header_problem(header, parsed[0][1:3])
    if problem:
        return UnreadSample(name=name, reason=problem)
    body = parsed[0][1:]
    kept = [*body[:ROWS_PER_PIECE], *parsed[1][-ROWS_PER_PIECE:]] if pieces.tail else body
    rows = [row for row in kept if len(row) == len(header)]
    if not rows:
        return UnreadSample(name=name, reason="it has a header but no row with as many fields")
    notes: tuple[str, ...] = ()
    if "\ufffd" in "".join(texts):
        notes = ("Some rows are not UTF-8 text; a run rejects and counts them.",)
    return _sample(pd.DataFrame(rows, columns=header, dtype=object), pieces, notes=notes)


def _parse(text: str, delimiter: str) -> list[list[str]]:
    if not text.strip():
        return []
    csv.field_size_limit(1 << 24)
    try:
        return [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row]
    except csv.Error:
        return [line.split(delimiter) for line in text.splitlines() if line]


def _delimiter_of(text: str) -> str:
    """Return the mark that splits most lines into as many fields as the header has."""
    lines = [line for line in text.splitlines()[:50] if line.strip()]
    best, best_score = ",", -1.0
    for mark in _DELIMITERS:
        counts = [len(row) for row in _parse("\n".join(lines), mark)]
        same = sum(count == counts[0] for count in counts) / len(counts)
        score = (counts[0] > 1) * (same + min(counts[0], 40) / 1000)
        if score > best_score:
            best, best_score = mark, score
    return best


def _header_problem(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    repeated = sorted({column for column in header if header.count(column) > 1})
    if repeated:
        return f"the column name {repeated[0]!r} stands in its header more than once"
    if not rows:
        return "it has a header but no rows"
    if any(_is_number(value) for value in header):
        return "its first line looks like a row: it has no header line with the columns' names"
    return ""


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text.lower() not in {"nan", "inf", "infinity"}


def _read_parquet(bucket: Bucket, info: ObjectInfo) -> LogSample | UnreadSample:
    with (
        BucketFile(bucket, info.name, info.size_bytes) as source,
        parquet.ParquetFile(pa.PythonFile(source)) as file,
    ):
        columns = [field.name for field in file.schema_arrow if not pa.types.is_binary(field.type)]
        groups, count = file.metadata.num_row_groups, file.metadata.num_rows
        if not count:
            return UnreadSample(name=info.name, reason="it has no rows")
        batches = _first_rows(file, columns, 0)
        if count > ROWS_PER_PIECE:
            batches += _last_rows(file, columns, groups - 1)
    table = as_texts(pa.Table.from_batches(batches)).to_pandas().astype(object)
    table = table.where(table.notna() & (table != ""), None)
    return LogSample(table=table, rows_in_all=count, is_complete=len(table) == count)


def _first_rows(
    file: parquet.ParquetFile, columns: Sequence[str], group: int
) -> list[pa.RecordBatch]:
    batch = next(file.iter_batches(ROWS_PER_PIECE, row_groups=[group], columns=list(columns)))
    rest = file.metadata.num_rows
    groups = range(group + 1, file.metadata.num_row_groups)
    # Some writers make very many small groups.
    batches = [batch]
    for following in groups:
        if sum(len(one) for one in batches) >= min(ROWS_PER_PIECE, rest):
            break
        batches += file.iter_batches(ROWS_PER_PIECE, row_groups=[following], columns=list(columns))
    return batches


def _last_rows(
    file: parquet.ParquetFile, columns: Sequence[str], group: int
) -> list[pa.RecordBatch]:
    last = list(file.iter_batches(ROWS_PER_PIECE, row_groups=[group], columns=list(columns)))
    if group == 0:
        return last[1:][-1:]
    return last[-2:]
