"""A sample of a log in CSV: which lines are headers, which are rows, and which are neither."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from drift.setup.columns.headerless import looks_like_a_row, names_from_values
from drift.setup.log.samples.csv_lines import CsvLine, above_header, decoded, delimiter_of, lines_of
from drift.setup.log.samples.row_sample import (
    BYTE_ORDER_MARK,
    ROWS_PER_PIECE,
    LogSample,
    OddRows,
    Pieces,
    UnreadSample,
    Written,
    place_of,
    sample_of,
)
from jobs.predictions.formats.text_encoding import WINDOWS, is_utf8, is_windows_text

HAS_NO_ROWS = "it has a header but no rows"
_FEWEST_KNOWN_NAMES = 2
_SHOWN_COLUMNS = 8
_ROWS_FOR_NAMES = 500
_FEWEST_ROWS_FOR_NAMES = 2
_WINDOWS_CODEC = "cp1252"
_NO_ROW_FITS = (
    "its first line has another number of fields than every line below it; the first line has to "
    "be the header"
)


@dataclass(slots=True)
class _Body:
    """What the lines below a header turn out to be.

    Attributes
    ----------
    name
        The object.
    header
        The columns of the rows that come next.
    """

    name: str
    header: list[str]
    rows: list[dict[str, str]] = field(default_factory=list)
    ragged: list[CsvLine] = field(default_factory=list)
    not_utf8: list[CsvLine] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, line: CsvLine) -> None:
        """Take one line as a header, as a row, or as what cannot be read."""
        names = [value.strip() for value in line.fields]
        if names == self.header:
            return
        if is_other_header(names, self.header):
            place = place_of(line.number, self.name)
            other = "in another order" if set(names) == set(self.header) else "with other columns"
            self.notes.append(
                f"A header {other} stands inside the log, at {place}: "
                f"{_shown(names)}. Above it the columns are {_shown(self.header)}."
            )
            self.header = names
        elif len(line.fields) != len(self.header):
            self.ragged.append(line)
        else:
            self.rows.append(dict(zip(self.header, line.fields, strict=True)))
            if not line.is_utf8:
                self.not_utf8.append(line)

    def odd(self, looks_like: str, *, is_windows: bool) -> list[OddRows]:
        """Return the rows that cannot be read or are odd, by reasons."""
        found = []
        if self.ragged:
            first = self.ragged[0]
            counts = sorted({len(one.fields) for one in self.ragged})
            fields = " or ".join(map(str, counts[:3]))
            found.append(
                OddRows(
                    what=f"cannot be read, because they have {fields} fields, not as many as the "
                    "header above them",
                    rows=len(self.ragged),
                    first=place_of(first.number, self.name),
                    mend="Did a column come or go there? Start a new object with a header of its "
                    "own where the columns change.",
                )
            )
        if self.not_utf8 and not is_windows:
            found.append(
                OddRows(
                    what=f"are not UTF-8 text{looks_like}",
                    rows=len(self.not_utf8),
                    first=place_of(self.not_utf8[0].number, self.name),
                    mend="A run may lose them or read other letters: write the log as UTF-8.",
                )
            )
        return found


def read_csv_sample(name: str, pieces: Pieces) -> LogSample | UnreadSample:
    """Return rows of a CSV object, or why there are none."""
    head = pieces.head.removeprefix(BYTE_ORDER_MARK)
    above = above_header(head)
    head = head[above.size :]
    looks_like = _looks_like(head + pieces.tail)
    if not looks_like and not is_utf8(head.partition(b"\n")[0]):
        reason = "its header is not UTF-8 text; predictions.encoding can state the encoding"
        return UnreadSample(name=name, reason=reason)
    texts = [decoded(piece) for piece in (head, pieces.tail)]
    delimiter = above.delimiter or delimiter_of(texts[0].text)
    lines = [
        replace(line, number=line.number + above.lines) for line in lines_of(texts[0], delimiter)
    ]
    last = [replace(line, number=0) for line in lines_of(texts[1], delimiter)[-ROWS_PER_PIECE:]]
    if not lines:
        return UnreadSample(name=name, reason=HAS_NO_ROWS)
    header, place = _header_of(lines, above.header(delimiter))
    lines = lines[1:] if place is _Header.FIRST_LINE else lines
    problem = _header_problem(header, [one.fields for one in lines[:2]])
    if problem:
        return UnreadSample(name=name, reason=problem)
    is_windows = _is_windows(head + pieces.tail)
    body = _Body(name=name, header=header)
    for line in [*lines[:ROWS_PER_PIECE], *last] if last else lines:
        body.add(line)
    if not body.rows:
        return UnreadSample(name=name, reason=_NO_ROW_FITS)
    return sample_of(
        pd.DataFrame(body.rows, dtype=object),
        pieces,
        odd=body.odd(looks_like, is_windows=is_windows),
        rows_seen=len(body.rows) + len(body.ragged),
        notes=body.notes,
        written=_written(body, is_windows, header if place is _Header.NOWHERE else []),
    )


class _Header(enum.Enum):
    """Where the names of the columns stand."""

    FIRST_LINE = enum.auto()
    COMMENT = enum.auto()
    NOWHERE = enum.auto()


def _header_of(lines: Sequence[CsvLine], comment: list[str]) -> tuple[list[str], _Header]:
    """Return the names of the columns, told from the values where they stand nowhere.

    Parameters
    ----------
    comment
        The names that the last comment above holds, if it is the header.
    """
    first = [value.strip() for value in lines[0].fields]
    alike = [one.fields for one in lines[:_ROWS_FOR_NAMES] if len(one.fields) == len(first)]
    if len(alike) < _FEWEST_ROWS_FOR_NAMES or len(first) < _FEWEST_KNOWN_NAMES:
        return first, _Header.FIRST_LINE
    numbers = [_is_number(value) for value in first]
    below = [_is_number(value.strip()) for value in alike[1]]
    is_row = looks_like_a_row(first) or (any(numbers) and numbers == below)
    if not is_row:
        return first, _Header.FIRST_LINE
    if len(comment) == len(first):
        return comment, _Header.COMMENT
    return list(names_from_values(alike)), _Header.NOWHERE


def _written(body: _Body, is_windows: bool, stated: Sequence[str]) -> Written:
    """Return what a run has to be told; the rows of another encoding are then no odd ones."""
    if not is_windows:
        return Written(header=tuple(stated))
    many = f"{len(body.not_utf8):,} of {len(body.rows):,} rows looked at are"
    example = _beyond_ascii(body.not_utf8)
    because = f"{many} not UTF-8, and all of them read well in it, such as {example}."
    return Written(encoding=_WINDOWS_CODEC, encoding_because=because, header=tuple(stated))


def _beyond_ascii(lines: Sequence[CsvLine]) -> str:
    texts = (text for line in lines for text in line.fields if not text.isascii())
    return next(texts, "the header")


def is_other_header(names: Sequence[str], header: Sequence[str]) -> bool:
    """Tell whether a line inside a table names columns anew: some known ones, others beside them.

    Parameters
    ----------
    names
        The line's fields.
    header
        The columns so far.
    """
    known = set(names) & set(header)
    return (
        len(known) >= max(_FEWEST_KNOWN_NAMES, len(header) / 2)
        and len(set(names)) == len(names)
        and all(names)
        and not any(_is_number(value) for value in names)
    )


def _shown(names: Sequence[str]) -> str:
    more = ", ..." if len(names) > _SHOWN_COLUMNS else ""
    return ", ".join(names[:_SHOWN_COLUMNS]) + more


def _looks_like(data: bytes) -> str:
    """Return what text that is not UTF-8 looks like, in brackets; nothing where that is unclear."""
    others = [line for line in data.split(b"\n") if not is_utf8(line)]
    return f" (they look like {WINDOWS})" if all(map(is_windows_text, others)) else ""


def _is_windows(data: bytes) -> bool:
    """Tell whether every line beyond ASCII can only be Windows-1252."""
    others = [line for line in data.split(b"\n") if not line.isascii()]
    return bool(others) and all(not is_utf8(line) and is_windows_text(line) for line in others)


def _header_problem(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    repeated = sorted({column for column in header if header.count(column) > 1})
    if repeated:
        return f"the column name {repeated[0]!r} stands in its header more than once"
    if not rows:
        return HAS_NO_ROWS
    if any(_is_number(value) for value in header):
        return "its first line looks like a row: it has no header line with the columns' names"
    return ""


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text.lower() not in {"nan", "inf", "infinity"}
