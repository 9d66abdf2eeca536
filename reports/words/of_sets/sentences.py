"""The words of a comparison of two sets, which has no window, no job file and no profile.

Sentences are written once, for the window of a run. Here they are told of `current`, and what they
advise to do in a job file is left out or said of the two sets.
"""

from __future__ import annotations

import re

# In this order: advice first, as it holds words that are changed below.
_CHANGES = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r" \((?:detection|window|images)\.[a-z_]+\)", ""),
        (
            r"build the reference from such images: drift profile build",
            "compare with a reference of such images",
        ),
        (r",? or (?:run|build the profile anew with) drift profile build[^.]*", ""),
        (r",? (?:and|then) run drift profile build", ""),
        (r"with reference\.exclude = \[[^\]]*\]", "by a list of the other files"),
        (r"Check images\.path in the job file against the names in the bucket, ", "Check the "),
        (r"log coarser classes", "make coarser classes"),
        (r"; see data health", ""),
        (r"for any window to show", "to show"),
        (r"however many (\w+) the window has", r"however many \1 current has"),
        (r"\b(?:of|in) (?:the|this) window's rows\b", "of the current rows"),
        (r"\bThe window's\b", "The current"),
        (r"\bthe window's\b", "the current"),
        (r"\b(?:The|This) window\b", "Current"),
        (r"\b(?:the|this) window\b", "current"),
        (r"Reference above, window below", "Reference above, current below"),
        (r"\blogged (images|rows)\b", r"\1"),
    )
)
# What is left of a page without styles, and without names and keys, which are never changed.
_KEPT = re.compile(r"(<style.*?</style>|<bdi.*?</bdi>|<code.*?</code>|<[^>]*>)", re.DOTALL)


def in_sets(text: str) -> str:
    """Return a sentence about a window as one about the current set.

    >>> in_sets("The window has 12 images; a verdict needs at least 50 (window.min_images).")
    'Current has 12 images; a verdict needs at least 50.'
    """
    for pattern, words in _CHANGES:
        text = pattern.sub(words, text)
    return text


def page_in_sets(page: str) -> str:
    """Return a page about a window as one about the current set; names and marks stay."""
    parts = _KEPT.split(page)
    # After a split by a pattern with one group, every second part is a match of the group.
    return "".join(part if place % 2 else in_sets(part) for place, part in enumerate(parts))
