"""What stands between the runs and a store's server, and breaks a share of the requests."""

from __future__ import annotations

import random
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import parse_qs, unquote, urlsplit

from jobs.testing.clouds.bad_answers import PassOn
from jobs.testing.clouds.relay import Answer, Request, refusal

_NO_SUCH_KEY = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code>'
    b"<Message>The specified key does not exist.</Message></Error>"
)
READING = frozenset({"GET", "HEAD"})


def _gcs_missing() -> Answer:
    return refusal(404, "No such object")


def _s3_missing() -> Answer:
    return Answer(status=404, headers={"Content-Type": "application/xml"}, body=_NO_SUCH_KEY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a kind of store says what this project asks of all.

    Attributes
    ----------
    page_size, page_token
        The parameters of a listing.
    missing
        The answer about an object that is not there.
    before_name
        What stands in a path before the object's name, behind the bucket's.
    """

    page_size: str
    page_token: str
    missing: Answer
    before_name: str

    def object_of(self, request: Request) -> str:
        """Return the name of the object that a request is about; empty for one about many."""
        parts = urlsplit(request.path)
        if self.page_size in parse_qs(parts.query):
            return ""
        _, found, name = parts.path.lstrip("/").partition(self.before_name)
        return unquote(name) if found else ""


DIALECTS: Mapping[str, Dialect] = MappingProxyType(
    {
        "GCS server": Dialect(
            page_size="maxResults",
            page_token="pageToken",
            missing=_gcs_missing(),
            before_name="/o/",
        ),
        "S3 server": Dialect(
            page_size="max-keys",
            page_token="continuation-token",
            missing=_s3_missing(),
            before_name="/",
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The line to a store's server.

    Attributes
    ----------
    origin
        The URL of the server itself.
    dialect
        How it is spoken to.
    """

    origin: str
    dialect: Dialect


class Injector(ABC):
    """Breaks a share of the requests.

    Parameters
    ----------
    rate
        The share.

    Attributes
    ----------
    over
        Set once the run has ended.
    broken
        How many requests were broken.
    """

    def __init__(self, rate: float, seed: int, line: Line) -> None:
        self.over = threading.Event()
        self.broken = 0
        self.rate = rate
        self.line = line
        self.draws = random.Random(seed)
        self.drawing = threading.Lock()

    @abstractmethod
    def __call__(self, request: Request, pass_on: PassOn) -> Answer | None:
        """Answer a request, or break it."""

    def strikes(self) -> bool:
        """Draw whether a request is broken."""
        with self.drawing:
            is_broken = self.draws.random() < self.rate
            self.broken += is_broken
        return is_broken

    def toss(self) -> bool:
        """Draw one of two ways."""
        with self.drawing:
            return self.draws.random() < 0.5
