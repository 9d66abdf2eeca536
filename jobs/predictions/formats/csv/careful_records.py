"""Lines of CSV that need care: quotes, bytes that are no text, fields that are too many.

A line with a bad byte or an unbalanced quote is put aside alone, with its line number; the lines
after it are read as if it were not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from jobs.predictions.formats.csv.dialect import CsvDialect, join_fields, split_fields
from jobs.predictions.formats.csv.lines_as_rows import LinesAsRows, RowTimes
from jobs.predictions.formats.csv.records import Records, runs
from jobs.predictions.formats.csv.unread import unread_lines
from jobs.predictions.formats.text_encoding import lines_not_utf8
from jobs.predictions.log_columns import LONGEST_LINE_BYTES
from jobs.predictions.rows.rejections import (
    NOT_UTF8,
    NUL_BYTE,
    STRAY_RETURN,
    UNBALANCED_QUOTE,
    WRONG_FIELDS,
    UnreadLines,
)
from jobs.times.timestamp_parts import Flags, Integers

# A quoted field may go on over this many lines in all.
MOST_LINES_PER_RECORD = 100

_QUOTE, _RETURN, _NEWLINE = b'"\r\n'
_GOOD, _BLANK, _JOINED, _HEADER, _NUL, _BYTES, _CARRIAGE, _FIELDS, _UNBALANCED = range(9)
# Why a line of each kind is no row; the first four are not asked.
_REASONS = np.array(
    ["", "", "", "", NUL_BYTE, NOT_UTF8, STRAY_RETURN, WRONG_FIELDS, UNBALANCED_QUOTE], object
)

# Whatever their quotes are.
_SETTLED = (_NUL, _BYTES, _HEADER)
# By the value of a byte, as `bytes.strip` takes it.
_IS_SPACE = np.array([not bytes([value]).strip() for value in range(256)])

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class SortedLines:
    """What became of the lines of one block.

    Attributes
    ----------
    rest
        Lines from the end of the block that may belong to a record which goes on in the next.
    """

    records: Records
    unread: UnreadLines
    rest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Quotes:
    positions: Integers
    lines: Integers
    # How many quotes come before the line that each quote stands in.
    before: Integers
    counts: Integers


@dataclass(slots=True)
class LineSorter:
    """Sorts the lines of one block into records and lines that are none.

    Parameters
    ----------
    data
        Whole lines, each with its newline.
    dialect
        How the object is written.
    first_line
        The number of the first line.
    is_last
        Whether no line that could continue the last record follows.
    are_rows
        Tells which texts, each in the place of a time, begin a row of the log.
    headers
        Where lines end that repeat the header: they are no rows, and no record goes over them.
    """

    data: bytes
    dialect: CsvDialect
    first_line: int
    is_last: bool
    are_rows: RowTimes
    headers: Sequence[int] = ()
    _raw: Bytes = field(init=False)
    _starts: Integers = field(init=False)
    _stops: Integers = field(init=False)
    _kinds: npt.NDArray[np.uint8] = field(init=False)
    _rows: LinesAsRows = field(init=False)
    _replaced: dict[int, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._raw = np.frombuffer(self.data, np.uint8)
        newlines = np.flatnonzero(self._raw == _NEWLINE)
        self._stops = newlines + 1
        self._starts = np.concatenate(([0], self._stops[:-1]))
        self._kinds = np.full(len(newlines), _GOOD, np.uint8)
        self._rows = LinesAsRows(
            data=self.data,
            starts=self._starts,
            stops=self._stops.copy(),
            dialect=self.dialect,
            are_rows=self.are_rows,
        )

    def sort(self) -> SortedLines:
        """Return the records, the lines that are none, and what is left for the next block."""
        quotes = self._find_quotes()
        self._count_fields(quotes)
        self._mark_returns()
        self._mark_blank()
        self._mark(_NUL, np.flatnonzero(self._raw == 0))
        self._kinds[lines_not_utf8(self.data, self._stops)] = _BYTES
        if self.headers:
            self._kinds[np.searchsorted(self._stops, self.headers)] = _HEADER
        rest_from = self._resolve_quotes(self._doubtful_lines(quotes))
        records = self._records(rest_from)
        lines = np.flatnonzero(self._kinds[:rest_from] > _HEADER)
        unread = unread_lines(
            self.data,
            self._starts[lines],
            self._stops[lines],
            numbers=lines + self.first_line,
            reasons=_REASONS[self._kinds[lines]],
            dialect=self.dialect,
        )
        rest = self.data[self._starts[rest_from] :] if rest_from < len(self._kinds) else b""
        return SortedLines(records=records, unread=unread, rest=rest)

    def _line_of(self, positions: Integers) -> Integers:
        """Return the lines that ascending positions lie in."""
        return np.repeat(np.arange(len(self._stops)), self._count_by_line(positions))

    def _count_by_line(self, positions: Integers) -> Integers:
        return np.diff(np.searchsorted(positions, self._stops), prepend=0)

    def _mark(self, kind: int, positions: Integers) -> None:
        self._kinds[self._line_of(positions)] = kind

    def _find_quotes(self) -> _Quotes:
        positions = np.flatnonzero(self._raw == _QUOTE)
        lines = self._line_of(positions)
        counts = self._count_by_line(positions)
        before = np.cumsum(counts) - counts
        return _Quotes(positions=positions, lines=lines, before=before[lines], counts=counts)

    def _is_quoted(self, positions: Integers) -> Flags:
        """Tell which ascending positions stand behind an odd number of quotes of their line."""
        # Counting modulo 256 keeps what is odd, in a quarter of the memory.
        counts = np.cumsum(self._raw == _QUOTE, dtype=np.uint8)
        at_start = np.where(self._starts > 0, counts[self._starts - 1], 0)
        quoted: Flags = (counts[positions] - at_start[self._line_of(positions)]) % 2 == 1
        return quoted

    def _count_fields(self, quotes: _Quotes) -> None:
        delimiters = np.flatnonzero(self._raw == self.dialect.delimiter[0])
        if len(quotes.positions):
            delimiters = delimiters[~self._is_quoted(delimiters)]
        separators = self._count_by_line(delimiters)
        self._kinds[separators != len(self.dialect.columns) - 1] = _FIELDS

    def _mark_returns(self) -> None:
        returns = np.flatnonzero(self._raw == _RETURN)
        stray = returns[self._raw[returns + 1] != _NEWLINE]
        if len(stray):
            self._mark(_CARRIAGE, stray[~self._is_quoted(stray)])

    def _mark_blank(self) -> None:
        lengths = self._stops - self._starts
        single = len(self.dialect.columns) == 1
        short = (self._kinds == _FIELDS) | (lengths <= 2) | single
        if short.any():
            filled = np.logical_or.reduceat(~_IS_SPACE[self._raw], self._starts)
            self._kinds[short & ~filled] = _BLANK

    def _doubtful_lines(self, quotes: _Quotes) -> list[int]:
        """Return the lines whose quotes are not paired, or stand where none should."""
        ordinal = np.arange(len(quotes.positions)) - quotes.before
        opening = ordinal % 2 == 0
        delimiter = self.dialect.delimiter[0]
        before = np.where(quotes.positions > 0, self._raw[quotes.positions - 1], _NEWLINE)
        after = self._raw[quotes.positions + 1]
        well_opened = (before == delimiter) | (before == _QUOTE) | (before == _NEWLINE)
        well_closed = (after == delimiter) | (after == _QUOTE)
        well_closed |= (after == _NEWLINE) | (after == _RETURN)
        odd_place = ~np.where(opening, well_opened, well_closed)
        doubtful = quotes.counts % 2 == 1
        doubtful[quotes.lines[odd_place]] = True
        settled = np.isin(self._kinds, _SETTLED)
        lines: list[int] = np.flatnonzero(doubtful & ~settled).tolist()
        return lines

    def _resolve_quotes(self, doubtful: list[int]) -> int:
        """Settle lines with doubtful quotes; return the line that is left for the next block."""
        next_free = 0
        for line in doubtful:
            if line < next_free:
                continue
            fields = split_fields(self._content(line, line), self.dialect.delimiter)
            if not fields.is_open:
                self._settle_closed(line, fields.values)
                continue
            # Where the open field comes first, the line that closes it holds the time.
            timed = len(fields.values) - 1 > self.dialect.timestamp
            last = self._last_line_of(line, timed)
            if last == len(self._kinds):
                return line
            if last == line:
                self._kinds[line] = _UNBALANCED
                continue
            self._kinds[line] = _GOOD
            self._kinds[line + 1 : last + 1] = _JOINED
            self._stops[line] = self._stops[last]
            next_free = last + 1
        return len(self._kinds)

    def _settle_closed(self, line: int, values: list[bytes]) -> None:
        if any(b"\r" in value for value in values):
            self._kinds[line] = _CARRIAGE
        elif len(values) == len(self.dialect.columns):
            self._kinds[line] = _GOOD
            self._replaced[line] = join_fields(values, self.dialect.delimiter) + b"\n"
        else:
            self._kinds[line] = _FIELDS

    def _last_line_of(self, first: int, timed: bool) -> int:
        """Return the line that closes the quote which `first`, maybe `timed`, leaves open.

        `first` itself where no line does, or where it would swallow rows; the number of lines
        where the next block has to tell.
        """
        limit = first + MOST_LINES_PER_RECORD
        for line in range(first + 1, min(limit, len(self._kinds))):
            content = self._content(line, line)
            if self._kinds[line] in _SETTLED or self._stands_alone(line, timed):
                return first
            if self._stops[line] - self._starts[first] > LONGEST_LINE_BYTES:
                return first
            if b'"' not in content:
                continue
            whole = split_fields(self._content(first, line), self.dialect.delimiter)
            if not whole.is_open:
                complete = len(whole.values) == len(self.dialect.columns)
                return line if whole.is_strict and complete else first
        return first if self.is_last or limit <= len(self._kinds) else len(self._kinds)

    def _stands_alone(self, line: int, timed: bool) -> bool:
        """Tell whether a line must be a row of its own rather than part of one before it."""
        fields = split_fields(self._content(line, line), self.dialect.delimiter)
        complete = len(fields.values) == len(self.dialect.columns)
        certain = timed or (fields.is_strict and not fields.is_open)
        return complete and certain and self._rows.is_row(line)

    def _content(self, first: int, last: int) -> bytes:
        content = self.data[self._starts[first] : self._stops[last] - 1]
        return content.removesuffix(b"\r")

    def _records(self, rest_from: int) -> Records:
        kept = np.flatnonzero(self._kinds[:rest_from] == _GOOD)
        starts, stops = self._starts[kept], self._stops[kept]
        lengths = stops - starts
        if not self._replaced:
            data = b"".join(runs(self.data, starts, stops))
        else:
            pieces: list[bytes] = []
            done = 0
            for line, text in self._replaced.items():
                position = int(np.searchsorted(kept, line))
                if position >= len(kept):
                    break
                lengths[position] = len(text)
                pieces += runs(self.data, starts[done:position], stops[done:position])
                pieces.append(text)
                done = position + 1
            data = b"".join([*pieces, *runs(self.data, starts[done:], stops[done:])])
        return Records(data=data, lines=kept + self.first_line, ends=np.cumsum(lengths))
