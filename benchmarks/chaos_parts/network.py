"""A bad network between the run and a real server."""

from __future__ import annotations

import random
import re
import threading
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlsplit

from benchmarks.chaos_parts.invariants import differences
from benchmarks.chaos_parts.rows import Share, Tally
from benchmarks.chaos_parts.world import Place, World
from jobs.testing.clouds.bad_answers import Bad, PassOn, cut_short, hung_up, lost_answer
from jobs.testing.clouds.relay import Answer, Request, refusal

NAME = "network"
RATES: Sequence[float] = (0.05, 0.1, 0.2, 0.3)
# Longer than a client waits for the next bytes.
_HANG_S = 32.0
_PAGE_SIZE = 5
_CHECKSUMS = {"x-goog-hash", "etag"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a kind of store says what this project asks of all.

    Attributes
    ----------
    page_size, page_token
        The parameters of a listing.
    """

    page_size: str
    page_token: str


_DIALECTS = {
    "GCS server": Dialect(page_size="maxResults", page_token="pageToken"),
    "S3 server": Dialect(page_size="max-keys", page_token="continuation-token"),
}


def run(world: World, share: Share, *, seed: int) -> list[Tally]:
    """Break more and more of the requests, in every way, until the time is used up."""
    tallies: list[Tally] = []
    places = [world.gcs, *world.servers_cached[1:]]
    for place in places:
        tally = Tally(
            fault=f"bad network, 5 to 30 % of the requests, {place.store.kind}",
            by="the run itself, or the next run",
            command=f"python -m benchmarks.chaos --only {NAME}",
        )
        part = Share.of(share.left_s / (len(places) - len(tallies)))
        requests = number = 0
        while number < len(RATES) or not part.is_used_up:
            rate = RATES[number % len(RATES)]
            requests += run_over(place, rate, seed=seed + number, tally=tally)
            number += 1
        tally.fault += f" ({requests} of them)"
        tallies.append(tally)
    return tallies


def run_over(place: Place, rate: float, *, seed: int, tally: Tally) -> int:
    """Run over a bad network; return how many requests were broken."""
    place.reset()
    relay = place.relay
    weather = Weather(rate, seed, relay.origin, _DIALECTS[place.store.kind])
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

    def __init__(self, rate: float, seed: int, origin: str, dialect: Dialect) -> None:
        self.over = threading.Event()
        self.broken = 0
        self._rate = rate
        self._draws = random.Random(seed)
        self._drawing = threading.Lock()
        self._origin = origin
        self._dialect = dialect
        self._third_pages = set[str]()

    def __call__(self, request: Request, pass_on: PassOn) -> Answer | None:
        """Answer a request, or break it."""
        if f"{self._dialect.page_size}=" in request.path:
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
        size = self._dialect.page_size
        path = re.sub(rf"{size}=\d+", f"{size}={_PAGE_SIZE}", request.path)
        signed = {"Authorization": request.headers.get("authorization", "")}
        asked = urllib.request.Request(self._origin + path, headers=signed)

        def ask() -> Answer:
            with urllib.request.urlopen(asked, timeout=30) as answer:
                kind = {"Content-Type": answer.headers["Content-Type"]}
                return Answer(status=answer.status, headers=kind, body=answer.read())

        return ask

    def _is_new_third_page(self, request: Request) -> bool:
        asked = parse_qs(urlsplit(request.path).query)
        token = asked.get(self._dialect.page_token, [""])[0]
        if not token or token in self._third_pages:
            return False
        self._third_pages.add(token)
        return len(self._third_pages) % 2 == 0


def _refused(status: int) -> Bad:
    return lambda _: refusal(status, "bad weather")


def _damaged(pass_on: PassOn) -> Answer:
    """Change a byte of an object's content; the checksum in the head stays what it was."""
    answer = pass_on()
    if not _CHECKSUMS & {name.lower() for name in answer.headers} or not answer.body:
        return refusal(503, "bad weather")
    middle = len(answer.body) // 2
    changed = bytes([answer.body[middle] ^ 0x10])
    return replace(answer, body=answer.body[:middle] + changed + answer.body[middle + 1 :])


def _slow(pass_on: PassOn) -> Answer:
    """Take two seconds, over which the body comes in eight pieces."""
    answer = pass_on()
    return replace(answer, piece_bytes=max(len(answer.body) // 8, 1), pause_s=0.25)


_FAULTS: Sequence[Bad] = (
    _refused(429),
    _refused(500),
    _refused(503),
    hung_up,
    lost_answer,
    cut_short,
    _damaged,
    _slow,
)
