"""What a person should know about a run beside its verdict, and what that does to the verdict."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass

BOXES_BEYOND_IMAGES = "boxes_beyond_images"
"""The code of the remark that boxes in pixels are not those of the images as they are stored."""


class RemarkWeight(enum.StrEnum):
    """What a remark does to the verdict of its run."""

    NOTE = "note"
    """Nothing: it is told below the answer."""
    CAUSE = "cause"
    """It explains a drift: where the run drifts, the headline begins with it."""
    NOT_STEADY = "not_steady"
    """A run that would be steady is inconclusive because of it."""
    NO_VERDICT = "no_verdict"
    """The run is inconclusive because of it, whatever the columns show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing that a person should know about a run.

    Attributes
    ----------
    code
        A name for programs, the same for every remark of that kind: ``"rows_rejected"``.
    text
        One or two plain sentences: what was seen, with its numbers, and what to do.
    weight
        What it does to the verdict.
    headline
        The text without its numbers, short enough for the top of a page. Empty for a note.
    """

    code: str
    text: str
    weight: RemarkWeight = RemarkWeight.NOTE
    headline: str = ""

    def __post_init__(self) -> None:
        if self.weight is not RemarkWeight.NOTE and not self.headline:
            raise ValueError(f"the remark {self.code} changes the verdict and needs a headline")


def heaviest_first(remarks: Iterable[Remark]) -> tuple[Remark, ...]:
    """Return the remarks that bear on the verdict before the others, else in their order."""
    order = (
        RemarkWeight.NO_VERDICT,
        RemarkWeight.CAUSE,
        RemarkWeight.NOT_STEADY,
        RemarkWeight.NOTE,
    )
    return tuple(sorted(remarks, key=lambda remark: order.index(remark.weight)))


def of_weight(remarks: Iterable[Remark], weight: RemarkWeight) -> tuple[Remark, ...]:
    """Return the remarks of one weight, in their order."""
    return tuple(remark for remark in remarks if remark.weight is weight)
