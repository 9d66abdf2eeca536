"""Sending through Apprise; the only file that knows it, and it is imported when something is sent.

The URLs hold secrets: nothing here shows more of one than its scheme. What Apprise says in its log
is read for the reason of a failure and goes no further.
"""

from __future__ import annotations

import logging
import re
import threading
import time
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jobs.causes import cause_in, cause_of
from reports.findings.runs import NoticeKind
from reports.telling.message import Message

if TYPE_CHECKING:
    from apprise import AppriseAttachment, NotifyBase

SEND_TIMEOUT_S = 60.0
_THREAD_NAME = "drift-notify"
_QUOTES = " \t\r\n\"'"
_BETWEEN_URLS = re.compile(r"\s+|,\s*(?=[A-Za-z][A-Za-z0-9+.-]*://)")
_UNREACHED = "the service could not be reached, or broke off"
_REASONS = (
    (re.compile(r"error=2\d\d\b"), "the service answered, but did not confirm the message"),
    (re.compile(r"error=(\d{3})\b"), "the service answered with HTTP {0}"),
    (re.compile(r"was refused: (\d{3})"), "the mail server refused a recipient ({0})"),
    (re.compile(r"Sending email .* failed"), "the mail server did not take the mail"),
    (re.compile(r"[Cc]onnection error"), _UNREACHED),
)
_WITHOUT_ANSWER = (_UNREACHED, "the mail server did not take the mail")
_UNKNOWN_REASON = "Apprise could not send it and did not say why"
_ALARMS = {
    NoticeKind.DRIFT,
    NoticeKind.REMINDER,
    NoticeKind.QUALITY_DROPPED,
    NoticeKind.QUALITY_REMINDER,
}
_ENDS = {NoticeKind.RECOVERED, NoticeKind.QUALITY_RECOVERED}
_NO_URL = "Apprise knows no such URL; see docs/notifications.md for some that it knows"


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
            problem = _deliver(self._url, self._message)
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


def _deliver(url: str, message: Message) -> str:
    """Send a message to one URL; return why it failed, or an empty text."""
    import apprise  # noqa: PLC0415 - a quarter of a second, and only where something is sent

    asset = apprise.AppriseAsset(
        app_id="image-drift",
        app_desc="Data drift in images",
        app_url="",
        # Icons that the readers' programs would load from elsewhere.
        image_url_mask="",
        image_url_logo="",
        interpret_emojis=False,
        pgp_autogen=False,
        pem_autogen=False,
        # The thread that this runs in has the time limit.
        async_mode=False,
        service_timeout=0,
        storage_mode="memory",
    )
    service = apprise.Apprise.instantiate(url, asset=asset)
    if service is None:
        return _NO_URL
    everything = apprise.Apprise(asset=asset)
    everything.add(service)
    body, body_format = _as_service_reads(service, message.body)
    with everything.notify(
        title=message.title,
        body=body,
        body_format=body_format,
        notify_type=_notify_type(message),
        attach=_attachments(message),
        log_level=logging.DEBUG,
    ) as sent:
        return "" if sent else _reason(entry.message for entry in sent.logs())


def _as_service_reads(service: NotifyBase, body: str) -> tuple[str, str | None]:
    """Return the text and its format; None keeps Apprise from converting it.

    For a service that reads nothing but Markdown, Apprise would put a backslash before every dot of
    a link; the text holds no markup, so it goes as it is, with lines that stay apart.
    """
    from apprise import NotifyFormat  # noqa: PLC0415

    if service.resolve_format(NotifyFormat.TEXT) is NotifyFormat.MARKDOWN:
        return re.sub(r"\n+", "\n\n", body), None
    return body, NotifyFormat.TEXT.value


def _attachments(message: Message) -> AppriseAttachment | None:
    from apprise import AppriseAttachment  # noqa: PLC0415
    from apprise.attachment.memory import AttachMemory  # noqa: PLC0415

    if not message.pictures:
        return None
    attachments = AppriseAttachment()
    for picture in message.pictures:
        attached = AttachMemory(picture.data, name=picture.name, mimetype="image/jpeg")  # type: ignore[no-untyped-call]
        attachments.add(attached)
    return attachments


def _notify_type(message: Message) -> str:
    """Return Apprise's kind of message: a pager opens an incident or closes it by this."""
    kinds = {message.kind, message.also}
    if kinds & _ALARMS:
        return "warning"
    return "success" if kinds & _ENDS and not message.still_open else "info"


def _reason(said: Iterable[str]) -> str:
    """Return why a message failed, in words of ours: Apprise's own may hold a part of the URL."""
    lines = list(said)
    for pattern, words in _REASONS:
        for line in lines:
            match = pattern.search(line)
            if match:
                return _with_cause(words.format(*match.groups()), lines)
    return _UNKNOWN_REASON


def _with_cause(words: str, lines: Sequence[str]) -> str:
    """Return the reason with what broke the connection; plugins say that in its own line."""
    said = " ".join(line for line in lines if "Exception" in line)
    cause = cause_in(said) if words in _WITHOUT_ANSWER else None
    return words if cause is None else f"{words}: {cause.words}. {cause.advice[:-1]}"


def _prepare() -> None:
    """Load Apprise, and let no library write of what it is about to be given."""
    with warnings.catch_warnings():
        # Loading all plugins touches modules that Python is about to drop.
        warnings.simplefilter("ignore")
        import apprise  # noqa: PLC0415

        apprise.Apprise.instantiate("json://localhost")
    log = logging.getLogger("apprise")
    log.propagate = False
    # Only so does it say what broke a connection; `_deliver` reads it, and nothing else hears it.
    log.setLevel(logging.DEBUG)
    if not log.handlers:
        # Without a handler, warnings would go to stderr.
        log.addHandler(logging.NullHandler())
    for handler in logging.getLogger().handlers:
        handler.addFilter(_is_ours)


def _is_ours(record: logging.LogRecord) -> bool:
    """Refuse what libraries say in a sending thread: HTTP clients log addresses when debugging."""
    return not (record.threadName or "").startswith(_THREAD_NAME)
