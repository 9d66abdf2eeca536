"""What the test of the newest labels is given, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reports.findings.model_quality.quality import QualityBasis, QualityState
from reports.findings.model_quality.scores import Estimate

ReferenceScore = tuple[float, float] | tuple[float, float, float]
"""The reference's `images`, `right` and `labels`, as those of a `DayScore`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayScore:
    """One day's score as a share of right ones.

    Attributes
    ----------
    images, right
        How many different labelled images, and how many of them were right; a part of one where an
        image was answered differently at different times. Of a score that is no share of images,
        how many images a share with the same sampling variance is of, and that score's part.
    teaches
        False for a day that a person rejected, or said belongs to a drop: it never counts as
        before.
    accepted
        True for a day that a person accepted as the new level: a drop that lasts ends there, and
        earlier days no longer count as before.
    labels
        How many labelled images there are, where `images` says something else: they decide which
        days are judged together, and whether they are enough.
    """

    start: datetime
    end: datetime
    images: float
    right: float
    teaches: bool = True
    accepted: bool = False
    labels: float | None = None

    @property
    def labelled(self) -> float:
        """How many labelled images there are."""
        return self.images if self.labels is None else self.labels


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeSettings:
    """The job's `quality.false_alarm_rate` and `minimum_drop`, and `labels.min_labels`."""

    false_alarm_rate: float = 0.01
    minimum_drop: float = 0.02
    min_labels: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class NewestRule:
    """Which days are the newest stretch.

    Attributes
    ----------
    window_end
        The end of the newest whole day of the run's window.
    window_days
        How many whole days the run's window holds, at least 1.
    newest_from
        No day that starts earlier is taken, because the labels of such days are no longer read;
        None where there is no such limit.
    """

    window_end: datetime
    window_days: int
    newest_from: datetime | None = None

    def __post_init__(self) -> None:
        if self.window_days < 1:
            raise ValueError(f"a window of {self.window_days} days. Expected at least 1.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the newest labels say.

    Attributes
    ----------
    state
        Whether the score holds.
    newest
        The days of the newest stretch with enough labels, the oldest first; empty where there are
        too few.
    basis
        What they are compared with; None where there is nothing.
    before
        The days that they are compared with, the oldest first; empty where that is the reference.
    drop
        By how much the score is lower; None where nothing was compared.
    p_value, smallest
        As in `QualityDrop`; None where nothing was compared.
    since
        The first day of the drop that lasts; None where there is none.
    """

    state: QualityState
    newest: tuple[DayScore, ...] = ()
    basis: QualityBasis | None = None
    before: tuple[DayScore, ...] = ()
    drop: Estimate | None = None
    p_value: float | None = None
    smallest: float | None = None
    since: datetime | None = None
