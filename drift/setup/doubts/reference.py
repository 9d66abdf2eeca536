"""Doubts about the reference."""

from __future__ import annotations

from collections.abc import Iterator

from drift.setup.doubts.context import DoubtContext
from drift.setup.propose.proposal import Doubt, Proposal
from drift.setup.propose.reference import ReferenceKind
from drift.setup.words import one_of


def about_reference(draft: Proposal, seen: DoubtContext) -> Iterator[Doubt]:
    """Yield what is unsure about the reference."""
    guess = draft.reference
    if guess is None and seen.small_references:
        # Told with what so few show, see `about_examined`.
        return
    if draft.template is None:
        yield from _about_rows(draft, seen)
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


def _about_rows(draft: Proposal, seen: DoubtContext) -> Iterator[Doubt]:
    """Yield what is unsure about the reference of a job without images."""
    guess = draft.reference
    if guess is None and seen.unused_tables:
        yield Doubt(
            key="reference",
            text=f"{seen.unused_tables[0]} is a table of features, and no three numbers of "
            "the log are called like features. If the log holds them under other names, say which: "
            'numbers = { mean = "..." } in [predictions.columns], and features = '
            f'"{seen.unused_tables[0]}" in place of window; docs/without-images.md shows how. '
            "Otherwise: was the log's oldest stretch an ordinary time?",
        )
    elif guess is None:
        yield Doubt(
            key="reference",
            text="There is no other table with the log's columns. Was the log's oldest stretch an "
            "ordinary time?",
        )
    elif not guess.is_sure:
        yield Doubt(
            key="reference",
            text=f"{guess.path} was taken because it has the log's columns and no times; is it "
            "what the model said of known pictures?",
        )


def about_thumbnails(draft: Proposal, seen: DoubtContext) -> Iterator[Doubt]:  # noqa: ARG001
    """Yield which images of the reference look like copies of others."""
    copies = seen.copies
    if copies is not None:
        yield Doubt(
            key="reference.exclude",
            text=f"{copies.said} They are left out; for instance {copies.names[0]}. If they are "
            "images of their own, delete the key.",
        )
