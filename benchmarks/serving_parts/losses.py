"""What is lost when a server ends: answered requests without a row, or without their image."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event

from benchmarks.serving_parts.models import LOGGED, Place
from benchmarks.serving_parts.recorded import recorded
from examples.torchserve.server import TorchServe

_LOAD_S = 4.0
_CLIENTS = 4
_PAUSE_S = 0.005
_TIMEOUT_S = 10.0
# What waits in memory is younger than this.
MEMORY_S = 1.0
Ending = Callable[[TorchServe], None]
ENDINGS: Mapping[str, Ending] = {
    "SIGTERM to the server": TorchServe.terminate,
    "the model is unregistered": lambda server: server.unregister(LOGGED),
    "`torchserve --stop`": TorchServe.stop,
    "SIGKILL to all processes": TorchServe.kill,
}
HEADER = (
    "ending",
    "workers",
    "answered",
    "lost",
    "oldest lost, s before the end",
    f"lost and older than {MEMORY_S:.0f} s",
)


@dataclass(kw_only=True)
class Losses:
    """What several trials of one ending came to.

    Attributes
    ----------
    answered
        Requests that were answered with 200.
    ages_s
        Of each answered request without a row or image: how long before the end it was answered.
    """

    ending: str
    workers: int
    answered: int = 0
    ages_s: list[float] = field(default_factory=list)

    @property
    def older(self) -> int:
        """How many had more than a second to reach the disk."""
        return sum(age > MEMORY_S for age in self.ages_s)

    def row(self) -> tuple[str, ...]:
        """Return the row of the table."""
        oldest = f"{max(self.ages_s):.2f}" if self.ages_s else "-"
        lost = len(self.ages_s)
        return (
            self.ending,
            str(self.workers),
            f"{self.answered:,}",
            str(lost),
            oldest,
            str(self.older),
        )


def measure(place: Place, ending: str, workers: int, trials: int, work: Path) -> Losses:
    """End a server under load several times; count what its log lacks once the rest was sent."""
    losses = Losses(ending=ending, workers=workers)
    for trial in range(trials):
        name = f"{list(ENDINGS).index(ending)}-{workers}-{trial}"
        bucket, spool = work / f"ended-{name}", work / f"ended-spool-{name}"
        with place.server(bucket, spool) as server:
            server.register(LOGGED, workers)
            answered, ended_at = _load_and_end(server, place.images, ENDINGS[ending])
        there = recorded(place, bucket, spool)
        losses.answered += len(answered)
        losses.ages_s += [
            ended_at - at
            for name, at in answered.items()
            if name not in there or not (bucket / there[name]).is_file()
        ]
    return losses


def _load_and_end(
    server: TorchServe, images: Sequence[bytes], end: Ending
) -> tuple[dict[str, float], float]:
    """Return when each request was answered, by its id, and when the end began."""
    is_over = Event()
    port = server.inference_port
    with ThreadPoolExecutor(_CLIENTS) as pool:
        clients = [pool.submit(_send_until, port, images, is_over) for _ in range(_CLIENTS)]
        time.sleep(_LOAD_S)
        ended_at = time.monotonic()
        try:
            end(server)
        finally:
            is_over.set()
    answered = {name: at for client in clients for name, at in client.result().items()}
    return answered, ended_at


def _send_until(port: int, images: Sequence[bytes], is_over: Event) -> dict[str, float]:
    """Send until the server is gone; return when each request was answered, by its id."""
    answered: dict[str, float] = {}
    headers = {"Content-Type": "application/octet-stream"}
    connection = HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_S)
    while not is_over.is_set():
        image = images[len(answered) % len(images)]
        try:
            connection.request("POST", f"/predictions/{LOGGED}", image, headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, HTTPException):
            break
        if answer.status != 200:
            break
        answered[answer.getheader("x-request-id", "")] = time.monotonic()
        time.sleep(_PAUSE_S)
    connection.close()
    return answered
