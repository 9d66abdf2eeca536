"""Doubts about the reference."""

from __future__ import annotations

from collections.abc import Iterator

from drift.setup.doubts.context import DoubtContext
from drift.setup.proposal import Doubt, Proposal
from drift.setup.propose_reference import ReferenceKind
from drift.setup.words import one_of
from reports.wording import counted


def about_reference(draft: Proposal, seen: DoubtContext) -> Iterator[Doubt]:
    """Yield what is unsure about the reference."""
    guess = draft.reference
    if guess is None and seen.small_references:
        small = seen.small_references[0]
        yield Doubt(
            key="reference",
            text=f"{small.path} holds {counted(small.size, 'image')} only, fewer than the log's "
            "own past, which was taken. Was the log's oldest stretch an ordinary time?",
        )
        return
    if guess is None:
        yield Doubt(
            key="reference",
            text="There is no set of images that the log does not name, no feature table and no "
            "tensors. Was the log's oldest stretch an ordinary time?",
        )
        return
    others = [f'{one.kind} = "{one.path}"' for one in seen.references[1:4]]
    also = f" It could also be {one_of(others)}." if others else ""
    if not guess.is_sure:
        yield Doubt(
            key="reference",
            text=f"{guess.path} was taken because the log does not name its images.{also}",
        )
    elif others:
        yield Doubt(key="reference", text=also.strip())
    if guess.kind is ReferenceKind.TENSORS:
        yield Doubt(
            key="reference",
            text="The tensors were not looked into. If they were normalised, set "
            "reference.tensor_mean and tensor_std.",
        )
    if draft.reference_log is not None:
        yield Doubt(
            key="reference.log",
            text="It was taken by its name and columns; are these predictions on the reference?",
        )
