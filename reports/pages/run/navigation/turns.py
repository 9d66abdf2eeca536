"""The links of a run's page to the run before it and to the run after it.

The run after is not known when a page is written. So each page has a place for either link, empty
where there is no such run, and whoever publishes a run fills in the pages of its neighbours.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable

from markupsafe import Markup, escape


class Turn(enum.StrEnum):
    """Which of the two links."""

    PREVIOUS = "previous"
    NEXT = "next"


_LINK = Markup('<a class="turn" id="{turn}-run" href="{link}">{turn} run</a>')
_NO_LINK = Markup('<span class="turn" id="{turn}-run" hidden></span>')
_ADDRESS = re.compile(rb' href="([^"]*)"')
# What a page quotes is escaped: it can hold no such element.
_PLACES = {
    turn: re.compile(rf'<(a|span) class="turn" id="{turn}-run"[^>]*>[^<]*</\1>'.encode())
    for turn in Turn
}


def turn_markup(turn: Turn, link: str | None) -> Markup:
    """Return the link as it stands in a page; an empty place where there is no such run."""
    return _NO_LINK.format(turn=turn) if link is None else _LINK.format(turn=turn, link=link)


def with_turn(page: bytes, turn: Turn, link: str | None) -> bytes:
    """Return a run's page with this link; one of an older version, without a place, as it is."""
    new = str(turn_markup(turn, link)).encode()
    return _PLACES[turn].sub(lambda _: new, page, count=1)


def without_links(page: bytes, links: Iterable[str]) -> bytes:
    """Return a run's page in which these addresses are links no longer; their texts stay."""
    gone = {str(escape(link)).encode() for link in links}
    return _ADDRESS.sub(lambda found: b"" if found[1] in gone else found[0], page)
