"""What is known of lines of CSV that are no rows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jobs.predictions.formats.csv.dialect import CsvDialect, split_fields
from jobs.predictions.rows.rejections import (
    BAD_HEADER,
    LINE_TOO_LONG,
    WRONG_FIELDS,
    UnreadLines,
    shorten,
)
from jobs.times.timestamp_parts import Integers

_LONGEST_TIME_BYTES = 100
_QUOTE, _RETURN, _NEWLINE = b'"\r\n'


def overlong_line(line: int, head: bytes, dialect: CsvDialect) -> UnreadLines:
    """Return the entry for a line that is too long; only its first bytes were kept."""
    fields = split_fields(head, dialect.delimiter).values[:-1]
    return UnreadLines.single(line, LINE_TOO_LONG, time_text(fields, dialect))


def lines_below(data: bytes, first_line: int, dialect: CsvDialect, problem: str) -> UnreadLines:
    """Return the entries for lines whose header cannot be used, blank ones left out.

    Parameters
    ----------
    dialect
        How the lines before that header were written: their times may still be in their place.
    problem
        What is wrong with the header, and where it is.
    """
    filled = [bool(line.strip()) for line in data.removesuffix(b"\n").split(b"\n")]
    places = np.flatnonzero(filled)
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == _NEWLINE)
    starts = np.concatenate(([0], ends[:-1] + 1))
    return UnreadLines(
        numbers=places + first_line,
        reasons=np.full(len(places), BAD_HEADER, object),
        time_texts=time_texts(data, starts[places], ends[places], dialect),
        describe=lambda _: problem,
    )


def unread_lines(
    data: bytes,
    starts: Integers,
    stops: Integers,
    *,
    numbers: Integers,
    reasons: npt.NDArray[np.object_],
    dialect: CsvDialect,
) -> UnreadLines:
    """Return the entries for lines that were found to be no rows.

    Parameters
    ----------
    data
        What they lie in.
    starts, stops
        Where each begins, and where it ends behind its newline.
    """
    ends = line_ends(data, starts, stops)

    def describe(place: int) -> str:
        content = data[starts[place] : ends[place]]
        if reasons[place] != WRONG_FIELDS:
            return shorten(content)
        count = len(split_fields(content, dialect.delimiter).values)
        detail = f"{count} fields, expected {len(dialect.columns)}"
        return detail if dialect.line == 1 else f"{detail} by the header in line {dialect.line}"

    return UnreadLines(
        numbers=numbers,
        reasons=reasons,
        time_texts=time_texts(data, starts, ends, dialect),
        describe=describe,
    )


def line_ends(data: bytes, starts: Integers, stops: Integers) -> Integers:
    """Return where the content of lines ends, before what ends the line: LF or CR LF."""
    raw, ends = np.frombuffer(data, np.uint8), stops - 1
    found: Integers = ends - ((ends > starts) & (raw[ends - 1] == _RETURN))
    return found


def time_texts(data: bytes, starts: Integers, ends: Integers, dialect: CsvDialect) -> list[str]:
    """Return what stands where the timestamp should be in lines of `data`, as `time_text` does."""
    raw = np.frombuffer(data, np.uint8)
    column, delimiters = dialect.timestamp, np.flatnonzero(raw == dialect.delimiter[0])
    first = np.searchsorted(delimiters, starts)
    count = np.searchsorted(delimiters, ends) - first
    marks = np.append(delimiters, len(data))
    before = marks[np.minimum(first + max(column - 1, 0), len(delimiters))]
    begins = starts if column == 0 else before + 1
    behind = marks[np.minimum(first + column, len(delimiters))]
    stops = np.minimum(np.where(count > column, behind, ends), begins + _LONGEST_TIME_BYTES)
    stops = np.where(count >= column, stops, begins)
    texts = [
        data[start:stop].decode("utf-8", "replace")
        for start, stop in zip(begins.tolist(), stops.tolist(), strict=True)
    ]
    quotes = np.flatnonzero(raw == _QUOTE)
    quoted = np.searchsorted(quotes, starts) < np.searchsorted(quotes, ends)
    for place in np.flatnonzero(quoted).tolist():
        fields = split_fields(data[starts[place] : ends[place]], dialect.delimiter)
        texts[place] = time_text(fields.values, dialect)
    return texts


def time_text(fields: list[bytes], dialect: CsvDialect) -> str:
    """Return what stands where the timestamp should be."""
    if len(fields) <= dialect.timestamp:
        return ""
    return fields[dialect.timestamp][:_LONGEST_TIME_BYTES].decode("utf-8", "replace")
