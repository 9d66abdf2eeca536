"""Doubts about what the log's columns hold."""

from __future__ import annotations

from collections.abc import Iterator

from drift.setup.doubts.context import DoubtContext
from drift.setup.propose.proposal import Doubt, Proposal
from drift.setup.words import one_of


def about_columns(draft: Proposal, seen: DoubtContext) -> Iterator[Doubt]:  # noqa: ARG001
    """Yield what is unsure about what each column holds."""
    columns = draft.columns
    for key, guess in columns.named.items():
        if guess.is_sure:
            continue
        others = f"; it could also be {one_of(guess.others)}" if guess.others else ""
        yield Doubt(
            key=f"predictions.columns.{key}",
            text=f"{guess.column} was taken because: {guess.because}{others}.",
        )
    is_log = not draft.log.source.images_only
    boxed = columns.boxes is not None and columns.boxes.settings.classes is not None
    if columns.prediction is None and columns.answer is None and is_log and not boxed:
        watched = "the probabilities" if columns.probabilities else "images alone"
        if draft.template is None:
            watched = "the numbers" if draft.numbers else "the confidence"
        seen_none = "No column looks like the predicted class"
        if "prediction" in columns.unfit:
            seen_none = "No column could be taken for the predicted class, for reasons named below"
        yield Doubt(
            key="predictions.columns.prediction",
            text=f"{seen_none}; without one, {watched} are watched.",
        )
    if columns.boxes is not None and columns.boxes.doubt:
        yield Doubt(key="predictions.columns.boxes", text=columns.boxes.doubt)
    for note in columns.notes:
        yield Doubt(key="predictions.columns", text=note)
