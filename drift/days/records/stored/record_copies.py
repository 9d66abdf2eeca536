"""The copies of day records in their rollup: a line each, with the version that its object had."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reports.rollup import RollupFormat

ROLLUP = RollupFormat(
    first_line=b"rollup of day records, 1", copies="records of days", most_bytes=100_000_000
)
_MOST_COPIES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCopy:
    """The content of a record's object, and the version that it had."""

    version: str
    data: bytes


def lines_of(copies: Mapping[bytes, RecordCopy]) -> Iterator[bytes]:
    """Yield a line for each of the newest records, by the names of their objects."""
    for name in sorted(sorted(copies, reverse=True)[:_MOST_COPIES]):
        copy = copies[name]
        if b"\n" not in copy.data and copy.version:
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
