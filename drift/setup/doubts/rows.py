"""Doubts about rows of the log that cannot be read."""

from __future__ import annotations

from collections.abc import Iterator

from drift.setup.doubts.context import DoubtContext
from drift.setup.propose.proposal import Doubt, Proposal


def about_rows(draft: Proposal, seen: DoubtContext) -> Iterator[Doubt]:  # noqa: ARG001
    """Yield how many rows cannot be read or are odd, why, and where the first one is."""
    sample = seen.sample
    looked_at = "rows" if sample.is_complete else "rows looked at"
    for one in sample.odd:
        yield Doubt(
            key="predictions.path",
            text=f"{one.rows:,} of {sample.rows_seen:,} {looked_at} {one.what}, "
            f"first at {one.first}. {one.mend}".strip(),
        )
    for note in sample.notes:
        yield Doubt(key="predictions.path", text=note)
