"""A model of the bucket, added to a proposal."""

from __future__ import annotations

from dataclasses import replace

from drift.setup.model.find import find_models
from drift.setup.model.guess import ModelGuess, ToldByFile
from drift.setup.model.look import told_by_file
from drift.setup.propose.find_references import LookedAt
from drift.setup.propose.proposal import Proposal
from drift.setup.propose.reference import ReferenceKind


def with_model(looked_at: LookedAt, draft: Proposal) -> Proposal:
    """Add the model that fits best, where the job has images."""
    if draft.template is None:
        return draft
    reference = draft.reference
    is_tensors = reference is not None and reference.kind is ReferenceKind.TENSORS
    tensors = {reference.path} if reference is not None and is_tensors else set()
    lacks_images = reference is not None and reference.kind is not ReferenceKind.IMAGES
    found = find_models(looked_at.seen.objects, tensors)
    if not found.read:
        none = ModelGuess(
            path="", told=ToldByFile(), lacks_images=lacks_images, unread=found.unread
        )
        return replace(draft, model=none)
    best, *others = found.read
    told = told_by_file(looked_at.bucket, best)
    guess = ModelGuess(
        path=best.name,
        told=told,
        lacks_images=lacks_images,
        others=tuple(one.name for one in others),
    )
    return replace(draft, model=guess)
