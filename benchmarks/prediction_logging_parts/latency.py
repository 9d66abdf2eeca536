"""What the logger adds to a request: servers with it and without, asked in turn."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from benchmarks.prediction_logging_parts.rows import recorded_numbers
from benchmarks.prediction_logging_parts.server import running

_WARM_UP = 200


def measure_latency(rounds: int) -> list[str]:
    """Ask three servers in turn, two of them alike, and return what was seen.

    Parameters
    ----------
    rounds
        How often each of the three is asked.
    """
    with tempfile.TemporaryDirectory() as folder:
        with running() as plain, running() as control, running(Path(folder)) as logged:
            servers = (plain, control, logged)
            taken: list[list[float]] = [[], [], []]
            for number in range(-_WARM_UP, rounds):
                # Another one is the first each time: none has the warmer caches.
                for place in range(3):
                    which = (number + place) % 3
                    seconds = servers[which].ask(number)
                    if number >= 0:
                        taken[which].append(1e3 * seconds)
        numbers = recorded_numbers(Path(folder) / "bucket")
    rows = len([number for number in numbers if number >= 0])
    pairs = {
        name: statistics.median(a - b for a, b in zip(taken[which], taken[0], strict=True))
        for name, which in (("logger", 2), ("control", 1))
    }
    p99 = [statistics.quantiles(one, n=100)[98] for one in taken]
    allowed = 1.25 * p99[0] + abs(p99[1] - p99[0])
    added = (
        f"added median, paired: {pairs['logger']:+.3f} ms (control {pairs['control']:+.3f} ms); "
        "bar 0.5 ms"
    )
    slowest = (
        f"p99: plain {p99[0]:.2f} ms, control {p99[1]:.2f} ms, logger {p99[2]:.2f} ms; bar "
        f"{allowed:.2f} ms"
    )
    return [
        f"requests: {3 * rounds:,} in turn; plain {statistics.median(taken[0]):.2f} ms median",
        added,
        slowest,
        f"rows: {rows:,} of {rounds:,}",
    ]
