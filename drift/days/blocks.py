"""Blocks of time: the stretches that are compared with each other, mostly days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from drift.days.sums import BothSums, FamilySums


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Block:
    """The half-open stretch ``[start, end)`` in UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRecord:
    """What is kept of a block: a pure function of the log's rows, the images and the profile.

    Attributes
    ----------
    block
        Which one.
    rows
        How many rows of the log lie in it.
    logged
        How many images of them were drawn to be measured.
    images
        How many different images its rows name.
    refused
        How many of its rows name no image that may be read.
    features
        Of the images that could be measured.
    predictions
        Of the drawn images that have a prediction.
    segments
        By segment column and value: the sums over the drawn images of that value. A column that
        was no segment of the job when the record was made is missing.
    view
        Of the images that the model of ``[model]`` has looked at; None where that is not known.
    view_id
        Which model looked at them, and how: `ViewDefinition.id`; empty without a view.
    """

    block: Block
    rows: int
    logged: int
    features: FamilySums
    predictions: FamilySums
    images: int = 0
    refused: int = 0
    segments: Mapping[str, Mapping[str, BothSums]] = field(default_factory=dict)
    view: FamilySums | None = None
    view_id: str = ""

    def lacks_segment(self, column: str) -> bool:
        """Tell whether its images were measured before this column was a segment of the job."""
        return self.logged > 0 and column not in self.segments

    @property
    def sums(self) -> BothSums:
        """The sums over all images."""
        return BothSums(features=self.features, predictions=self.predictions, view=self.view)
