"""One message to one URL through Apprise, in the best form that its service takes.

The URL holds secrets. What Apprise says in its log is read for the reason of a failure and goes no
further.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Sequence

import apprise
from apprise import AppriseAsset, AppriseAttachment, NotifyBase, NotifyFormat, plugins
from apprise.attachment.memory import AttachMemory
from apprise.common import OverflowMode
from apprise.plugins.email import NotifyEmail
from apprise.plugins.slack import NotifySlack
from apprise.plugins.workflows import NotifyWorkflows

from jobs.causes import cause_in
from reports.findings.runs import NoticeKind
from reports.telling.forms.plain_text import plain_text
from reports.telling.message import Message
from reports.telling.services.illustrated_mail import IllustratedMail
from reports.telling.services.slack_in_blocks import SlackInBlocks

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
# What Slack answers where a message has blocks that it does not draw.
_REFUSED_BLOCKS = re.compile(r"invalid_blocks|msg_blocks_too_long|invalid_payload")


def deliver(url: str, message: Message) -> str:
    """Send a message to one URL; return why it failed, or an empty text.

    Slack gets blocks, mail HTML with the pictures, everything else plain text. Where Slack does not
    take the blocks it gets the text.
    """
    service = _service(url, message)
    if service is None:
        return _NO_URL
    failed = _notify(service, message)
    if isinstance(service, SlackInBlocks) and any(map(_REFUSED_BLOCKS.search, failed)):
        service.content = None
        failed = _notify(service, message)
    return _reason(failed) if failed else ""


def _service(url: str, message: Message) -> NotifyBase | None:
    """Return what a URL leads to; None where Apprise knows no such URL."""
    asset = _asset()
    service = apprise.Apprise.instantiate(url, asset=asset)
    parts = plugins.url_to_dict(url, secure_logging=True)
    if message.content is None or parts is None:
        return service
    parts["asset"] = asset
    if type(service) is NotifyEmail:
        mail = IllustratedMail(**parts)
        mail.content, mail.pictures = message.content, message.pictures
        return mail
    if type(service) is NotifySlack:
        slack = SlackInBlocks(**parts)
        slack.content = message.content
        return slack
    return service


def _asset() -> AppriseAsset:
    return AppriseAsset(
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


def _notify(service: NotifyBase, message: Message) -> tuple[str, ...]:
    """Send a message; return what Apprise said where that failed, and nothing where it arrived."""
    everything = apprise.Apprise(asset=service.asset)
    everything.add(service)
    body, body_format = _as_service_reads(service, message)
    with everything.notify(
        title=message.title,
        body=body,
        body_format=body_format,
        notify_type=_notify_type(message),
        attach=_attachments(message),
        log_level=logging.DEBUG,
    ) as sent:
        return () if sent else (*(entry.message for entry in sent.logs()), "")


def _as_service_reads(service: NotifyBase, message: Message) -> tuple[str, str | None]:
    """Return the text and its format; None keeps Apprise from converting it.

    For a service that reads nothing but Markdown, Apprise would put a backslash before every dot of
    a link; the text holds no markup, so it goes as it is, with lines that stay apart. A service
    that takes short messages gets a text without what is read last, where Apprise would send it too
    much; a URL with ``?overflow=`` says itself what is to be done.
    """
    body = message.body
    if message.content is not None and _has_limit(service):
        room = service.body_maxlen - len(message.title) - len("\r\n")
        body = plain_text(message.content, longest=room)
    if service.resolve_format(NotifyFormat.TEXT) is NotifyFormat.MARKDOWN:
        return re.sub(r"\n+", "\n\n", body), None
    return body, NotifyFormat.TEXT.value


def _has_limit(service: NotifyBase) -> bool:
    """Tell whether a service refuses what is longer than Apprise says."""
    if isinstance(service, NotifyWorkflows):
        # Teams itself takes much more.
        return False
    return service.overflow_mode is OverflowMode.UPSTREAM


def _attachments(message: Message) -> AppriseAttachment | None:
    if not message.pictures:
        return None
    attachments = AppriseAttachment()
    for picture in message.pictures:
        attached = AttachMemory(picture.data, name=picture.name, mimetype="image/jpeg")
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
