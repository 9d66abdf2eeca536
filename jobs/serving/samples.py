"""What the readers of a server's metrics hand over: single values, counters, starts of workers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

REQUESTS = "ts_inference_requests_total"
LATENCY = "ts_inference_latency_microseconds"
QUEUE = "ts_queue_latency_microseconds"
WANTED = frozenset({REQUESTS, LATENCY, QUEUE})


class DamagedSampleError(ValueError):
    """A line names a value that is needed, and the value cannot be read."""


class ServedModel(NamedTuple):
    """A model in one version, as the server calls them."""

    name: str
    version: str


class Series(NamedTuple):
    """One counter of one process; `process` is all its other labels, such as its host or uuid."""

    metric: str
    model: ServedModel
    process: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class LoggedValue:
    """One line of ``ts_metrics.log`` about one request. `moment` is in seconds since 1970, UTC."""

    moment: float
    host: str
    metric: str
    model: ServedModel
    value: float


@dataclass(frozen=True, slots=True)
class WorkerStart:
    """A line of ``ts_metrics.log`` that says that a worker has loaded its model."""

    moment: float
    host: str
    worker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrape:
    """The counters of a metrics address at one time, in seconds since 1970, UTC.

    A server that was not asked yet has no counters: the scrape is empty, and says so much.
    """

    moment: float
    values: dict[Series, float] = field(default_factory=dict)


def number_of(text: str) -> float:
    """Return a value of a metric, such as ``1.82E7``.

    Raises
    ------
    DamagedSampleError
        If it is no number, not finite or negative: sums and durations are neither.
    """
    try:
        value = float(text)
    except ValueError:
        raise DamagedSampleError(text) from None
    if not 0 <= value < float("inf"):
        raise DamagedSampleError(text)
    return value
