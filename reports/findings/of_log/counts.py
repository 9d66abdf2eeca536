"""What was read of the log: rows, and those that were kept out."""

from __future__ import annotations

from dataclasses import dataclass, field

from reports.findings.images import Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class LostValues:
    """Values of one of the log's columns that could not be used; their rows and images stay.

    Attributes
    ----------
    values
        How many of the window's rows have a value in the column.
    lost, reasons
        How many of them count as missing, and why.
    outside
        How many of them are numbers outside 0 to 1 where shares of one belong.
    examples
        The oldest lost ones, each with what it holds.
    """

    column: str
    values: int
    lost: int
    reasons: dict[str, int] = field(default_factory=dict)
    outside: int = 0
    examples: tuple[Trouble, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewestRow:
    """Where the rejected rows stand among those that could be read.

    Rows without a readable time lie evenly between the readable ones beside them.

    Attributes
    ----------
    newest, newest_read
        ISO 8601: the newest row of all, and the newest one that could be read; the latter is None
        where none could.
    rejected_since
        Rejected rows that are newer than every row that could be read.
    asked, asked_rejected
        Rows of the window that was asked for, read or not, and how many of them were rejected.
    reaches_back
        For a window by rows: how many of its rows are older than those that were asked for.
    """

    newest: str
    newest_read: str | None
    rejected_since: int
    asked: int
    asked_rejected: int
    reaches_back: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What the log's writer says of requests that have no row.

    Attributes
    ----------
    unrecorded, reasons
        How many requests of the window were to be recorded and were not, and why.
    shares
        Which parts of the requests were drawn to be recorded; ``(1.0,)`` means all of them.
    unread
        Objects with such counts that could not be read.
    """

    unrecorded: int
    reasons: dict[str, int] = field(default_factory=dict)
    shares: tuple[float, ...] = ()
    unread: tuple[Trouble, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LogCounts:
    """What became of the log's rows.

    Attributes
    ----------
    rows
        Rows of the window: those that name an image, and rejected ones.
    rejected, reasons, examples
        How many were rejected, why, and the first of them.
    lost_values
        Columns with values that could not be used.
    newest
        Where the rejected rows stand in time; None where none of the window's was rejected.
    recoded_rows
        Rows with letters that were read in another encoding than UTF-8.
    recording
        What the log's writer says of requests without a row; None where it says nothing.
    """

    rows: int
    rejected: int
    reasons: dict[str, int]
    examples: tuple[Trouble, ...] = ()
    lost_values: tuple[LostValues, ...] = ()
    newest: NewestRow | None = None
    recoded_rows: int = 0
    recording: Recording | None = None
