"""Doubts about which objects are the log."""

from __future__ import annotations

from collections.abc import Iterator

from drift.setup.doubts.context import DoubtContext
from drift.setup.propose.proposal import Doubt, Proposal
from drift.setup.words import has_word, one_of

_PAST_WORDS = frozenset({"archive", "archives", "archived", "old", "older", "past"})


def about_log(draft: Proposal, seen: DoubtContext) -> Iterator[Doubt]:
    """Yield what is unsure about which objects are the log."""
    possible = [one for one in draft.log.others if one != draft.reference_log]
    older = [one for one in possible if has_word(one, _PAST_WORDS)]
    others = [one for one in possible if one not in older]
    if older:
        text = f"{one_of(older)} seems to hold older rows of it, which runs do not read."
        yield Doubt(key="predictions.path", text=text)
    if others:
        text = f"It could also be {one_of(others)}."
        yield Doubt(key="predictions.path", text=text)
    extra = seen.taken_in_too
    if extra:
        text = (
            f"The glob also takes in {len(extra):,} objects that were not looked into, such as "
            f"{extra[0]}; make it narrower if they are no part of the log."
        )
        yield Doubt(key="predictions.path", text=text)
