"""A bad network between the run and a real server."""

from __future__ import annotations

import random
import re
import threading
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from benchmarks.chaos_parts.invariants import differences
from benchmarks.chaos_parts.rows import Share, Tally
from benchmarks.chaos_parts.world import Place, World
from tests.support.faulty_store import Answer, Request, refusal

NAME = "network"
RATES: Sequence[float] = (0.05, 0.1, 0.2, 0.3)
# Longer than a client waits for the next bytes.
_HANG_S = 32.0
_PAGE_SIZE = 5
PassOn = Callable[[], Answer]
Fault = Callable[[PassOn], Answer | None]


def run(world: World, share: Share, *, seed: int) -> list[Tally]:
    """Break more and more of the requests, in every way, until the time is used up."""
    tally = Tally(
        fault="bad network, 5 to 30 % of the requests",
        by="the run itself, or the next run",
        command=f"python -m benchmarks.chaos --only {NAME}",
    )
    requests = 0
    number = 0
    while number < len(RATES) or not share.is_used_up:
        rate = RATES[number % len(RATES)]
        requests += run_over(world, rate, seed=seed + number, tally=tally)
        number += 1
    tally.fault += f" ({requests} of them)"
    return [tally]


def run_over(
    world: World, rate: float, *, seed: int, tally: Tally, place: Place | None = None
) -> int:
    """Run over a bad network; return how many requests were broken."""
    place, relay = place or world.gcs, world.relay
    place.reset()
    weather = Weather(rate, seed, world.origin.host)
    sound, relay.fault = relay.fault, weather
    try:
        ended = place.fork().wait()
    finally:
        relay.fault = sound
        weather.over.set()
    problems = place.shown_now()
    if ended.code == 0:
        problems += differences(place.store.reports(), place.expected)
    elif ended.code not in {5, 6} or not re.search(rf"{place.store.url}/\S+", ended.err):
        problems.append(f"it ended with {ended.how}: {ended.err[-500:]}")
    label = f"{rate:.0%}, seed {seed}, {weather.broken} broken"
    tally.add(ended.how, problems + place.repeat(), label=label)
    return weather.broken


class Weather:
    """Breaks a share of the requests, each in a random way.

    Listings come in pages of five, and the third page of each fails at first.

    Parameters
    ----------
    origin
        The URL of the server itself.
    """

    def __init__(self, rate: float, seed: int, origin: str) -> None:
        self.over = threading.Event()
        self.broken = 0
        self._rate = rate
        self._draws = random.Random(seed)
        self._drawing = threading.Lock()
        self._origin = origin
        self._third_pages = set[str]()

    def __call__(self, request: Request, pass_on: PassOn) -> Answer | None:
        """Answer a request, or break it."""
        if "maxResults=" in request.path:
            pass_on = self._pages(request)
        with self._drawing:
            is_broken = self._draws.random() < self._rate or self._is_new_third_page(request)
            hangs = is_broken and self._draws.random() < 0.02
            fault = self._draws.choice(_FAULTS)
            self.broken += is_broken
        if hangs:
            self.over.wait(_HANG_S)
            return None
        return fault(pass_on) if is_broken else pass_on()

    def _pages(self, request: Request) -> PassOn:
        path = re.sub(r"maxResults=\d+", f"maxResults={_PAGE_SIZE}", request.path)

        def ask() -> Answer:
            with urllib.request.urlopen(self._origin + path, timeout=30) as answer:
                kind = {"Content-Type": "application/json"}
                return Answer(status=answer.status, headers=kind, body=answer.read())

        return ask

    def _is_new_third_page(self, request: Request) -> bool:
        token = parse_qs(urlsplit(request.path).query).get("pageToken", [""])[0]
        if not token or token in self._third_pages:
            return False
        self._third_pages.add(token)
        return len(self._third_pages) % 2 == 0


def _refused(status: int) -> Fault:
    return lambda _: refusal(status, "bad weather")


def _cut(_: PassOn) -> None:
    return None


def _lost_answer(pass_on: PassOn) -> None:
    pass_on()


def _cut_short(pass_on: PassOn) -> Answer:
    answer = pass_on()
    headers = {**answer.headers, "Content-Length": str(len(answer.body))}
    return replace(answer, headers=headers, body=answer.body[: len(answer.body) // 2])


def _damaged(pass_on: PassOn) -> Answer:
    """Change a byte of an object's content; the checksum in the head stays what it was."""
    answer = pass_on()
    if "x-goog-hash" not in {name.lower() for name in answer.headers} or not answer.body:
        return refusal(503, "bad weather")
    middle = len(answer.body) // 2
    changed = bytes([answer.body[middle] ^ 0x10])
    return replace(answer, body=answer.body[:middle] + changed + answer.body[middle + 1 :])


_FAULTS: Sequence[Fault] = (
    _refused(429),
    _refused(500),
    _refused(503),
    _cut,
    _lost_answer,
    _cut_short,
    _damaged,
)
