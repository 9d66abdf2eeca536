"""The page of a comparison, and the same as a display in a notebook."""

from __future__ import annotations

import hashlib

from reports.pages.page import ANSWER_STYLE, render, rendered, style_of
from reports.pages.two_sets.scoped import scoped_anchors, scoped_style
from reports.pages.two_sets.view import ComparedSets, compared_view
from reports.words import wording
from reports.words.of_rows.sentences import page_in_rows
from reports.words.of_sets.sentences import page_in_sets

_STYLES = (ANSWER_STYLE, "report.css", "two_sets.css")
_PAGE, _DISPLAY = "two_sets_page.html.j2", "two_sets_display.html.j2"


def compared_page(sets: ComparedSets) -> bytes:
    """Return the page of a comparison: one UTF-8 file without scripts that loads nothing."""
    page = render(_PAGE, _values(sets), _STYLES).decode("utf-8")
    return _told(page, sets).encode("utf-8")


def compared_display(sets: ComparedSets) -> str:
    """Return the same as an element for the page of a notebook, whose style it does not touch.

    Two displays of one page have anchors of their own.
    """
    body = _told(rendered(_DISPLAY, _values(sets)), sets)
    name = f"drift-{hashlib.sha256(body.encode()).hexdigest()[:10]}"
    style = scoped_style(style_of(_DISPLAY, _STYLES), f"#{name}")
    body = scoped_anchors(body, name)
    return f'<div id="{name}" class="drift-compared"><style>{style}</style>\n{body}</div>'


def _values(sets: ComparedSets) -> dict[str, object]:
    return {"view": compared_view(sets), "words": wording}


def _told(page: str, sets: ComparedSets) -> str:
    page = page_in_sets(page)
    if sets.findings.has_images:
        return page
    return page_in_rows(page.encode("utf-8")).decode("utf-8")
