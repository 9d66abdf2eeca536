"""Doubts about objects near the log that its path does not take in."""

from __future__ import annotations

from collections.abc import Iterator

from drift.setup.doubts.context import DoubtContext
from drift.setup.log.near import listed_names, near_by, wider_path
from drift.setup.propose.proposal import Doubt, Proposal
from drift.setup.words import LOG_WORDS, has_word
from jobs.predictions.selection.object_names import compile_glob

_SHOWN = 4


def about_near_objects(draft: Proposal, seen: DoubtContext) -> Iterator[Doubt]:
    """Yield which objects look like parts of the log, or like another log, and are not read."""
    told = {name for one in seen.unread if one.has_times for name in one.names}
    told |= {bad.name for bad in seen.unreadable}
    labels = draft.labels.path if draft.labels else ""
    others = [compile_glob(path) for path in (*draft.log.others, labels)]
    reference = {draft.reference.path if draft.reference else "", draft.reference_log}
    missed = [
        name
        for name in near_by(draft.log.path, seen.names)
        if name not in told | reference and not any(glob.fullmatch(name) for glob in others)
    ]
    if missed:
        yield Doubt(key="predictions.path", text=not_matched(draft.log.path, missed))
    for bad in seen.unreadable[:_SHOWN]:
        if near_by(draft.log.path, [bad.name]) or has_word(bad.name, LOG_WORDS):
            yield Doubt(
                key="predictions.path", text=f"{bad.name} is not taken for a log: {bad.reason}."
            )
    for one in [one for one in seen.unread if one.has_times][:_SHOWN]:
        yield Doubt(key="predictions.path", text=one.described())


def not_matched(path: str, missed: list[str]) -> str:
    """Return a sentence about objects near the log that its path does not match."""
    many = len(missed) > 1
    wider = wider_path(path, missed)
    mend = f" If so, let the path be {wider}." if wider else ""
    return (
        f"The path does not match {listed_names(missed)}, which "
        f"{'are' if many else 'is'} named alike; "
        f"{'do they hold' if many else 'does it hold'} rows of this log?{mend}"
    )
