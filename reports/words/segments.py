"""The words for segments that were tested by themselves."""

from __future__ import annotations

from jobs.visible_text import visible

_LONGEST_LABEL = 40


def name_in_words(column: str, value: str) -> str:
    """Return a segment in words, short enough for a headline: ``camera gate-3``."""
    return f"{short_label(column)} {short_label(value)}"


def short_label(label: str) -> str:
    """Return a text from the log on one line, at most 40 characters long."""
    text = visible(label)
    return text if len(text) <= _LONGEST_LABEL else f"{text[: _LONGEST_LABEL - 3]}..."
