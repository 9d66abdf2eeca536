"""A detector's scores, as COCO defines them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from drift.model_quality.detection.match_table import MatchTable
from drift.model_quality.detection.ranking import ClassSums, RankedPredictions

AT_50 = 0
AT_75 = 5
"""The places of 0.5 and 0.75 in `THRESHOLDS`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectedClass:
    """The scores of one class.

    Attributes
    ----------
    truths, predictions
        How many true boxes count, and how many predictions, those included that are ignored.
    ap, ap50, ap75, ar1, ar10, ar100
        As in `DetectionScores`; None where there is no true box.
    mean_overlap
        None where no prediction found a true box.
    """

    name: str
    truths: int
    predictions: int
    ap: float | None
    ap50: float | None
    ap75: float | None
    ar1: float | None
    ar10: float | None
    ar100: float | None
    mean_overlap: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionScores:
    """How good predicted boxes are.

    Attributes
    ----------
    images, truths, predictions
        How many there are; true boxes without crowds and those outside of the range of area.
    ap
        The average precision: the mean over the classes with true boxes, over `THRESHOLDS` and over
        101 recalls. None where no class has true boxes, as are all others of these.
    ap50, ap75
        The same at an intersection over union of 0.5 and 0.75 alone.
    ar1, ar10, ar100
        The recall of at most so many predictions for each image and class, averaged over classes
        and `THRESHOLDS`.
    mean_overlap
        The mean intersection over union of the predictions that found a true box at 0.5; None where
        none did.
    classes
        In order of their names; those that are neither predicted nor true are left out.
    """

    images: int
    truths: int
    predictions: int
    ap: float | None
    ap50: float | None
    ap75: float | None
    ar1: float | None
    ar10: float | None
    ar100: float | None
    mean_overlap: float | None
    classes: tuple[DetectedClass, ...]


def score_detections(table: MatchTable) -> DetectionScores:
    """Score the predictions of a table."""
    ranked = RankedPredictions.of(table)
    sums = ranked.sums()
    total = summary_of(sums)
    names = sorted(range(len(table.classes)), key=lambda code: table.classes[code])
    classes = [_class_scores(ranked, sums, code) for code in names]
    return DetectionScores(
        images=table.images,
        truths=int(sums.truths.sum()),
        predictions=len(table),
        classes=tuple(one for one in classes if one.truths or one.predictions),
        **{name: _or_none(value) for name, value in zip(SUMMARY, total, strict=True)},
    )


SUMMARY = ("ap", "ap50", "ap75", "ar1", "ar10", "ar100", "mean_overlap")
"""The scores of `DetectionScores`, in the order of `summary_of`."""


def summary_of(sums: ClassSums) -> tuple[float, ...]:
    """Average the scores of all classes together, by `SUMMARY`; NaN for what is None there."""
    of_class = sums.truths > 0
    matches = sums.matches.sum()
    overlap = sums.overlap.sum() / matches if matches else np.nan
    if not of_class.any():
        return (*([np.nan] * 6), float(overlap))
    precision = sums.precision[of_class]
    recall = sums.recall[of_class].mean(axis=0)
    return (
        float(precision.mean()),
        float(precision[:, AT_50].mean()),
        float(precision[:, AT_75].mean()),
        *recall.tolist(),
        float(overlap),
    )


def _class_scores(ranked: RankedPredictions, sums: ClassSums, code: int) -> DetectedClass:
    one = ClassSums(
        truths=sums.truths[code : code + 1],
        precision=sums.precision[code : code + 1],
        recall=sums.recall[code : code + 1],
        matches=sums.matches[code : code + 1],
        overlap=sums.overlap[code : code + 1],
    )
    return DetectedClass(
        name=ranked.table.classes[code],
        truths=int(sums.truths[code]),
        predictions=int(ranked.class_bounds[code + 1] - ranked.class_bounds[code]),
        **{name: _or_none(value) for name, value in zip(SUMMARY, summary_of(one), strict=True)},
    )


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else value
