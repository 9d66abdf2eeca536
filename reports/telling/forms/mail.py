"""A message as the HTML of a mail, with its pictures inside and no request to elsewhere."""

from __future__ import annotations

from reports.pages.page import rendered
from reports.telling.content import MessageContent
from reports.telling.forms.plain_text import images_heading

_DOMAIN = "image-drift.invalid"


def mail_html(content: MessageContent) -> str:
    """Return a mail's HTML; a picture is named in it by its `picture_id`."""
    values = {
        "content": content,
        "images_heading": images_heading(content),
        "picture_id": picture_id,
    }
    return rendered("mail.html.j2", values)


def picture_id(name: str) -> str:
    """Return the Content-ID of an attached picture, without its brackets."""
    return f"{name}@{_DOMAIN}"
