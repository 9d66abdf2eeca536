"""How often a server started anew, from the starts of workers that its log of metrics tells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Span = tuple[float, float]


@dataclass(slots=True)
class HostLines:
    """What is kept of the lines that one host wrote.

    Attributes
    ----------
    first, last
        The times of its first and last line, in seconds since 1970.
    starts
        When which worker had loaded its model.
    """

    first: float
    last: float
    starts: list[tuple[float, str]] = field(default_factory=list)

    def widen(self, moment: float) -> None:
        """Take in the time of one more line."""
        self.first, self.last = min(self.first, moment), max(self.last, moment)


def restarts_of_folder(hosts: Mapping[str, HostLines], window: Span) -> int:
    """Return how often servers that log to one folder started anew in a window.

    A host is new where another one had written its last line before: it replaced that one.
    """
    inside = [
        moment
        for host in hosts.values()
        for moment in repeated_starts(host.starts)
        if window[0] <= moment < window[1]
    ]
    replaced = [
        host
        for host in hosts.values()
        if window[0] <= host.first < window[1]
        and any(other.last < host.first for other in hosts.values())
    ]
    return len(inside) + len(replaced)


def repeated_starts(starts: Iterable[tuple[float, str]]) -> list[float]:
    """Return when workers started that had started before.

    Workers that start after one of them, each once, belong to the same start of the server.
    """
    round_of: set[str] = set()
    repeated = []
    for moment, worker in sorted(starts):
        if worker in round_of:
            repeated.append(moment)
            round_of = set()
        round_of.add(worker)
    return repeated
