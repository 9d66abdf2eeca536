"""What the prediction log adds to a request: the same model with it and without, in turns."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.serving_parts.models import CONTROL, LOGGED, PLAIN, Place
from benchmarks.serving_parts.recorded import recorded
from examples.serving.pictures import Example
from examples.serving.traffic import ask, raw

MOST_MEDIAN_MS = 0.5
MOST_P99 = 0.25
_WARM_UP = 100
_TIMEOUT_S = 30.0
_NAMES = (PLAIN, CONTROL, LOGGED)
_RESAMPLES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """The milliseconds of the rounds, each one request to each model in an order by chance.

    Attributes
    ----------
    workers
        How many each model had, and how many clients sent at once.
    milliseconds
        Shape (rounds, 3): without the log, without it again, with it.
    logged
        How many rows the log holds afterwards, without those of the warm-up.
    """

    workers: int
    milliseconds: NDArray[np.float64]
    logged: int

    @property
    def added_ms(self) -> float:
        """The median over the rounds of what the log added."""
        return float(np.median(self.milliseconds[:, 2] - self.milliseconds[:, 0]))

    @property
    def control_ms(self) -> float:
        """The same between the two models without the log."""
        return float(np.median(self.milliseconds[:, 1] - self.milliseconds[:, 0]))

    @property
    def p99(self) -> tuple[float, float, float]:
        """The 99th percentile of each."""
        plain, control, logged = np.percentile(self.milliseconds, 99, axis=0)
        return float(plain), float(control), float(logged)

    def added_interval_ms(self) -> tuple[float, float]:
        """Return the 95 % interval of `added_ms`, by resampling of rounds."""
        added = self.milliseconds[:, 2] - self.milliseconds[:, 0]
        generator = np.random.default_rng(0)
        medians = [
            np.median(generator.choice(added, len(added), replace=True)) for _ in range(_RESAMPLES)
        ]
        low, high = np.percentile(medians, [2.5, 97.5])
        return float(low), float(high)

    def is_within(self) -> bool:
        """Tell whether both bars are met, and each request to the model with the log has a row."""
        plain, control, logged = self.p99
        own = abs(control / plain - 1)
        is_quick = self.added_ms <= MOST_MEDIAN_MS and logged / plain - 1 <= MOST_P99 + own
        return is_quick and self.logged == len(self.milliseconds)

    def row(self) -> tuple[str, ...]:
        """Return the row of the table."""
        plain, control, logged = self.p99
        low, high = self.added_interval_ms()
        median = float(np.median(self.milliseconds[:, 0]))
        return (
            f"{self.workers}",
            f"{self.milliseconds.size:,}",
            f"{median:.2f}",
            f"{self.added_ms:+.3f} ({low:+.3f} to {high:+.3f})",
            f"{self.control_ms:+.3f}",
            f"{plain:.2f}",
            f"{logged / plain - 1:+.1%}",
            f"{control / plain - 1:+.1%}",
            f"{self.logged:,}",
            "yes" if self.is_within() else "NO",
        )


HEADER = (
    "workers and clients",
    "requests",
    "median, ms",
    "the log adds to the median, ms (95 %)",
    "control",
    "p99, ms",
    "p99 with the log",
    "control",
    "rows",
    "within",
)


def measure(place: Place, workers: int, rounds: int, work: Path) -> Latency:
    """Serve the model three times and send rounds of requests, by as many clients as workers."""
    bucket = work / f"bucket-{workers}"
    with place.server(bucket, work / f"spool-{workers}") as server:
        for name in _NAMES:
            server.register(name, workers)
        port = server.inference_port
        _send_rounds(port, place.images, _WARM_UP, seed=0)
        with ThreadPoolExecutor(workers) as pool:
            parts = pool.map(
                lambda seed: _send_rounds(port, place.images, rounds // workers, seed=seed),
                range(1, workers + 1),
            )
            milliseconds = np.concatenate(list(parts))
    logged = len(recorded(place, bucket, work / f"spool-{workers}"))
    return Latency(workers=workers, milliseconds=milliseconds, logged=logged - _WARM_UP)


def _send_rounds(
    port: int, images: Sequence[bytes], rounds: int, *, seed: int
) -> NDArray[np.float64]:
    chance = random.Random(seed)
    requests = {name: raw(f"/predictions/{name}") for name in _NAMES}
    connections = {name: HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_S) for name in _NAMES}
    milliseconds = np.zeros((rounds, len(_NAMES)))
    order = list(range(len(_NAMES)))
    for turn in range(rounds):
        example = Example(image=images[turn % len(images)], name="")
        chance.shuffle(order)
        for place in order:
            request = requests[_NAMES[place]](example)
            begin = time.perf_counter()
            ask(connections[_NAMES[place]], request)
            milliseconds[turn, place] = 1e3 * (time.perf_counter() - begin)
    for connection in connections.values():
        connection.close()
    return milliseconds
