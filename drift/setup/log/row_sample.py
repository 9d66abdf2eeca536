"""Some rows of a log, and what of them cannot be read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class OddRows:
    """Rows of a sample that are not as the others, all for one reason.

    Attributes
    ----------
    what
        What is odd, as it stands behind "60 of 160 rows".
    rows
        How many.
    first
        Where the first one is, such as ``line 102 of logs/a.csv``.
    mend
        What to do, in sentences; empty where it is clear.
    """

    what: str
    rows: int
    first: str
    mend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSample:
    """Some rows of one log.

    Attributes
    ----------
    table
        All columns as text, missing and empty values as None; older rows first as far as the
        log's own order tells.
    rows_in_all
        How many rows the log has, estimated where `is_complete` is false.
    rows_seen
        How many rows were looked at, with those that cannot be read.
    odd
        Rows that cannot be read, or not as they were meant.
    notes
        What is odd about it, in sentences.
    """

    table: pd.DataFrame
    rows_in_all: int
    is_complete: bool
    rows_seen: int = 0
    odd: tuple[OddRows, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self.table.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadSample:
    """An object that is no readable log, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """The beginning of a text and, where that is not all of it, its end."""

    head: bytes
    tail: bytes = b""
    size: int = 0


def sample_of(
    table: pd.DataFrame,
    pieces: Pieces,
    *,
    odd: Sequence[OddRows] = (),
    rows_seen: int | None = None,
    notes: Sequence[str] = (),
) -> LogSample:
    """Return the rows of a text's pieces as a sample, the rows of all of it estimated."""
    read = len(pieces.head) + len(pieces.tail)
    lines = pieces.head.count(b"\n") + pieces.tail.count(b"\n")
    is_complete = not pieces.tail and read >= pieces.size
    count = len(table) if is_complete else max(len(table), round(pieces.size * lines / read))
    return LogSample(
        table=table.where(table.notna() & (table != ""), None),
        rows_in_all=count,
        is_complete=is_complete,
        rows_seen=len(table) if rows_seen is None else rows_seen,
        odd=tuple(odd),
        notes=tuple(notes),
    )


def join_samples(
    samples: Sequence[LogSample], *, objects: int, notes: Sequence[str] = ()
) -> LogSample:
    """Return the samples of some of a log's `objects` as one, with notes on the others."""
    table = pd.concat([sample.table for sample in samples], ignore_index=True)
    seen = sum(sample.rows_in_all for sample in samples)
    every = dict.fromkeys([*notes, *(note for sample in samples for note in sample.notes)])
    return LogSample(
        table=table.astype(object).where(table.notna(), None),
        rows_in_all=round(seen * objects / len(samples)),
        is_complete=objects == len(samples) and all(one.is_complete for one in samples),
        rows_seen=sum(one.rows_seen for one in samples),
        odd=_joined(one for sample in samples for one in sample.odd),
        notes=tuple(every),
    )


def _joined(odd: Iterable[OddRows]) -> tuple[OddRows, ...]:
    """Return one entry per reason, with the first place of each."""
    by_reason: dict[str, OddRows] = {}
    for one in odd:
        known = by_reason.get(one.what)
        by_reason[one.what] = replace(known, rows=known.rows + one.rows) if known else one
    return tuple(by_reason.values())
