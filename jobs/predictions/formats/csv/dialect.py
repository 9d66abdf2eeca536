"""The header of a CSV log: its columns, its delimiter, and what is no CSV at all."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from functools import lru_cache

from jobs.errors import ObjectError

DELIMITERS = (b",", b";", b"\t", b"|")
_QUOTED = re.compile(rb'"[^"]*+"?')
_UTF16 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvDialect:
    """How the rows of one CSV object are written.

    Attributes
    ----------
    columns
        The header's names, without spaces around them.
    delimiter
        One byte.
    timestamp
        The position of the timestamp column; -1 where there is none.
    line
        The line of the header that says so.
    """

    columns: tuple[str, ...]
    delimiter: bytes
    timestamp: int
    line: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """One record taken apart.

    Attributes
    ----------
    values
        The fields without their quotes.
    is_open
        Whether the last field's quote is never closed.
    is_strict
        Whether quotes stand only where RFC 4180 has them.
    """

    values: list[bytes]
    is_open: bool
    is_strict: bool


def split_fields(record: bytes, delimiter: bytes) -> Fields:
    """Take one record apart: a field is quoted only where its first character is a quote."""
    if b'"' not in record:
        # Most lines, and millions of them where a log is no CSV.
        return Fields(values=record.split(delimiter), is_open=False, is_strict=b"\r" not in record)
    values: list[bytes] = []
    is_open = False
    is_strict = True
    position = 0
    shape = _field_shape(delimiter)
    while True:
        match = shape.match(record, position)
        if match is None:
            raise AssertionError("the shape of a field matches everywhere")
        quoted, closing, rest, delimited = match.groups()
        if quoted is None:
            values.append(rest)
            is_strict &= b'"' not in rest and b"\r" not in rest
        else:
            values.append(quoted.replace(b'""', b'"') + rest)
            is_open = not closing
            is_strict &= not rest
        position = match.end()
        if not delimited:
            return Fields(values=values, is_open=is_open, is_strict=is_strict)


def join_fields(values: list[bytes], delimiter: bytes) -> bytes:
    """Return a record that every reader takes apart into `values`."""
    return delimiter.join(b'"' + value.replace(b'"', b'""') + b'"' for value in values)


def read_header(url: str, head: bytes, timestamp: str | None) -> tuple[CsvDialect, int, int]:
    """Return the dialect, and how many bytes and lines of `head` come before the first row.

    Parameters
    ----------
    head
        The first lines of the object, each with its newline.
    timestamp
        The name of the timestamp column: the delimiter is the one that makes it a column. None
        where the object's name tells the time of all rows.

    Raises
    ------
    ObjectError
        If the first line is no header in UTF-8.
    """
    check_text(url, head)
    lines = size = 0
    while size < len(head):
        line = head[size : head.find(b"\n", size) + 1]
        lines, size = lines + 1, size + len(line)
        if line.removeprefix(codecs.BOM_UTF8).strip():
            check_line_ends(url, line)
            return _dialect(url, line, timestamp), size, lines
    raise ObjectError(url, "the log is empty. Expected a header line; check what writes the log.")


def check_text(url: str, head: bytes) -> None:
    """Check that an object starts like UTF-8 text.

    Raises
    ------
    ObjectError
        If it is binary or of another encoding.
    """
    if head.startswith(_UTF16):
        raise ObjectError(
            url, "the log is UTF-16 or UTF-32 text. Expected UTF-8; write or convert it as UTF-8."
        )
    first = head.partition(b"\n")[0]
    if b"\0" in first:
        raise ObjectError(
            url,
            "the log is binary (its first line holds NUL bytes). Expected UTF-8 text; check "
            "predictions.path and what writes the log.",
        )


def check_line_ends(url: str, line: bytes) -> None:
    """Check that the first line, or as much of it as is known, does not hold all the others.

    Raises
    ------
    ObjectError
        If a carriage return that no quotes enclose stands inside of it.
    """
    if b"\r" in _QUOTED.sub(b"", line.strip()):
        raise lines_end_in_returns(url)


def lines_end_in_returns(url: str) -> ObjectError:
    """Return the error of a log that was written with the line ends of an old Macintosh."""
    return ObjectError(
        url,
        "its lines end in CR (a carriage return alone), so that the log is one line. Expected "
        "lines that end in LF or CR LF; write it so, or convert it with: tr '\\r' '\\n'.",
    )


def _dialect(url: str, line: bytes, timestamp: str | None) -> CsvDialect:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        raise ObjectError(
            url,
            "the header is not UTF-8 text: the log is binary or of another encoding. Expected "
            "UTF-8; check predictions.path and what writes the log.",
        ) from None
    line = line.removeprefix(codecs.BOM_UTF8).rstrip(b"\r\n")
    for delimiter in DELIMITERS:
        columns = _columns(line, delimiter)
        if timestamp in columns:
            position = columns.index(timestamp)
            return CsvDialect(columns=columns, delimiter=delimiter, timestamp=position)
    delimiter = max(DELIMITERS, key=line.count)
    return CsvDialect(columns=_columns(line, delimiter), delimiter=delimiter, timestamp=-1)


def _columns(line: bytes, delimiter: bytes) -> tuple[str, ...]:
    return tuple(value.decode("utf-8").strip() for value in split_fields(line, delimiter).values)


@lru_cache(maxsize=8)
def _field_shape(delimiter: bytes) -> re.Pattern[bytes]:
    mark = re.escape(delimiter)
    return re.compile(
        rb'(?:"((?:[^"]++|"")*+)("?))?([^' + mark + rb"]*+)(" + mark + rb"|\Z)", re.DOTALL
    )
