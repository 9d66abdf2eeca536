"""Requests that are refused, cut, damaged or slow."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from benchmarks.chaos_parts.injector import Injector, Line
from jobs.testing.clouds.bad_answers import Bad, PassOn, cut_short, hung_up, lost_answer
from jobs.testing.clouds.relay import Answer, Request, refusal

# Longer than a client waits for the next bytes.
_HANG_S = 32.0
_PAGE_SIZE = 5
_CHECKSUMS = {"x-goog-hash", "etag"}


class Weather(Injector):
    """Breaks requests in random ways.

    Listings come in pages of five, and the third page of each fails at first.
    """

    def __init__(self, rate: float, seed: int, line: Line) -> None:
        super().__init__(rate, seed, line)
        self._third_pages = set[str]()

    def __call__(self, request: Request, pass_on: PassOn) -> Answer | None:
        """Answer a request, or break it."""
        if f"{self.line.dialect.page_size}=" in request.path:
            pass_on = self._pages(request)
        with self.drawing:
            is_broken = self.draws.random() < self.rate or self._is_new_third_page(request)
            hangs = is_broken and self.draws.random() < 0.02
            fault = self.draws.choice(_FAULTS)
            self.broken += is_broken
        if hangs:
            self.over.wait(_HANG_S)
            return None
        return fault(pass_on) if is_broken else pass_on()

    def _pages(self, request: Request) -> PassOn:
        size = self.line.dialect.page_size
        path = re.sub(rf"{size}=\d+", f"{size}={_PAGE_SIZE}", request.path)
        signed = {"Authorization": request.headers.get("authorization", "")}
        asked = urllib.request.Request(self.line.origin + path, headers=signed)

        def ask() -> Answer:
            with urllib.request.urlopen(asked, timeout=30) as answer:
                kind = {"Content-Type": answer.headers["Content-Type"]}
                return Answer(status=answer.status, headers=kind, body=answer.read())

        return ask

    def _is_new_third_page(self, request: Request) -> bool:
        asked = parse_qs(urlsplit(request.path).query)
        token = asked.get(self.line.dialect.page_token, [""])[0]
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
