"""Headers inside a CSV object, as appended files and changed writers leave them."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from jobs.predictions.formats.csv.dialect import DELIMITERS, CsvDialect, split_fields

_PROBES = 3
_ENDS = (b"", *(bytes([value]) for value in b" \t\r\n\"',;|"))
# The last byte of a byte order mark, too.
_STARTS = b" \t\n\"',;|\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundHeader:
    """A line that holds names of columns and no values.

    Attributes
    ----------
    start, stop
        Where its line begins and ends in the data, its newline included.
    columns, delimiter
        The names that it holds, and what stands between them.
    """

    start: int
    stop: int
    columns: tuple[str, ...]
    delimiter: bytes

    def repeats(self, dialect: CsvDialect) -> bool:
        """Tell whether the rows behind it are written like those before it."""
        return self.columns == dialect.columns and self.delimiter == dialect.delimiter

    def problem(self, timestamp: str) -> str:
        """Return why no row behind it can be read; empty where they can."""
        if timestamp not in self.columns:
            return f'has no column "{timestamp}"'
        repeated = [name for name in self.columns if self.columns.count(name) > 1]
        return f'names the column "{repeated[0]}" twice' if repeated else ""


def find_headers(data: bytes, dialect: CsvDialect) -> Iterator[FoundHeader]:
    """Yield the lines of whole lines that hold names of columns."""
    probes = _probes(dialect)
    hits = {probe: _next_field(data, probe, 0) for probe in probes}
    while (first := min(hits.values())) < len(data):
        start = data.rfind(b"\n", 0, first) + 1
        stop = data.find(b"\n", first) + 1 or len(data)
        header = read_header_line(data[start:stop], dialect)
        if header is not None:
            columns, delimiter = header
            yield FoundHeader(start=start, stop=stop, columns=columns, delimiter=delimiter)
        hits |= {probe: _next_field(data, probe, stop) for probe, hit in hits.items() if hit < stop}


def read_header_line(line: bytes, dialect: CsvDialect) -> tuple[tuple[str, ...], bytes] | None:
    """Return the names in a line and what separates them; None where it is no header.

    A header holds more than half of the names before it; or the timestamp's and at least one other,
    more than half of its own. A row that holds some of the names as values is none.
    """
    known = {name.lower() for name in dialect.columns if name}
    timestamp = dialect.columns[dialect.timestamp].lower()
    text = line.removeprefix(codecs.BOM_UTF8).rstrip(b"\r\n")
    for delimiter in dict.fromkeys((dialect.delimiter, *DELIMITERS)):
        try:
            values = [one.decode("utf-8") for one in split_fields(text, delimiter).values]
        except UnicodeDecodeError:
            return None
        columns = tuple(value.strip() for value in values)
        lowered = {name.lower() for name in columns}
        shared = len(known & lowered)
        has_time = timestamp in lowered and shared > 1 and len(columns) < 2 * shared
        if 2 * shared > len(known) or has_time:
            return columns, delimiter
    return None


@lru_cache(maxsize=8)
def _probes(dialect: CsvDialect) -> tuple[bytes, ...]:
    """Return some names of columns; a header holds at least one of them."""
    timestamp = dialect.columns[dialect.timestamp]
    others = sorted({name for name in dialect.columns if name and name != timestamp})
    longest = sorted(others, key=len, reverse=True)[:_PROBES]
    names = (timestamp, timestamp.capitalize(), timestamp.upper(), *longest)
    return tuple(dict.fromkeys(name.encode() for name in names))


def _next_field(data: bytes, name: bytes, position: int) -> int:
    """Return where a field that is the name comes next; the length of the data where none does."""
    while (position := data.find(name, position)) >= 0:
        end = position + len(name)
        if data[end : end + 1] in _ENDS and (not position or data[position - 1] in _STARTS):
            return position
        position = end
    return len(data)
