"""What the logger adds to a request: servers with it and without, asked in turn."""

from __future__ import annotations

import contextlib
import statistics
import tempfile
from pathlib import Path

from benchmarks.prediction_logging_parts.rows import recorded_numbers
from benchmarks.prediction_logging_parts.server import Server, running

_WARM_UP = 200
_NAMES = ("plain", "control", "logger", "packing logger")
_LOGGERS = (2, 3)


def measure_latency(rounds: int) -> list[str]:
    """Ask four servers in turn, two of them without the logger, and return what was seen.

    Parameters
    ----------
    rounds
        How often each of the four is asked.
    """
    with tempfile.TemporaryDirectory() as name:
        folders = {which: Path(name) / str(which) for which in _LOGGERS}
        with contextlib.ExitStack() as stack:
            servers = [
                stack.enter_context(running(folders.get(which), packs_images=which == 3))
                for which in range(len(_NAMES))
            ]
            taken = _ask(servers, rounds)
        numbers = {which: recorded_numbers(folder / "bucket") for which, folder in folders.items()}
    return [
        f"requests: {len(_NAMES) * rounds:,} in turn; plain {statistics.median(taken[0]):.2f} ms",
        _added(taken),
        _slowest(taken),
        *(
            f"{_NAMES[which]}: {len([one for one in found if one >= 0]):,} rows of {rounds:,}"
            for which, found in numbers.items()
        ),
    ]


def _ask(servers: list[Server], rounds: int) -> list[list[float]]:
    """Return the milliseconds of each request, a list a server."""
    taken: list[list[float]] = [[] for _ in servers]
    for number in range(-_WARM_UP, rounds):
        # Another one is the first each time: none has the warmer caches.
        for place in range(len(servers)):
            which = (number + place) % len(servers)
            seconds = servers[which].ask(number)
            if number >= 0:
                taken[which].append(1e3 * seconds)
    return taken


def _added(taken: list[list[float]]) -> str:
    said = []
    for name, one in zip(_NAMES[1:], taken[1:], strict=True):
        added = statistics.median(a - b for a, b in zip(one, taken[0], strict=True))
        said.append(f"{name} {added:+.3f} ms")
    return f"added median, paired: {', '.join(said)}; bar 0.5 ms"


def _slowest(taken: list[list[float]]) -> str:
    p99 = [statistics.quantiles(one, n=100)[98] for one in taken]
    allowed = 1.25 * p99[0] + abs(p99[1] - p99[0])
    said = [f"{name} {one:.2f} ms" for name, one in zip(_NAMES, p99, strict=True)]
    return f"p99: {', '.join(said)}; bar {allowed:.2f} ms"
