"""A message as plain text, which reads well in chat, mail and on a pager."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reports.telling.content import MessageContent
from reports.words.harmless_text import shortened
from reports.words.numbers import counted

LONGEST_TITLE = 150


class _Rank(enum.IntEnum):
    """How soon a block is left out of a text that is too long: the greatest first."""

    LINK = 0
    PARAGRAPH = 1
    STEPS = 2
    MOVED = 3
    IMAGES = 4
    FACTS = 5
    LIST = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """Lines that stay together."""

    rank: _Rank
    lines: tuple[str, ...]


def plain_text(content: MessageContent, longest: int | None = None) -> str:
    """Return all that a message says below its title, as lines of plain text.

    Parameters
    ----------
    longest
        How many characters the text may have. Whole blocks are left out of a longer one, at first
        what is read last; the link is never left out, so that a text can still be longer.
    """
    blocks = [block for block in _blocks(content) if block.lines]
    while longest is not None and len(_joined(blocks)) > longest and len(blocks) > 1:
        # Of blocks of one rank the last one.
        worst = max(enumerate(blocks), key=lambda one: (one[1].rank, one[0]))[0]
        del blocks[worst]
    return _joined(blocks)


def title_of(content: MessageContent) -> str:
    """Return the one line above the text, of at most 150 characters."""
    return shortened(_title(content), LONGEST_TITLE)


def images_heading(content: MessageContent) -> str:
    """Return the heading above the named images."""
    images = counted(len(content.images), "most unusual image")
    return f"The {images}".replace("The 1 ", "The ")


def _title(content: MessageContent) -> str:
    return " - ".join(filter(None, [content.opening, content.headline]))


def _joined(blocks: Iterable[_Block]) -> str:
    return "\n\n".join("\n".join(block.lines) for block in blocks)


def _blocks(content: MessageContent) -> Iterator[_Block]:
    if len(_title(content)) > LONGEST_TITLE:
        # The title was cut.
        yield _Block(rank=_Rank.PARAGRAPH, lines=(f"{content.headline}.",))
    for paragraph in content.paragraphs:
        yield _Block(rank=_Rank.PARAGRAPH, lines=(paragraph,))
    moved = [f"- {one.name}: {one.words}" for one in content.moved]
    yield _under(_Rank.MOVED, f"{content.moved_heading}:", moved)
    images = [f"{one.name}: {one.words}" if one.words else one.name for one in content.images]
    yield _under(_Rank.IMAGES, f"{images_heading(content)}:", numbered(images))
    for one in content.lists:
        heading = f"{one.heading}:" if one.lines else one.heading
        yield _Block(rank=_Rank.LIST, lines=(heading, *numbered(one.lines)))
    steps = [f"{step.words} {step.command}".rstrip() for step in content.steps]
    yield _under(_Rank.STEPS, f"{content.steps_heading}:", numbered(steps))
    facts = [f"{fact.name}: {fact.words}" if fact.name else fact.words for fact in content.facts]
    yield _Block(rank=_Rank.FACTS, lines=tuple(facts))
    yield _Block(rank=_Rank.LINK, lines=(f"{content.link_name}: {content.link}",))


def _under(rank: _Rank, heading: str, lines: Iterable[str]) -> _Block:
    below = tuple(lines)
    return _Block(rank=rank, lines=(heading, *below) if below else ())


def numbered(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines with their numbers before them."""
    yield from (f"{number}. {line}" for number, line in enumerate(lines, start=1))
