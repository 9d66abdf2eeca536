"""The rollup of day records as bytes: a line each, with the version that its object had."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

LARGEST_ROLLUP_BYTES = 100_000_000
# The first line of a rollup; another one means another format, which is passed over.
_ROLLUP_FORMAT = b"rollup of day records, 1"
_COMPRESSION = 4
_MOST_COPIES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCopy:
    """The content of a record's object, and the version that it had."""

    version: str
    data: bytes


def rollup_bytes(copies: Mapping[bytes, RecordCopy]) -> bytes:
    """Return a rollup of the newest records, by the names of their objects."""
    newest = sorted(copies, reverse=True)[:_MOST_COPIES]
    lines = [
        b"\t".join([name, copies[name].version.encode(), copies[name].data])
        for name in sorted(newest)
        if b"\n" not in copies[name].data and copies[name].version
    ]
    # Without a time in it, the same records are the same bytes.
    return gzip.compress(b"\n".join([_ROLLUP_FORMAT, *lines]), _COMPRESSION, mtime=0)


def copies_in(data: bytes) -> Iterator[tuple[bytes, RecordCopy]]:
    """Yield the copies in a rollup with the names of their objects.

    Raises
    ------
    ValueError, zlib.error
        If it is none.
    """
    unpacked = _unpacked(data)
    first, *lines = unpacked.split(b"\n")
    if first != _ROLLUP_FORMAT:
        raise ValueError(f"it starts with {first[:40]!r}")
    for line in lines:
        name, version, content = line.split(b"\t", 2)
        yield name, RecordCopy(version=version.decode(), data=content)


def _unpacked(data: bytes) -> bytes:
    """Return the content of gzip data, of which no more than the largest rollup is unpacked."""
    unpacker = zlib.decompressobj(wbits=31)
    unpacked = unpacker.decompress(data, LARGEST_ROLLUP_BYTES)
    if not unpacker.eof:
        raise ValueError("it is cut off, or unpacks to more than a rollup may hold")
    return unpacked
