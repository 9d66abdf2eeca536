"""The header of a CSV log: its columns, its delimiter, and what is no CSV at all."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from jobs.errors import ObjectError

DELIMITERS = (b",", b";", b"\t", b"|")
# What tells Excel how fields are parted, in a line above the header.
HINT = re.compile(rb"sep=([ -~\t])", re.IGNORECASE)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderRules:
    """What is known of a header before it is read.

    Attributes
    ----------
    timestamp
        The name of the timestamp column: the delimiter is the one that makes it a column. None
        where the object's name tells the time of all rows.
    stated
        The columns' names of an object without a header line; empty where each has one. An object
        whose first line holds the timestamp's name, or half of these names, has one as well.
    """

    timestamp: str | None
    stated: tuple[str, ...] = ()


def read_header(url: str, head: bytes, rules: HeaderRules) -> tuple[CsvDialect, int, int]:
    """Return the dialect, and how many bytes and lines of `head` come before the first row.

    Before the header may stand blank lines, ``sep=;``, which names the delimiter, and comments,
    which begin with ``#``; the last comment may be the header.

    Parameters
    ----------
    head
        The first lines of the object, each with its newline.

    Raises
    ------
    ObjectError
        If the first line is no header in UTF-8.
    """
    check_text(url, head)
    lines = size = 0
    hint, comment = b"", b""
    while size < len(head):
        line = head[size : head.find(b"\n", size) + 1]
        start, size, lines = size, size + len(line), lines + 1
        text = line.removeprefix(codecs.BOM_UTF8).strip(b" \r\n")
        delimiters = (hint, *DELIMITERS) if hint else DELIMITERS
        if not text.strip():
            continue
        if not hint and (found := HINT.fullmatch(text.lstrip(b'"').rstrip(b'"'))):
            hint = found[1]
        elif text.startswith(b"#") and not _names_time(text, delimiters, rules):
            comment = text
        else:
            check_line_ends(url, line)
            own = _names_time(text, delimiters, rules) or _names_others(text, delimiters, rules)
            if comment and not own and _names_time(comment.lstrip(b"# "), delimiters, rules):
                dialect = _dialect(url, comment.lstrip(b"# "), rules.timestamp, delimiters)
                return dialect, start, lines - 1
            if rules.stated and not own:
                return _stated(line, delimiters, rules), start, lines - 1
            return _dialect(url, line, rules.timestamp, delimiters), size, lines
    raise ObjectError(url, "the log is empty. Expected a header line; check what writes the log.")


def _names_time(line: bytes, delimiters: Sequence[bytes], rules: HeaderRules) -> bool:
    text = line.decode("utf-8", "replace").encode()
    return rules.timestamp is not None and any(
        rules.timestamp in _columns(text, delimiter) for delimiter in delimiters
    )


def _names_others(line: bytes, delimiters: Sequence[bytes], rules: HeaderRules) -> bool:
    """Tell whether a line holds half of the stated names or more, as no row does."""
    text = line.decode("utf-8", "replace").encode()
    known = (len({*rules.stated} & {*_columns(text, one)}) for one in delimiters)
    return bool(rules.stated) and 2 * max(known) >= len(rules.stated)


def _stated(line: bytes, delimiters: Sequence[bytes], rules: HeaderRules) -> CsvDialect:
    """Return the dialect of rows without a header: their delimiter is the one that fits it best."""
    text = line.rstrip(b"\r\n")

    def missed(delimiter: bytes) -> int:
        return abs(len(split_fields(text, delimiter).values) - len(rules.stated))

    names = rules.stated
    return CsvDialect(
        columns=names,
        delimiter=min(delimiters, key=missed),
        timestamp=names.index(str(rules.timestamp)) if rules.timestamp in names else -1,
    )


def check_text(url: str, head: bytes) -> None:
    """Check that an object starts like UTF-8 text.

    Raises
    ------
    ObjectError
        If it is binary or of another encoding.
    """
    if head.startswith(_UTF16):
        raise ObjectError(
            url,
            "the log is UTF-16 or UTF-32 text inside of other text. Expected one encoding; write "
            "or convert it as UTF-8.",
        )
    first = head.partition(b"\n")[0]
    if b"\0" in first:
        raise ObjectError(
            url,
            "the log is binary (its first line holds NUL bytes). Expected UTF-8 text, or UTF-16 "
            "with its mark; check predictions.path and what writes the log, or state "
            "predictions.encoding.",
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


def _dialect(
    url: str, line: bytes, timestamp: str | None, delimiters: Sequence[bytes] = DELIMITERS
) -> CsvDialect:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        raise ObjectError(
            url,
            "the header is not UTF-8 text: the log is binary or of another encoding. Expected "
            "UTF-8; check predictions.path and what writes the log, or state "
            "predictions.encoding.",
        ) from None
    line = line.removeprefix(codecs.BOM_UTF8).rstrip(b"\r\n")
    for delimiter in delimiters:
        columns = _columns(line, delimiter)
        if timestamp in columns:
            position = columns.index(timestamp)
            return CsvDialect(columns=columns, delimiter=delimiter, timestamp=position)
    delimiter = max(delimiters, key=line.count)
    return CsvDialect(columns=_columns(line, delimiter), delimiter=delimiter, timestamp=-1)


def _columns(line: bytes, delimiter: bytes) -> tuple[str, ...]:
    return tuple(value.decode("utf-8").strip() for value in split_fields(line, delimiter).values)


@lru_cache(maxsize=8)
def _field_shape(delimiter: bytes) -> re.Pattern[bytes]:
    mark = re.escape(delimiter)
    return re.compile(
        rb'(?:"((?:[^"]++|"")*+)("?))?([^' + mark + rb"]*+)(" + mark + rb"|\Z)", re.DOTALL
    )
