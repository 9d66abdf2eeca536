"""The copies of day records in their rollup: a line each, with the version that its object had."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reports.rollup import RollupFormat

ROLLUP = RollupFormat(
    first_line=b"rollup of day records, 1", copies="records of days", most_bytes=100_000_000
)
_MOST_COPIES = 1_000
_MOST_BYTES = 16_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCopy:
    """The content of a record's object, and the version that it had."""

    version: str
    data: bytes


def newest_copies(copies: Mapping[bytes, RecordCopy]) -> dict[bytes, RecordCopy]:
    """Return what a rollup holds: the newest records, by the names of their objects.

    At most 1,000, and as many as have 16 MB together: every run reads all of them.
    """
    newest: dict[bytes, RecordCopy] = {}
    size = 0
    for name in sorted(copies, reverse=True)[:_MOST_COPIES]:
        copy = copies[name]
        size += len(copy.data)
        if size > _MOST_BYTES:
            break
        if b"\n" not in copy.data and copy.version:
            newest[name] = copy
    return newest


def lines_of(copies: Mapping[bytes, RecordCopy]) -> Iterator[bytes]:
    """Yield a line for each of some records, by the names of their objects."""
    for name in sorted(copies):
        copy = copies[name]
        yield b"\t".join([name, copy.version.encode(), copy.data])


def copy_in(line: bytes) -> tuple[bytes, RecordCopy]:
    """Return the name of an object and its copy in a line.

    Raises
    ------
    ValueError
        If it is none.
    """
    name, version, content = line.split(b"\t", 2)
    return name, RecordCopy(version=version.decode(), data=content)
