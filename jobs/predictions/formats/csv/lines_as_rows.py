"""Which lines of a block begin as a row of the log does: with a time in its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from jobs.predictions.formats.csv.dialect import CsvDialect
from jobs.predictions.formats.csv.unread import line_ends, time_texts
from jobs.times.timestamp_parts import Flags, Integers

# A single time costs as much as these, or milliseconds where it is none.
_LINES_AT_ONCE = 1_000

RowTimes = Callable[[list[str]], Flags]


@dataclass(slots=True, kw_only=True)
class LinesAsRows:
    """The lines of a block, their times read by the thousand when one is asked for.

    Attributes
    ----------
    data
        The block.
    starts, stops
        Where each line begins, and where it ends behind its newline.
    dialect
        How they are written.
    are_rows
        Tells which texts, each in the place of a time, begin a row of the log.
    """

    data: bytes
    starts: Integers
    stops: Integers
    dialect: CsvDialect
    are_rows: RowTimes
    _known: dict[int, Flags] = field(default_factory=dict)

    def is_row(self, line: int) -> bool:
        """Tell whether a line of as many fields as the header has begins as a row does."""
        number, place = divmod(line, _LINES_AT_ONCE)
        if number not in self._known:
            self._known[number] = self._read(slice(line - place, line - place + _LINES_AT_ONCE))
        return bool(self._known[number][place])

    def _read(self, lines: slice) -> Flags:
        starts, stops = self.starts[lines], self.stops[lines]
        data = self.data[starts[0] : stops[-1]]
        begins, ends = starts - starts[0], line_ends(data, starts - starts[0], stops - starts[0])
        return self.are_rows(time_texts(data, begins, ends, self.dialect))
