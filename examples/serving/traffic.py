"""Sends pictures to a server on loopback and keeps when, and what was answered."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException

from examples.serving.pictures import Example
from examples.serving.running import ExampleError

_TIMEOUT_S = 30.0
_CLIENTS = 8


class RefusedError(ExampleError):
    """A server did not answer a request with 200; the text says what it said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as it is sent."""

    path: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What stands for a day in the examples: the seconds in which some requests were sent.

    Attributes
    ----------
    begin, end
        From before the first request until after the last answer, UTC.
    requests
        How many there were; each was answered.
    correct
        How many answers named the right class.
    """

    begin: datetime
    end: datetime
    requests: int
    correct: int

    def until(self, other: Day) -> Day:
        """Return this day with what was sent later on it."""
        return Day(
            begin=self.begin,
            end=other.end,
            requests=self.requests + other.requests,
            correct=self.correct + other.correct,
        )


ToRequest = Callable[[Example], Request]
ToName = Callable[[bytes], str]


def raw(path: str) -> ToRequest:
    """Return what makes requests whose body is the image and nothing else."""
    headers = {"Content-Type": "application/octet-stream"}
    return lambda example: Request(path=path, body=example.image, headers=headers)


def form(path: str, field: str = "file") -> ToRequest:
    """Return what makes requests as an HTML form sends a file."""
    mark = uuid.uuid4().hex
    headers = {"Content-Type": f"multipart/form-data; boundary={mark}"}

    def request(example: Example) -> Request:
        name = f'Content-Disposition: form-data; name="{field}"; filename="{uuid.uuid4().hex}.jpg"'
        kind = "Content-Type: application/octet-stream"
        body = b"\r\n".join(
            [
                f"--{mark}\r\n{name}\r\n{kind}\r\n".encode(),
                example.image,
                f"--{mark}--\r\n".encode(),
            ]
        )
        return Request(path=path, body=body, headers=headers)

    return request


def largest(answer: bytes) -> str:
    """Return the class of the largest probability in TorchServe's answer."""
    probabilities: dict[str, float] = json.loads(answer)
    return max(probabilities, key=probabilities.__getitem__)


def send_day(port: int, examples: Sequence[Example], to_request: ToRequest, to_name: ToName) -> Day:
    """Send a picture a request, eight at a time, and return the day that they make.

    Raises
    ------
    RefusedError
        If a request is not answered with 200.
    """
    begin = datetime.now(UTC)
    shares = [examples[number::_CLIENTS] for number in range(_CLIENTS)]
    with ThreadPoolExecutor(_CLIENTS) as pool:
        correct = sum(
            pool.map(lambda share: _send_in_turn(port, share, to_request, to_name), shares)
        )
    return Day(begin=begin, end=datetime.now(UTC), requests=len(examples), correct=correct)


def ask(connection: HTTPConnection, request: Request) -> bytes:
    """Send one request on an open connection; return the answer's body.

    Raises
    ------
    RefusedError
        If it is not answered with 200.
    """
    try:
        connection.request("POST", request.path, request.body, dict(request.headers))
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, HTTPException) as error:
        connection.close()
        raise RefusedError(f"POST {request.path} was not answered: {error!r}") from error
    if answer.status != 200:
        said = body.decode(errors="replace")
        raise RefusedError(f"POST {request.path} was answered with {answer.status}: {said}")
    return body


def _send_in_turn(
    port: int, examples: Sequence[Example], to_request: ToRequest, to_name: ToName
) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_S)
    try:
        return sum(to_name(ask(connection, to_request(one))) == one.name for one in examples)
    finally:
        connection.close()
