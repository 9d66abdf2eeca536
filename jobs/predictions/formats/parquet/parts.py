"""Of a Parquet object in a far store, only the parts that the window needs.

The parts come into a file of the object's size, each in its place, with holes between them: who
reads the file asks for the same row groups. The store has no checksum for parts, so that they are
only fetched where that saves much.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from jobs.buckets.bucket import Bucket, ObjectInfo
from jobs.errors import ObjectChangedError
from jobs.predictions.formats.parquet.groups import needed_groups, timed_groups
from jobs.predictions.rows.collector import WindowCollector

# Below this one request for everything is as quick as several for parts.
_LEAST_BYTES = 4 << 20
_LARGEST_SHARE = 0.5
_TAIL_BYTES = 1 << 16
_REQUEST_BYTES = 16 << 20
_MAGIC = b"PAR1"
# The footer's length and the magic.
_END_BYTES = 8
# Some writers state lengths without a part of the first page's header, which readers know.
_SLACK_BYTES = 128

Span = tuple[int, int]


def copy_needed_parts(
    bucket: Bucket, info: ObjectInfo, folder: Path, collector: WindowCollector
) -> Path | None:
    """Return a new file below `folder` with what `read_parquet_log` will read of an object.

    None where the whole object should be copied: it is small or near, much of it is needed, it
    has changed meanwhile, or something about it is wrong.

    Raises
    ------
    BucketAccessError
        If the store cannot be reached, or refuses.
    """
    if not bucket.is_far or info.size_bytes < _LEAST_BYTES:
        return None
    target = folder / f"{uuid.uuid4().hex}.parquet"
    try:
        complete = _copy(bucket, info, target, collector)
    except MemoryError:
        raise
    except (ObjectChangedError, pa.ArrowException, OSError, UnicodeDecodeError):
        complete = False
    if complete:
        return target
    target.unlink(missing_ok=True)
    return None


def _copy(bucket: Bucket, info: ObjectInfo, target: Path, collector: WindowCollector) -> bool:
    with target.open("wb") as file:
        file.truncate(info.size_bytes)
    tail = (info.size_bytes - _TAIL_BYTES, info.size_bytes)
    end = _fetch(bucket, info, target, tail)[-_END_BYTES:]
    footer = (info.size_bytes - _END_BYTES - int.from_bytes(end[:4], "little"), tail[0])
    worth_while = info.size_bytes * _LARGEST_SHARE
    if end[4:] != _MAGIC or footer[0] < info.size_bytes - worth_while:
        return False
    _fetch(bucket, info, target, footer)
    with parquet.ParquetFile(target) as opened:
        if collector.know_columns(opened.schema_arrow.names) is None:
            return False
        spans = _joined(_needed_spans(opened, collector))
    if sum(stop - start for start, stop in spans) > worth_while:
        return False
    for span in spans:
        _fetch(bucket, info, target, span)
    return True


def _fetch(bucket: Bucket, info: ObjectInfo, target: Path, span: Span) -> bytes:
    """Copy a part, which may be empty, into its place; return the last piece of it."""
    data = b""
    with target.open("r+b") as file:
        for start in range(*span, _REQUEST_BYTES):
            size = min(_REQUEST_BYTES, span[1] - start, info.size_bytes - start)
            data = bucket.read_part(info.name, start, size, info.version)
            if len(data) != size:
                raise ObjectChangedError(bucket.url_of(info.name), "a part of it is missing.")
            file.seek(start)
            file.write(data)
    return data


def _needed_spans(file: parquet.ParquetFile, collector: WindowCollector) -> list[Span]:
    """Return the parts with all of some row groups, and with the times of others."""
    name = collector.time_column or ""
    paths = [file.schema.column(position).path for position in range(len(file.schema))]
    groups = [file.metadata.row_group(group) for group in needed_groups(file, collector)]
    whole = [_span_of(group, range(group.num_columns)) for group in groups]
    timed = [file.metadata.row_group(group) for group in timed_groups(file, collector)]
    return whole + [_span_of(group, [paths.index(name)]) for group in timed]


def _span_of(group: parquet.RowGroupMetaData, columns: Sequence[int]) -> Span:
    chunks = [group.column(position) for position in columns]
    starts = [
        min(chunk.data_page_offset, chunk.dictionary_page_offset or chunk.data_page_offset)
        for chunk in chunks
    ]
    stops = [
        start + chunk.total_compressed_size for start, chunk in zip(starts, chunks, strict=True)
    ]
    return min(starts), max(stops) + _SLACK_BYTES


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Return spans that touch or overlap as one."""
    joined: list[Span] = []
    for start, stop in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((start, stop))
    return joined
