"""The figures of a window, from the sums of what its server measured."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from jobs.serving.samples import ServedModel

_MICROSECONDS = 1_000.0
_MOST_VALUES = 4_000_000


@dataclass(slots=True)
class ModelSums:
    """Sums over the requests of one model; times in microseconds.

    Attributes
    ----------
    requests
        How many requests came.
    answered
        Over how many of them the times are summed.
    latency_us, queue_us
        The sums of how long they took, and how long of that they waited for a worker.
    values
        Single latencies.
    """

    requests: float = 0.0
    answered: float = 0.0
    latency_us: float = 0.0
    queue_us: float = 0.0
    values: array[float] = field(default_factory=lambda: array("d"))
    singles: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedFigures:
    """How a server answered, milliseconds; None where no request was answered.

    Attributes
    ----------
    requests
        How many requests came.
    mean_ms, p50_ms, p99_ms
        How long answers took, their wait for a worker among it. The quantiles are None where sums
        alone are known.
    queue_share
        The part of that time in which requests waited for a worker.
    """

    requests: int
    mean_ms: float | None
    p50_ms: float | None
    p99_ms: float | None
    queue_share: float | None

    @classmethod
    def of(cls, sums: Iterable[ModelSums]) -> ServedFigures:
        """Return the figures of one model, or of several together."""
        parts = list(sums)
        answered = sum(one.answered for one in parts)
        latency = sum(one.latency_us for one in parts)
        queue = sum(one.queue_us for one in parts)
        p50, p99 = _quantiles(parts, answered)
        return cls(
            requests=round(sum(one.requests for one in parts)),
            mean_ms=latency / answered / _MICROSECONDS if answered > 0 else None,
            p50_ms=p50,
            p99_ms=p99,
            queue_share=queue / latency if answered > 0 and latency > 0 else None,
        )


def _quantiles(parts: Iterable[ModelSums], answered: float) -> tuple[float | None, float | None]:
    known = [one for one in parts if one.singles]
    if not known or sum(one.singles for one in known) != answered:
        return None, None
    values = np.concatenate([np.frombuffer(one.values) for one in known])
    p50, p99 = np.quantile(values, (0.5, 0.99)) / _MICROSECONDS
    return float(p50), float(p99)


@dataclass(slots=True)
class SingleValues:
    """Keeps the latencies of single requests; of too many, every second, fourth, ... one."""

    most: int = _MOST_VALUES
    _stride: int = 1
    _kept: int = 0

    def add(self, sums: ModelSums, value: float, all_sums: Mapping[ServedModel, ModelSums]) -> None:
        """Keep a value of one model, which is one of `all_sums`."""
        if sums.singles % self._stride == 0:
            sums.values.append(value)
            self._kept += 1
        sums.singles += 1
        if self._kept > self.most:
            for one in all_sums.values():
                one.values = one.values[::2]
            self._stride *= 2
            self._kept = sum(len(one.values) for one in all_sums.values())
