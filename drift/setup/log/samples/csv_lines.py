"""The lines of a CSV log as fields, whatever its encoding, and what stands above its header."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace

from jobs.predictions.formats.csv.dialect import HINT

_DELIMITERS = ",;\t|"
_FEWEST_NAMES = 2


@dataclass(frozen=True, slots=True)
class CsvLine:
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


@dataclass(frozen=True, slots=True)
class _Text:
    """A piece of a log as text, and the numbers of the lines that are not UTF-8."""

    text: str
    others: frozenset[int] = frozenset()


def decoded(piece: bytes) -> _Text:
    """Return a piece as text, its lines that are no UTF-8 as Windows-1252."""
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


def lines_of(piece: _Text, delimiter: str) -> list[CsvLine]:
    """Return the rows of a piece; blank lines are none."""
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
                found.append(CsvLine(before + 1, row, piece.others.isdisjoint(of_row)))
            before = reader.line_num
    except csv.Error:
        lines = enumerate(piece.text.splitlines(), start=1)
        return [CsvLine(number, line.split(delimiter)) for number, line in lines if line]
    return found


def delimiter_of(text: str) -> str:
    """Return the mark that splits most lines into as many fields as the header has."""
    lines = [line for line in text.splitlines()[:50] if line.strip()]
    best, best_score = ",", -1.0
    for mark in _DELIMITERS:
        counts = [len(line.fields) for line in lines_of(_Text("\n".join(lines)), mark)]
        same = sum(count == counts[0] for count in counts) / len(counts)
        score = (counts[0] > 1) * (same + min(counts[0], 40) / 1000)
        if score > best_score:
            best, best_score = mark, score
    return best


@dataclass(frozen=True, slots=True, kw_only=True)
class AboveHeader:
    """The lines above the header: ``sep=;`` and comments.

    Attributes
    ----------
    size, lines
        How many bytes and lines they are.
    delimiter
        What ``sep=`` names; empty where it is not there.
    comment
        The last comment, without its mark: it may be the header.
    """

    size: int = 0
    lines: int = 0
    delimiter: str = ""
    comment: str = ""

    def header(self, delimiter: str) -> list[str]:
        """Return the names that the last comment holds, were it the header."""
        names = [name.strip() for name in self.comment.split(delimiter)]
        return names if self.comment and len(names) >= _FEWEST_NAMES else []


def above_header(head: bytes) -> AboveHeader:
    """Return what stands above the header."""
    above = AboveHeader()
    while above.size < len(head):
        end = head.find(b"\n", above.size) + 1 or len(head)
        line = head[above.size : end].strip(b" \r\n")
        hint = HINT.fullmatch(line.strip(b'"'))
        if hint and not above.delimiter:
            above = replace(above, delimiter=hint[1].decode())
        elif line.startswith(b"#"):
            above = replace(above, comment=line.lstrip(b"# ").decode("utf-8", "replace"))
        elif line.strip():
            break
        above = replace(above, size=end, lines=above.lines + 1)
    # Nothing but comments: the last of them is the header after all.
    return above if above.size < len(head) else AboveHeader()
