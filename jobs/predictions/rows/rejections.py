"""Rows that are kept out of a window: their reasons, and counting them in bounded space."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from jobs.predictions.rows.rows import EXAMPLES_KEPT, LogTally, RejectedRow
from jobs.times.timestamp_parts import Integers, Texts
from jobs.times.timestamps import TimestampFault

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
class UnreadLines:
    """Lines of one stretch that are no rows; there may be as many as bytes, so none is an object.

    Attributes
    ----------
    numbers
        Their line numbers, ascending.
    reasons
        Why each is no row.
    time_texts
        What stands where the timestamp should be; empty where nothing does.
    describe
        Returns the detail of a line, by its place among these; only few are asked for.
    """

    numbers: Integers
    reasons: npt.NDArray[np.object_]
    time_texts: Sequence[str]
    describe: Callable[[int], str]

    @classmethod
    def single(cls, number: int, reason: str, time_text: str) -> Self:
        """Return one line of which nothing more is said."""
        return cls(
            numbers=np.array([number], np.int64),
            reasons=np.array([reason], object),
            time_texts=[time_text],
            describe=lambda _: "",
        )

    def __len__(self) -> int:
        return len(self.numbers)


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

    def add_untimed(self, source: str, lines: UnreadLines, places: Integers) -> None:
        """Count those of the lines, by their ascending places, whose time cannot be known."""
        self.count_untimed(
            Counter(lines.reasons[places].tolist()),
            [
                RejectedRow(
                    source=source,
                    line=int(lines.numbers[place]),
                    reason=lines.reasons[place],
                    detail=lines.describe(place),
                )
                for place in places[:EXAMPLES_KEPT].tolist()
            ],
        )

    def add_faulty(
        self,
        source: str,
        lines: Integers,
        faults: npt.NDArray[np.uint8],
        texts: Texts,
        places: Integers,
    ) -> None:
        """Count rows without a readable time; only the first of them are looked at.

        Parameters
        ----------
        texts
            The times of these rows and others, as written.
        places
            Where those of these rows stand among them.
        """
        first = np.argsort(lines, kind="stable")[:EXAMPLES_KEPT]
        kinds, counts = np.unique(faults, return_counts=True)
        self.count_untimed(
            {
                TimestampFault(kind).reason: count
                for kind, count in zip(kinds.tolist(), counts.tolist(), strict=True)
            },
            [
                RejectedRow(
                    source=source,
                    line=line,
                    reason=TimestampFault(fault).reason,
                    detail=shorten(text or ""),
                )
                for line, fault, text in zip(
                    lines[first].tolist(),
                    faults[first].tolist(),
                    texts.take(pa.array(places[first])).to_pylist(),
                    strict=True,
                )
            ],
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
