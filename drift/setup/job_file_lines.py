"""Lines of a commented job file."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

WIDTH = 96
_LONGEST_WITH_REASON = WIDTH + 20
_REASON_AT = 40


def comment(text: str) -> list[str]:
    """Return a text as lines of comments."""
    return textwrap.wrap(
        _one_line(text),
        WIDTH,
        initial_indent="# ",
        subsequent_indent="# ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def with_reason(line: str, reason: str) -> Iterator[str]:
    """Yield a line with its reason behind it, or above where that is too long."""
    whole = f"{line:<{_REASON_AT}} # {_one_line(reason)}"
    if len(whole) <= _LONGEST_WITH_REASON:
        yield whole
    else:
        yield from comment(reason)
        yield line


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
