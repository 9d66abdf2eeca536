"""Sending to every URL at once, each by itself, in a limited time.

The URLs hold secrets: nothing here shows more of one than its scheme. Apprise is imported when
something is sent.
"""

from __future__ import annotations

import logging
import re
import threading
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace

from jobs.causes import cause_of
from reports.telling.message import Message

SEND_TIMEOUT_S = 60.0
_THREAD_NAME = "drift-notify"
_QUOTES = " \t\r\n\"'"
_BETWEEN_URLS = re.compile(r"\s+|,\s*(?=[A-Za-z][A-Za-z0-9+.-]*://)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What became of a message at one URL.

    Attributes
    ----------
    service
        The URL's scheme, such as ``slack``; nothing else of a URL may be shown.
    position
        Which of the URLs it is, from 1.
    problem
        Why it was not delivered; empty where it was.
    seconds
        How long it took.
    """

    service: str
    position: int
    problem: str = ""
    seconds: float = 0.0

    @property
    def delivered(self) -> bool:
        """Whether the service took the message."""
        return not self.problem


def split_urls(text: str) -> tuple[str, ...]:
    """Return the URLs that an environment variable holds.

    White space separates them, and so does a comma before the next scheme, as in Apprise's own
    lists. Lines that begin with ``#`` are comments; quotes that an environment file left around the
    whole or around one URL are taken off.
    """
    lines = (line for line in text.strip(_QUOTES).splitlines() if not line.lstrip().startswith("#"))
    parts = (part.strip(_QUOTES) for line in lines for part in _BETWEEN_URLS.split(line))
    return tuple(part for part in parts if part)


def scheme_of(url: str) -> str:
    """Return a URL's scheme, all of it that may be shown; ``unknown`` where it has none."""
    match = re.match(r"([A-Za-z][A-Za-z0-9+.-]{0,30})://", url)
    return match[1].lower() if match else "unknown"


def send(
    urls: Sequence[str], message: Message, *, timeout_s: float = SEND_TIMEOUT_S
) -> tuple[Delivery, ...]:
    """Send a message to every URL, at once and each by itself; never raises.

    Parameters
    ----------
    timeout_s
        What is not delivered by then counts as not delivered. It may still arrive.
    """
    _prepare()
    attempts = [
        _Attempt(url=url, message=message, position=position)
        for position, url in enumerate(urls, start=1)
    ]
    ends_at = time.monotonic() + timeout_s
    for attempt in attempts:
        attempt.start()
    for attempt in attempts:
        attempt.join(max(0.0, ends_at - time.monotonic()))
    return tuple(attempt.result(timeout_s) for attempt in attempts)


class _Attempt(threading.Thread):
    """One URL's delivery. A daemon: a service that never answers must not keep the run alive."""

    def __init__(self, *, url: str, message: Message, position: int) -> None:
        super().__init__(name=f"{_THREAD_NAME}-{position}", daemon=True)
        self._url = url
        self._message = message
        self._about = Delivery(service=scheme_of(url), position=position)
        self._result: Delivery | None = None

    def run(self) -> None:
        started = time.monotonic()
        try:
            from reports.telling.services.delivering import deliver  # noqa: PLC0415

            problem = deliver(self._url, self._message)
        except Exception as error:  # noqa: BLE001 - plugins raise anything, with the URL in it
            cause = cause_of(error)
            why = "" if cause is None else f": {cause.words}. {cause.advice[:-1]}"
            problem = f"Apprise failed with {type(error).__name__}{why}"
        seconds = round(time.monotonic() - started, 3)
        self._result = replace(self._about, problem=problem, seconds=seconds)

    def result(self, waited_s: float) -> Delivery:
        """Return what became of it by now."""
        late = f"there was no answer within {waited_s:g} s"
        return self._result or replace(self._about, problem=late, seconds=waited_s)


def _prepare() -> None:
    """Load Apprise, and let no library write of what it is about to be given."""
    with warnings.catch_warnings():
        # Loading all plugins touches modules that Python is about to drop.
        warnings.simplefilter("ignore")
        import apprise  # noqa: PLC0415

        import reports.telling.services.delivering  # noqa: F401, PLC0415 - before the threads do

        apprise.Apprise.instantiate("json://localhost")
    log = logging.getLogger("apprise")
    log.propagate = False
    # Only so does it say what broke a connection; `deliver` reads it, and nothing else hears it.
    log.setLevel(logging.DEBUG)
    if not log.handlers:
        # Without a handler, warnings would go to stderr.
        log.addHandler(logging.NullHandler())
    for handler in logging.getLogger().handlers:
        handler.addFilter(_is_ours)


def _is_ours(record: logging.LogRecord) -> bool:
    """Refuse what libraries say in a sending thread: HTTP clients log addresses when debugging."""
    return not (record.threadName or "").startswith(_THREAD_NAME)
