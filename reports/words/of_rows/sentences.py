"""The words of a job without images: what is said of images elsewhere is said of rows there.

Sentences are written once, for images. Where a row of the log is what counts once, each of them is
true of rows, and is told with that word.
"""

from __future__ import annotations

import re

# Not in keys and paths such as images.path or reference/images/, nor in what is quoted.
_WORD = re.compile(
    r"""(?<![\w./\[`"'{=-])(?:(?P<article>[Aa])n )?(?P<word>[Ii]mage)(?P<more>s?)"""
    r"""(?!\.\w|[\w/\]`"'=-])"""
)
_REFERENCE = re.compile(r"\b(?:independent )?reference picture(s?)\b")
# What is left of a page without styles, and without names and keys, which are never translated.
_KEPT = re.compile(r"(<style.*?</style>|<bdi.*?</bdi>|<code.*?</code>|<[^>]*>)", re.DOTALL)


def in_rows(text: str) -> str:
    """Return a sentence about images as one about rows.

    >>> in_rows("120 images look like the reference; see images.path. An image is near it.")
    '120 rows look like the reference; see images.path. A row is near it.'
    """
    told = _WORD.sub(_as_row, _REFERENCE.sub(r"reference row\1", text))
    return told.replace("rows and rows", "rows")


def page_in_rows(page: bytes) -> bytes:
    """Return a page about images as one about rows; names, keys and marks stay as they are."""
    parts = _KEPT.split(page.decode("utf-8"))
    # After a split by a pattern with one group, every second part is a match of the group.
    told = [part if place % 2 else in_rows(part) for place, part in enumerate(parts)]
    return "".join(told).encode("utf-8")


def _as_row(found: re.Match[str]) -> str:
    article, word = found["article"], found["word"]
    row = ("Row" if word[0] == "I" else "row") + found["more"]
    return f"{article} {row}" if article else row
