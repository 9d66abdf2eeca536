"""Ways in which a relay can break a store's answers."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable

from jobs.testing.clouds.relay import Answer, Fault, Request

PassOn = Callable[[], Answer]
Bad = Callable[[PassOn], Answer | None]


def first(times: int, bad: Bad) -> Fault:
    """Return a fault of the first requests only."""

    def fault(request: Request, pass_on: PassOn) -> Answer | None:
        return bad(pass_on) if request.number < times else pass_on()

    return fault


def always(bad: Bad) -> Fault:
    """Return a fault of every request."""
    return lambda _, pass_on: bad(pass_on)


def flipped(pass_on: PassOn) -> Answer:
    """Pass on with one byte of the body changed."""
    answer = pass_on()
    body = bytes([answer.body[0] ^ 1]) + answer.body[1:]
    return dataclasses.replace(answer, body=body)


def cut_short(pass_on: PassOn) -> Answer:
    """Promise the whole body and send half of it."""
    answer = pass_on()
    headers = answer.headers | {"Content-Length": str(len(answer.body))}
    return dataclasses.replace(answer, headers=headers, body=answer.body[: len(answer.body) // 2])


def quietly_cut_short(pass_on: PassOn) -> Answer:
    """Send half of the body as if it were all."""
    answer = pass_on()
    return dataclasses.replace(answer, body=answer.body[: len(answer.body) // 2])


def hung_up(_: PassOn) -> None:
    """Close the connection without an answer."""
    return


def lost_answer(pass_on: PassOn) -> None:
    """Let the store do it, and never tell the client."""
    pass_on()


def dripping(pass_on: PassOn) -> Answer:
    """Pass on byte by byte, each soon enough for the timeout of a read."""
    return dataclasses.replace(pass_on(), piece_bytes=1, pause_s=0.25)


def given_twice(pass_on: PassOn) -> Answer:
    """Send the same answer two times, the second one unasked."""
    return dataclasses.replace(pass_on(), times=2)


class OneBehind:
    """A proxy that lost count: every connection's second request gets the first one's answer.

    The third one gets the second one's, and so on, until the connection is closed.

    Attributes
    ----------
    wrong
        How many answers went to another request than their own.
    """

    def __init__(self) -> None:
        self.wrong = 0
        self._counting = threading.Lock()
        self._last: dict[int, Answer] = {}

    def __call__(self, request: Request, pass_on: PassOn) -> Answer:
        """Answer with what the connection's last request asked for."""
        own = pass_on()
        with self._counting:
            last = self._last.get(request.port)
            self._last[request.port] = own
            self.wrong += last is not None
        return own if last is None else last


def with_headers(pass_on: PassOn, **headers: str) -> Answer:
    """Pass on with other headers; an underscore stands for a hyphen."""
    answer = pass_on()
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    kept = {k: v for k, v in answer.headers.items() if k.lower() not in named}
    return dataclasses.replace(answer, headers=kept | named)


def without(header: str) -> Callable[[PassOn], Answer]:
    """Return a fault that passes on without one header."""

    def strip(pass_on: PassOn) -> Answer:
        answer = pass_on()
        kept = {k: v for k, v in answer.headers.items() if k.lower() != header}
        return dataclasses.replace(answer, headers=kept)

    return strip
