"""A store that refuses whatever docs/operations.md does not ask for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from urllib.parse import parse_qs, unquote, urlsplit

from benchmarks.chaos_parts.invariants import differences
from benchmarks.chaos_parts.places import Place
from benchmarks.chaos_parts.rows import Share, Tally
from benchmarks.chaos_parts.stores import REPORTS
from benchmarks.chaos_parts.world import World
from jobs.testing.clouds.relay import Answer, Request, refusal

NAME = "rights"
READABLE = ("predictions_log.csv", "validation_log.csv", "images/", "reference/", f"{REPORTS}/")
WRITABLE = (f"{REPORTS}/",)


def run(world: World, share: Share) -> list[Tally]:
    """Run with the rights of the documentation, on folders of the bucket only."""
    tally = Tally(
        fault="403 for all but the documented rights",
        by="nothing was needed",
        command=f"python -m benchmarks.chaos --only {NAME}",
    )
    run_restricted(world.gcs, tally)
    if not share.is_used_up:
        run_restricted(world.gcs_cached, tally)
    return [tally]


def run_restricted(place: Place, tally: Tally) -> None:
    """Run with as few rights as documented; no request may be refused."""
    place.reset()
    guard, relay = Guard(), place.relay
    sound, relay.fault = relay.fault, guard
    try:
        ended = place.fork().wait()
    finally:
        relay.fault = sound
    problems = [f"it asked for {one}" for one in guard.refused]
    if ended.code != 0:
        problems.append(f"it ended with {ended.how}: {ended.err[-500:]}")
    objects = place.store.reports()
    tally.add(ended.how, problems + differences(objects, place.expected), label=place.store.url)


class Guard:
    """Lets pass what the documented roles allow; where an upload goes is in its body."""

    def __init__(self) -> None:
        self.refused: list[str] = []
        self._noting = threading.Lock()

    def __call__(self, request: Request, pass_on: Callable[[], Answer]) -> Answer | None:
        """Answer a request, or refuse it."""
        if is_allowed(request):
            return pass_on()
        with self._noting:
            self.refused.append(f"{request.method} {request.path}")
        return refusal(403, "the account may not do this")


def is_allowed(request: Request) -> bool:
    """Return whether the documented rights are enough for a request."""
    parts = urlsplit(request.path)
    asked = parse_qs(parts.query)
    _, _, name = parts.path.partition("/o/")
    if request.method == "POST":
        return parts.path.startswith("/upload/") and parts.path.endswith("/o")
    if request.method == "DELETE":
        return unquote(name).startswith(WRITABLE)
    if request.method != "GET":
        return False
    if parts.path.endswith("/o"):
        return asked.get("prefix", [""])[0].startswith(READABLE)
    return unquote(name).startswith(READABLE)
