"""Doubts about what was true: labels beside the log, and the log's own column of them."""

from __future__ import annotations

from collections.abc import Iterator

from drift.setup.doubts.context import DoubtContext
from drift.setup.labels.boxes.guess import BoxLabelsGuess
from drift.setup.labels.guess import LabelsGuess, Unjoined
from drift.setup.propose.proposal import Doubt, Proposal
from drift.setup.words import one_of
from reports.words.numbers import listed

_MANY_STRANGE = 0.2
_FEW_MET = 0.2


def about_labels(draft: Proposal, seen: DoubtContext) -> Iterator[Doubt]:
    """Yield what is unsure about where labels are and what they are called."""
    found = draft.labels
    if found is None:
        yield from (Doubt(key="labels", text=_not_joined(one)) for one in seen.unjoined_labels)
        return
    if found.others:
        yield Doubt(
            key="labels",
            text=f"{one_of(found.others)} holds labels of these predictions as well; only what "
            "labels.path names is read.",
        )
    if draft.columns.label is not None:
        yield Doubt(
            key="labels",
            text=f"The log's own column {draft.columns.label.column} holds labels too; while "
            "labels.path is set, those below it count.",
        )
    if found.strange_share >= _MANY_STRANGE:
        yield Doubt(key="labels", text=_strange_classes(found))
    if isinstance(found, BoxLabelsGuess):
        yield from _about_boxes(found)


def _about_boxes(found: BoxLabelsGuess) -> Iterator[Doubt]:
    """Yield what is unsure about how true boxes are written."""
    if found.source.doubt:
        yield Doubt(key="labels", text=f"Of the true boxes: {found.source.doubt}")
    met = found.met
    if met is not None and met.share < _FEW_MET:
        yield Doubt(
            key="labels",
            text=f"Predicted boxes meet only {met.share:.0%} of the true boxes in whichever format "
            f"they are read, {met.box_format} at best. Are these labels of these images, and is "
            "the size in predictions.columns.boxes.width and height that of the images that were "
            "labelled?",
        )


def _strange_classes(found: LabelsGuess | BoxLabelsGuess) -> str:
    return (
        f"{found.strange_share:.0%} of the labels are of classes that no prediction looked at has, "
        f"such as {listed(list(found.strange), most=3)}. Where the model calls a class otherwise, "
        'say so in labels.classes = { "its name in the labels" = "the model\'s name" }.'
    )


def _not_joined(one: Unjoined) -> str:
    part = "" if one.is_complete else " Only parts of both were looked at."
    return (
        f"{one.path} looks like labels, but none of them names a prediction that was looked at: "
        f'its {one.column} holds "{one.example}"'
        + "".join(f", {said}" for said in one.logged)
        + ". Write the request's id or the image's name beside each label; docs/model-quality.md "
        "shows how labels join." + part
    )
