"""What is kept of a detector's images of one day, so that days can be scored together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from drift.model_quality.detection.match_table import MatchTable
from jobs.boxes.kept_boxes import KeptImage
from reports.findings.model_quality.detection import (
    DetectedClassScore,
    DetectorScores,
    WorstImage,
)

MOST_WORST = 12
"""So many of the images on which the model did worst are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfidenceSums:
    """The scores that the model gave its boxes: how many, the sum, and the ends.

    Attributes
    ----------
    lowest, highest
        None without boxes that have a score.
    """

    count: int = 0
    total: float = 0.0
    lowest: float | None = None
    highest: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorSums:
    """The images that one version of a detector was asked for.

    Attributes
    ----------
    predictions
        How many, with and without a label.
    confidences
        Of the boxes of all of them.
    table
        The matched boxes of the labelled ones.
    """

    predictions: int
    confidences: ConfidenceSums
    table: MatchTable

    @property
    def labelled(self) -> int:
        """How many images have true boxes."""
        return self.table.images


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorDay:
    """What true boxes say of one day: a pure function of its rows in the log and of their labels.

    Attributes
    ----------
    start, end
        As in `DayQuality`.
    versions
        By version of the model; None for rows without one.
    scores, classes
        Over all versions, with intervals of `draw_scores` with its default seed; computed once.
    worst
        The labelled images on which the model did worst, at most `MOST_WORST`.
    worst_boxes
        The boxes of each of `worst`, to be drawn by runs that no longer read the day.
    lost_boxes, noted_boxes
        As in `JoinedBoxes`.
    """

    start: datetime
    end: datetime
    versions: Mapping[str | None, DetectorSums]
    scores: DetectorScores
    classes: tuple[DetectedClassScore, ...] = ()
    worst: tuple[WorstImage, ...] = ()
    worst_boxes: tuple[KeptImage, ...] = ()
    lost_boxes: Mapping[str, int] = field(default_factory=dict)
    noted_boxes: Mapping[str, int] = field(default_factory=dict)
