"""Doubts about which model looks at the images, and how they enter it."""

from __future__ import annotations

from collections.abc import Iterator

from drift.setup.doubts.context import DoubtContext
from drift.setup.propose.proposal import Doubt, Proposal
from drift.setup.words import one_of

_SHOWN = 3


def about_model(draft: Proposal, seen: DoubtContext) -> Iterator[Doubt]:  # noqa: ARG001
    """Yield which other files could be the model, and what its file does not say."""
    guess = draft.model
    if guess is None or not guess.path:
        return
    if guess.others:
        more = len(guess.others) - _SHOWN
        others = [*guess.others[:_SHOWN], *([f"{more:,} more"] if more > 0 else [])]
        yield Doubt(
            key="model",
            text=f"{guess.path} was taken by its name; it could also be {one_of(others)}. Name the "
            "one that answered the requests of this log.",
        )
    if guess.is_ready:
        means = "0 and 1" if guess.told.channels == 1 else "ImageNet's mean and std"
        yield Doubt(
            key="model",
            text=f"The file does not say how pixels are scaled: {means} are taken. If the model "
            "was trained with others, set mean and std.",
        )
