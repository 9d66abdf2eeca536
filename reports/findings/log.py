"""What was read of the log: rows, those that were kept out, and what the server itself measured."""

from __future__ import annotations

from collections.abc import Mapping
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedModelFigures:
    """What the server measured of the requests to one model in the window.

    Attributes
    ----------
    model, version
        As the server calls them.
    requests
        How many came.
    mean_ms, p50_ms, p99_ms
        How long answers took, in milliseconds; the wait for a worker is a part of that. None
        without an answer; the quantiles are None too where only sums are known.
    queue_share
        The part of that time in which requests waited for a worker.
    """

    model: str
    version: str
    requests: int
    mean_ms: float | None
    p50_ms: float | None
    p99_ms: float | None
    queue_share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierServing:
    """What the server measured in the window of an earlier run, as of `ServerFigures`."""

    run_id: str
    window_end: str
    requests: int
    mean_ms: float | None
    p50_ms: float | None
    p99_ms: float | None
    queue_share: float | None
    restarts: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFigures:
    """What the server itself measured in the window; no part of the verdict.

    Attributes
    ----------
    path
        The job file's `serving.path`.
    formats
        What was found there: ``ts_metrics.log``, ``scrapes``.
    objects
        How many objects were read.
    samples
        How many single values and scrapes lie in the window.
    first, last
        ISO 8601: the stretch that they cover; None without any.
    requests, mean_ms, p50_ms, p99_ms, queue_share
        As of `ServedModelFigures`, over all models.
    restarts
        How often a server, or a worker alone, was seen to start anew.
    rows
        The log's rows in the window, rejected ones among them, beside the requests.
    models
        The same for each model and version, most requests first; at most 50.
    earlier
        The same in earlier runs, the oldest first; at most seven.
    unread
        Objects, or parts of them, that could not be used, and why.
    """

    path: str
    formats: tuple[str, ...]
    objects: int
    samples: int
    first: str | None
    last: str | None
    requests: int
    mean_ms: float | None
    p50_ms: float | None
    p99_ms: float | None
    queue_share: float | None
    restarts: int
    rows: int
    models: tuple[ServedModelFigures, ...] = ()
    earlier: tuple[EarlierServing, ...] = ()
    unread: tuple[Trouble, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LogTimes:
    """The times of the window's rows, and rows that came late or twice.

    Attributes
    ----------
    zoned, zoneless
        Rows whose time carries a zone, and rows whose time carries none.
    repeated_hour
        Rows without a zone in an hour that comes twice, because clocks go back.
    delivered_again
        Rows that were left out because the window holds an equal one.
    rows_by_day
        All rows of the log in the window by UTC day, good or bad, as they were when it was read;
        of a long window the newest days.
    late_rows
        By earlier run: rows that came into its window after it, and that no run has told before.
    log_digest
        SHA-256 in hex over what says how rows are counted; only counts of equal ones compare.
    """

    zoned: int = 0
    zoneless: int = 0
    repeated_hour: int = 0
    delivered_again: int = 0
    rows_by_day: Mapping[str, int] = field(default_factory=dict)
    late_rows: Mapping[str, int] = field(default_factory=dict)
    log_digest: str = ""
