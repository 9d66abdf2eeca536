"""The labelled days as arrays, and what some of them say of others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from drift.model_quality.judging.belief import Belief, belief_of_days
from drift.model_quality.judging.day_model import log_likelihoods
from drift.model_quality.judging.judgement import DayScore, JudgeSettings
from drift.model_quality.judging.numbers import Numbers
from drift.model_quality.judging.predictive import DayCounts

Chosen = NDArray[np.bool_]
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class DayEvidence:
    """The labelled days, the oldest first.

    Attributes
    ----------
    images, right, labels
        By day: what the score is told of, and how many labelled images there are.
    numbers
        Which calendar day each is, counted from the first: neighbours differ by one.
    logs
        Log-likelihoods, shape (days, means, spreads).
    beliefs
        What was computed already, by the days that it was told of.
    """

    days: tuple[DayScore, ...]
    images: Numbers
    right: Numbers
    labels: Numbers
    numbers: Numbers
    logs: Numbers
    beliefs: dict[tuple[bytes, int], Belief]

    @classmethod
    def of(cls, days: Sequence[DayScore]) -> DayEvidence:
        """Return the evidence of days that have labels."""
        first = days[0].start if days else None
        return cls(
            days=tuple(days),
            images=np.array([day.images for day in days], dtype=np.float64),
            right=np.array([min(day.right, day.images) for day in days], dtype=np.float64),
            labels=np.array([day.labelled for day in days], dtype=np.float64),
            # A day of 23 or 25 hours moves the start of later days by an hour.
            numbers=np.array(
                [round((day.start - first) / timedelta(days=1)) for day in days if first],
                dtype=np.float64,
            ),
            logs=log_likelihoods(days),
            beliefs={},
        )

    def until(self, count: int) -> DayEvidence:
        """Return the evidence of the first so many days."""
        return DayEvidence(
            days=self.days[:count],
            images=self.images[:count],
            right=self.right[:count],
            labels=self.labels[:count],
            numbers=self.numbers[:count],
            logs=self.logs[:count],
            beliefs={},
        )

    def accuracy(self, chosen: Chosen | slice) -> float:
        """Return the share of right answers of some days."""
        return float(self.right[chosen].sum() / self.images[chosen].sum())

    def counts(self, stretch: slice) -> DayCounts:
        """Return the labels of a stretch by day."""
        numbers = self.numbers[stretch]
        return DayCounts(
            images=self.images[stretch], gaps=np.abs(numbers[:, None] - numbers[None, :])
        )

    def belief(self, chosen: Chosen, era: int) -> Belief:
        """Return what some days say; the mean is told of those from position `era` on."""
        key = (chosen.tobytes(), era)
        if key not in self.beliefs:
            at = np.flatnonzero(chosen)
            # Only the last two are asked for again: one for each length.
            while len(self.beliefs) > 1:
                self.beliefs.pop(next(iter(self.beliefs)))
            self.beliefs[key] = belief_of_days(
                [self.days[one] for one in at],
                self.logs[at],
                self.numbers[at],
                int(np.searchsorted(at, era)),
            )
        return self.beliefs[key]

    def p_value(self, belief: Belief, stretch: slice) -> float:
        """Return the chance of so few right answers in a stretch, or fewer."""
        return belief.chance(self.counts(stretch), self.right_of(stretch))

    def right_of(self, stretch: slice) -> float:
        """Return how many of `DayCounts.total` are right, which is rounded where `images` is not.

        That many of whole images; else the same share.
        """
        images = float(self.images[stretch].sum())
        return float(self.right[stretch].sum()) * (self.counts(stretch).total / images)


def large_enough(drop: float, settings: JudgeSettings) -> bool:
    """Tell whether a drop is at least the smallest that is told."""
    return drop >= settings.minimum_drop - _ROUNDING
