"""A sample of a log in CSV: which lines are headers, which are rows, and which are neither."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from drift.setup.log.row_sample import LogSample, OddRows, Pieces, UnreadSample, sample_of
from jobs.predictions.formats.text_encoding import WINDOWS, is_utf8, is_windows_text

ROWS_PER_PIECE = 3_000
HAS_NO_ROWS = "it has a header but no rows"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_DELIMITERS = ",;\t|"
_FEWEST_KNOWN_NAMES = 2
_SHOWN_COLUMNS = 8


@dataclass(frozen=True, slots=True)
class _Line:
    """The fields of one row.

    Attributes
    ----------
    number
        The line that it starts on; 0 where that is not known.
    is_utf8
        Whether all of it is.
    """

    number: int
    fields: list[str]
    is_utf8: bool = True


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
    ragged: list[_Line] = field(default_factory=list)
    not_utf8: list[_Line] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, line: _Line) -> None:
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

    def odd(self, looks_like: str) -> list[OddRows]:
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
        if self.not_utf8:
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
    first = head.lstrip(b"\r\n").partition(b"\n")[0]
    if first.lower().startswith(b"sep="):
        reason = (
            f"its first line is {first.decode('ascii', 'replace').strip()}, a hint for Excel "
            "above the header; delete that line"
        )
        return UnreadSample(name=name, reason=reason)
    try:
        first.decode("utf-8")
    except UnicodeDecodeError:
        if not _looks_like(head + pieces.tail):
            return UnreadSample(name=name, reason="its header is not UTF-8 text")
    texts = [_decoded(piece) for piece in (head, pieces.tail)]
    delimiter = delimiter_of(texts[0].text)
    lines = _lines(texts[0], delimiter)
    header = [value.strip() for value in lines[0].fields]
    problem = _header_problem(header, [one.fields for one in lines[1:3]])
    if problem:
        return UnreadSample(name=name, reason=problem)
    last = [replace(line, number=0) for line in _lines(texts[1], delimiter)[-ROWS_PER_PIECE:]]
    body = _Body(name=name, header=header)
    kept = [*lines[1:][:ROWS_PER_PIECE], *last] if last else lines[1:]
    for line in kept:
        body.add(line)
    if not body.rows:
        reason = (
            "its first line has another number of fields than every line below it; the first line "
            "has to be the header"
        )
        return UnreadSample(name=name, reason=reason)
    return sample_of(
        pd.DataFrame(body.rows, dtype=object),
        pieces,
        odd=body.odd(_looks_like(head + pieces.tail)),
        rows_seen=len(body.rows) + len(body.ragged),
        notes=body.notes,
    )


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


def place_of(line: int, name: str) -> str:
    """Return where a line stands; 0 is one that was read from the object's end."""
    return f"line {line:,} of {name}" if line else f"a line near the end of {name}"


def _shown(names: Sequence[str]) -> str:
    more = ", ..." if len(names) > _SHOWN_COLUMNS else ""
    return ", ".join(names[:_SHOWN_COLUMNS]) + more


def _looks_like(data: bytes) -> str:
    """Return what text that is not UTF-8 looks like, in brackets; nothing where that is unclear."""
    others = [line for line in data.split(b"\n") if not is_utf8(line)]
    return f" (they look like {WINDOWS})" if all(map(is_windows_text, others)) else ""


@dataclass(frozen=True, slots=True)
class _Text:
    """A piece of a log as text, and the numbers of the lines that are not UTF-8."""

    text: str
    others: frozenset[int] = frozenset()


def _decoded(piece: bytes) -> _Text:
    try:
        return _Text(piece.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    lines, others = [], set()
    for number, line in enumerate(piece.split(b"\n"), start=1):
        try:
            lines.append(line.decode("utf-8"))
        except UnicodeDecodeError:
            lines.append(line.decode("cp1252", "replace"))
            others.add(number)
    return _Text("\n".join(lines), frozenset(others))


def _lines(piece: _Text, delimiter: str) -> list[_Line]:
    if not piece.text.strip():
        return []
    csv.field_size_limit(1 << 24)
    reader = csv.reader(io.StringIO(piece.text), delimiter=delimiter)
    found = []
    before = 0
    try:
        for row in reader:
            if row:
                of_row = range(before + 1, reader.line_num + 1)
                found.append(_Line(before + 1, row, piece.others.isdisjoint(of_row)))
            before = reader.line_num
    except csv.Error:
        lines = enumerate(piece.text.splitlines(), start=1)
        return [_Line(number, line.split(delimiter)) for number, line in lines if line]
    return found


def delimiter_of(text: str) -> str:
    """Return the mark that splits most lines into as many fields as the header has."""
    lines = [line for line in text.splitlines()[:50] if line.strip()]
    best, best_score = ",", -1.0
    for mark in _DELIMITERS:
        counts = [len(line.fields) for line in _lines(_Text("\n".join(lines)), mark)]
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
