"""Rows that are kept out of a window: their reasons, and counting them in bounded space."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from jobs.predictions.rows import EXAMPLES_KEPT, LogTally, RejectedRow
from jobs.timestamp_parts import Integers

WRONG_FIELDS = "wrong number of fields"
UNBALANCED_QUOTE = "unbalanced quote"
NUL_BYTE = "NUL byte"
NOT_UTF8 = "not UTF-8"
LINE_TOO_LONG = "line too long"
STRAY_RETURN = "stray carriage return"
NOT_AN_OBJECT = "not a JSON object"
BAD_HEADER = "below a header that cannot be used"

_DETAIL_LENGTH = 80


def shorten(value: str | bytes) -> str:
    """Return a value as it may stand in a report: short, on one line, printable."""
    text = value[: 4 * _DETAIL_LENGTH]
    if isinstance(text, bytes):
        text = text.decode("utf-8", "backslashreplace")
    text = text.strip()
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return shown if len(shown) <= _DETAIL_LENGTH else shown[: _DETAIL_LENGTH - 1] + "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadLine:
    """A line that is no row.

    Attributes
    ----------
    time_text
        What stands where the timestamp should be; empty where nothing does.
    """

    line: int
    reason: str
    detail: str
    time_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedRows:
    """Rejected rows of one object and one reason whose time is known.

    Attributes
    ----------
    moments
        Their times in microseconds since 1970-01-01 UTC.
    lines, details
        As in `RejectedRow`, one per row.
    """

    source: str
    reason: str
    lines: Integers
    details: Sequence[str]
    moments: Integers


class Rejections:
    """Counts what was kept out and remembers the first few by source and line."""

    def __init__(self) -> None:
        self._reasons: Counter[str] = Counter()
        self._examples: list[RejectedRow] = []
        self._timed: list[RejectedRows] = []
        self._timed_rows = 0

    def count_untimed(self, reasons: Mapping[str, int], first: Sequence[RejectedRow]) -> None:
        """Count rows whose time cannot be known, by reason, given the first of them."""
        self._reasons.update(reasons)
        self._remember(first)

    def add_untimed(self, source: str, lines: Sequence[UnreadLine]) -> None:
        """Count rows whose time cannot be known."""
        self._reasons.update(line.reason for line in lines)
        self._remember(
            RejectedRow(source=source, line=row.line, reason=row.reason, detail=row.detail)
            for row in heapq.nsmallest(EXAMPLES_KEPT, lines, key=lambda row: row.line)
        )

    def add_timed(self, rows: RejectedRows) -> None:
        """Keep rows that count only if the window turns out to hold their time."""
        if len(rows.lines):
            self._timed.append(rows)
            self._timed_rows += len(rows.lines)

    def forget_before(self, start: int) -> None:
        """Drop the rows that are older than any window can still be."""
        self._timed = [kept for rows in self._timed if len((kept := _since(rows, start)).lines)]
        self._timed_rows = sum(len(rows.lines) for rows in self._timed)

    @property
    def timed_rows(self) -> int:
        """How many rows whose time is known are kept."""
        return self._timed_rows

    @property
    def timed(self) -> Sequence[RejectedRows]:
        """The rows whose time is known, before `tally` has counted them."""
        return self._timed

    def tally(self, accepted: int, start: int | None) -> LogTally:
        """Return the counts of a window that starts at `start`, or holds every row given."""
        if start is not None:
            self.forget_before(start)
        for rows in self._timed:
            self._reasons[rows.reason] += len(rows.lines)
            first = np.argsort(rows.lines, kind="stable")[:EXAMPLES_KEPT].tolist()
            self._remember(
                RejectedRow(
                    source=rows.source,
                    line=int(rows.lines[row]),
                    reason=rows.reason,
                    detail=rows.details[row],
                )
                for row in first
            )
        self._timed = []
        return LogTally(
            rows=accepted + self._reasons.total(),
            reasons=dict(sorted(self._reasons.items())),
            examples=tuple(self._examples),
        )

    def _remember(self, rows: Iterable[RejectedRow]) -> None:
        self._examples = heapq.nsmallest(EXAMPLES_KEPT, [*self._examples, *rows])


def _since(rows: RejectedRows, start: int) -> RejectedRows:
    keep = np.flatnonzero(rows.moments >= start)
    if len(keep) == len(rows.lines):
        return rows
    return RejectedRows(
        source=rows.source,
        reason=rows.reason,
        lines=rows.lines[keep],
        details=[rows.details[row] for row in keep.tolist()],
        moments=rows.moments[keep],
    )
