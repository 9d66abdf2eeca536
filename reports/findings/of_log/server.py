"""What the server itself measured, as the log or its own figures say it."""

from __future__ import annotations

from dataclasses import dataclass

from reports.findings.images import Trouble


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
