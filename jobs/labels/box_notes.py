"""Counts of single boxes that are left out or have a remark, beside those of whole images."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from jobs.boxes.image_boxes import OtherFormat
from jobs.labels.collector import LabelNotes
from jobs.labels.given import GivenLabels
from jobs.times.timestamp_parts import Integers

_EXAMPLES = 3


@dataclass(slots=True)
class BoxNotes:
    """What is said of single boxes.

    Attributes
    ----------
    lost, noted
        How many boxes are left out, or used with a remark, by reason.
    other_format
        The format that they look like, if it is another; that of the most boxes.
    """

    lost: Counter[str] = field(default_factory=Counter)
    noted: Counter[str] = field(default_factory=Counter)
    other_format: OtherFormat | None = None

    def lose(self, notes: LabelNotes, given: GivenLabels, images: Integers, reason: str) -> None:
        """Count boxes that are left out.

        Parameters
        ----------
        notes
            Remembers the first of them.
        images
            The image of each such box, as a row of `given`.
        """
        if len(images):
            self.lost[reason] += len(images)
            first = given.first(np.unique(images), _EXAMPLES)
            notes.remember([given.example(row, reason) for row in first.tolist()])

    def note(self, reason: str, boxes: int) -> None:
        """Count boxes that are used with a remark."""
        if boxes:
            self.noted[reason] += boxes

    def know_format(self, found: OtherFormat | None) -> None:
        """Take in a format that boxes look like."""
        known = self.other_format
        if found is not None and (known is None or found.checked > known.checked):
            self.other_format = found

    def copy(self) -> BoxNotes:
        """Return these as they are now."""
        return BoxNotes(
            lost=self.lost.copy(), noted=self.noted.copy(), other_format=self.other_format
        )
