"""What is kept of a set of predictions and labels: sums, so that sets can be put together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reports.findings.model_quality.scores import WrongImage

BINS = 15
"""Confidences are summed in so many bins of equal width between 0 and 1."""
MOST_WRONG = 12
"""So many of the wrong answers that the model was most sure of are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfidenceBin:
    """The labelled predictions of one bin: how many, the sum of confidences, and how many right."""

    count: int = 0
    confidence: float = 0.0
    right: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LossSums:
    """The negative logarithms of the true class's probability: count, sum, and sum of squares."""

    count: int = 0
    total: float = 0.0
    squares: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifierSums:
    """Sums over some predictions of a classifier.

    Attributes
    ----------
    predictions
        How many, with and without a label.
    confusion
        How many labelled predictions by true and predicted class; no zeros.
    images
        How many different images the labelled predictions are of: what counts once in the test, as
        one image that is asked for ten times is answered alike ten times. A row without an image
        counts as an image of its own.
    right_images
        The sum over these images of the part of their labelled predictions that is right.
    bins
        `BINS` of them by confidence, of the labelled predictions that have one; empty where none
        has.
    loss
        Of the labelled predictions that have a probability of the true class.
    """

    predictions: int = 0
    confusion: Mapping[tuple[str, str], int] = field(default_factory=dict)
    images: int = 0
    right_images: float = 0.0
    bins: tuple[ConfidenceBin, ...] = ()
    loss: LossSums = LossSums()

    @property
    def labelled(self) -> int:
        """How many predictions have a label."""
        return sum(self.confusion.values())

    @property
    def right(self) -> int:
        """How many of them are right."""
        return sum(
            count for (true, predicted), count in self.confusion.items() if true == predicted
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DayQuality:
    """What labels say of one day: a pure function of its rows in the log and of their labels.

    Attributes
    ----------
    start, end
        The day in UTC, half-open; a day of `Job.day_zone`, or of UTC where the job has none.
    versions
        The sums by version of the model; None for rows without one.
    wrong
        The wrong answers that the model was most sure of, at most `MOST_WRONG`.
    """

    start: datetime
    end: datetime
    versions: Mapping[str | None, ClassifierSums]
    wrong: tuple[WrongImage, ...] = ()
