"""A message as the blocks that Slack draws, within the limits that Slack sets them.

Slack refuses a message with one block that is too long, so every text is cut to its limit here. In
its own markup ``&``, ``<`` and ``>`` are control characters and are escaped in every text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from reports.telling.content import Fact, MessageContent, NamedImage, NumberedList
from reports.telling.forms.plain_text import images_heading, numbered
from reports.words.advice import Step
from reports.words.harmless_text import shortened

LONGEST_HEADER = 150
LONGEST_SECTION = 3000
LONGEST_FIELD = 2000
MOST_FIELDS = 10
MOST_BLOCKS = 50
LONGEST_BUTTON = 75
LONGEST_URL = 3000
_LONGEST_LINE = 700
_LONGEST_ESCAPE = len("&amp;")
Block = dict[str, Any]
"""One block as JSON."""


def slack_blocks(content: MessageContent) -> tuple[Block, ...]:
    """Return the blocks of a message, at most 50 of them; the button is the last one.

    Markup stands only around what is escaped, and names are set as code, in which Slack makes
    neither links nor emphasis.
    """
    top = [_header(content.opening)]
    if content.headline or content.paragraphs:
        headline = [f"*{_line(content.headline)}*"] if content.headline else []
        top.append(_section([*headline, *map(_line, content.paragraphs)]))
    last = [_fields(content.facts)] if content.facts else []
    last.append(_way_on(content))
    middle = list(_middle(content))[: MOST_BLOCKS - len(top) - len(last)]
    return (*top, *middle, *last)


def _middle(content: MessageContent) -> Iterator[Block]:
    if content.moved:
        yield _section([f"*{_line(content.moved_heading)}*"])
        yield _fields(content.moved)
    if content.images:
        heading = f"*{images_heading(content)}*"
        yield _section([heading, *numbered(map(_image, content.images))])
    for one in content.lists:
        yield _list(one)
    if content.steps:
        yield _section([f"*{content.steps_heading}*", *numbered(map(_step, content.steps))])


def _header(text: str) -> Block:
    return {"type": "header", "text": _plain(text, LONGEST_HEADER)}


def _section(lines: Iterable[str]) -> Block:
    """Return a section; lines that do not fit are left out whole, so that no markup is cut."""
    return {"type": "section", "text": _markup(_fitting(lines, LONGEST_SECTION))}


def _fields(facts: Sequence[Fact]) -> Block:
    fields = [_field(fact) for fact in facts[:MOST_FIELDS]]
    return {"type": "section", "fields": fields}


def _field(fact: Fact) -> dict[str, Any]:
    words = _line(fact.words)
    return _markup(f"*{_line(fact.name)}*\n{words}" if fact.name else words)


def _list(one: NumberedList) -> Block:
    heading = _line(one.heading)
    return _section([f"*{heading}*" if one.lines else heading, *numbered(map(_line, one.lines))])


def _image(image: NamedImage) -> str:
    words = f": {_line(image.words)}" if image.words else ""
    return f"{_code(image.name)}{words}"


def _step(step: Step) -> str:
    command = f"\n{_code(step.command)}" if step.command else ""
    return f"{_line(step.words)}{command}"


def _way_on(content: MessageContent) -> Block:
    """Return the button that opens the report; its address where no browser could open it."""
    if content.opens_in_browser and len(content.link) <= LONGEST_URL:
        button = {
            "type": "button",
            "text": _plain(content.link_words, LONGEST_BUTTON),
            "url": content.link,
            "style": "primary",
        }
        return {"type": "actions", "elements": [button]}
    return _section([f"{content.link_name}: {_code(content.link, LONGEST_SECTION // 2)}"])


def _plain(text: str, longest: int) -> dict[str, Any]:
    """Return a text in which Slack reads neither markup nor the names of emoji."""
    return {"type": "plain_text", "text": _line(text, longest), "emoji": False}


def _markup(text: str) -> dict[str, Any]:
    """Return a text with markup, in which Slack makes no links of addresses and names."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _code(text: str, longest: int = _LONGEST_LINE) -> str:
    """Return a text that Slack shows as it is."""
    return f"`{_line(text, longest).replace('`', chr(39))}`"


def _line(text: str, longest: int = _LONGEST_LINE) -> str:
    """Return an escaped text that is at most so long, and cut where it stands for no escape."""
    while len(escaped(text)) > longest:
        over = len(escaped(text)) - longest
        text = shortened(text, len(text) - max(1, over // _LONGEST_ESCAPE))
    return escaped(text)


def escaped(text: str) -> str:
    """Return a text without Slack's three control characters."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _fitting(lines: Iterable[str], longest: int) -> str:
    kept: list[str] = []
    for line in lines:
        if len("\n".join([*kept, line])) > longest:
            break
        kept.append(line)
    return "\n".join(kept)
