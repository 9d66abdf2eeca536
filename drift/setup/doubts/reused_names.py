"""Doubts about image names that the log uses more than once."""

from __future__ import annotations

from collections.abc import Iterator

from drift.setup.doubts.context import DoubtContext
from drift.setup.propose.proposal import Doubt, Proposal


def about_reused_names(draft: Proposal, seen: DoubtContext) -> Iterator[Doubt]:  # noqa: ARG001
    """Yield whether a name may stand for another picture each time."""
    if draft.names_used.are_many:
        yield Doubt(
            key="images.immutable",
            text=f"{draft.names_used}. Does each use overwrite the picture of the one before? If "
            "pictures never change, leave this line out: it costs a request for each image.",
        )
