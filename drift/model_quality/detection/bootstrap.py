"""How far a detector's scores would differ on other images of the same kind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drift.model_quality.detection.match_table import MatchTable
from drift.model_quality.detection.ranking import RankedPredictions
from drift.model_quality.detection.scores import AT_50, SUMMARY, summary_of


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapScores:
    """The scores of sets of images that were drawn from a set, with replacement and as large.

    Attributes
    ----------
    classes
        The names of the classes, in the order of `class_ap50`.
    scores
        By draw and by `SUMMARY`; NaN where a draw has no true box. Shape (draws, 7), float64.
    class_ap50
        AP50 by draw and class; NaN where a draw has no true box of the class. Shape
        (draws, classes), float64.
    """

    classes: tuple[str, ...]
    scores: NDArray[np.float64]
    class_ap50: NDArray[np.float64]

    def interval(self, score: str, level: float = 0.95) -> tuple[float, float] | None:
        """Give the interval that holds the middle part `level` of the draws of one of `SUMMARY`."""
        return middle_of(self.scores[:, SUMMARY.index(score)], level)

    def class_interval(self, name: str, level: float = 0.95) -> tuple[float, float] | None:
        """Give the same for AP50 of one class."""
        return middle_of(self.class_ap50[:, self.classes.index(name)], level)


def draw_scores(table: MatchTable, *, draws: int = 200, seed: int = 0) -> BootstrapScores:
    """Score sets of images that are drawn from the table's; the same for the same seed.

    B. Efron, "Bootstrap methods: another look at the jackknife", 1979. Nothing is matched anew: an
    image that is drawn twice counts twice in the sums.
    """
    ranked = RankedPredictions.of(table)
    random = np.random.default_rng(seed)
    scores = np.full((draws, len(SUMMARY)), np.nan)
    class_ap50 = np.full((draws, len(table.classes)), np.nan)
    for draw in range(draws if table.images else 0):
        drawn = random.integers(table.images, size=table.images)
        sums = ranked.sums(np.bincount(drawn, minlength=table.images))
        scores[draw] = summary_of(sums)
        class_ap50[draw] = np.where(sums.truths > 0, sums.precision[:, AT_50], np.nan)
    return BootstrapScores(classes=table.classes, scores=scores, class_ap50=class_ap50)


def middle_of(values: NDArray[np.float64], level: float) -> tuple[float, float] | None:
    """Give the ends of the middle part `level` of the values that are not NaN; None without any."""
    known = values[~np.isnan(values)]
    if not len(known):
        return None
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
