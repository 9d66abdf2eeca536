"""Doubts about the times of the log's rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from drift.setup.doubts.context import DoubtContext
from drift.setup.propose.proposal import Doubt, Proposal
from drift.setup.words import one_of


def about_times(draft: Proposal, seen: DoubtContext) -> Iterator[Doubt]:
    """Yield what is unsure about how the column of times is read."""
    columns = draft.columns
    if columns.day_first is not None and not columns.day_first_is_settled:
        yield Doubt(
            key="predictions.day_first",
            text="No date settles whether day or month comes first; this order gives the log the "
            "more even course.",
        )
    yield from seen.time_doubts
    if seen.newest > seen.now + timedelta(minutes=1):
        yield Doubt(
            key="predictions.timezone",
            text=f"The newest row, {seen.newest:%Y-%m-%d %H:%M}, lies in the future of UTC: set "
            "the zone, or run with --until.",
        )


def about_other_times(draft: Proposal, seen: DoubtContext) -> Iterator[Doubt]:
    """Yield which other columns hold times."""
    key = "predictions.columns.timestamp"
    if not draft.columns.has_clock:
        text = "It holds days without a time of day: every row counts as written at 0:00."
        if seen.clock_columns:
            text += (
                f" The column {one_of(seen.clock_columns)} looks like the time of day; a job reads "
                "one column, so log both in one."
            )
        yield Doubt(key=key, text=text)
    elif seen.time_columns:
        yield Doubt(key=key, text=f"Other times are in {one_of(seen.time_columns)}.")
