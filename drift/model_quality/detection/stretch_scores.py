"""The scores of the images of a stretch of time, as the report has them."""

from __future__ import annotations

from collections.abc import Iterable

from drift.model_quality.detection.bootstrap import BootstrapScores, draw_scores
from drift.model_quality.detection.match_table import MatchTable, merge_tables
from drift.model_quality.detection.scores import SUMMARY, DetectionScores, score_detections
from drift.model_quality.detection.sums import ConfidenceSums, DetectorSums
from reports.findings.model_quality.detection import (
    BoxConfidences,
    DetectedClassScore,
    DetectorScores,
)
from reports.findings.model_quality.scores import Estimate

DRAWS = 200
FEWEST_IMAGES = 2
"""Sets drawn of a single image are all alike, and say nothing of other images."""


def detector_scores(
    table: MatchTable, predictions: int, *, draws: int = DRAWS
) -> tuple[DetectorScores, tuple[DetectedClassScore, ...]]:
    """Score images together, and each class, those with the most true boxes first.

    Parameters
    ----------
    table
        The labelled images.
    predictions
        How many images were asked for, labelled ones included.
    draws
        Intervals are of so many drawn sets of images; 0 gives none.

    Returns
    -------
    Predictions that are left out, as others of their class and image have higher scores, count as
    predicted boxes of the whole, and not of their class. Classes without true boxes have no scores.
    """
    found = score_detections(table)
    drawn = draw_scores(table, draws=draws if table.images >= FEWEST_IMAGES else 0)
    scores = DetectorScores(
        labelled=table.images,
        predictions=predictions,
        true_boxes=found.truths,
        predicted_boxes=found.predictions + table.left_out,
        **{_REPORTED[name]: _estimate(found, drawn, name) for name in SUMMARY},
    )
    return scores, _classes(found, drawn)


_REPORTED = {name: name for name in SUMMARY} | {"mean_overlap": "mean_iou"}


def _classes(found: DetectionScores, drawn: BootstrapScores) -> tuple[DetectedClassScore, ...]:
    scores = [
        DetectedClassScore(
            name=one.name,
            true_boxes=one.truths,
            predicted_boxes=one.predictions,
            ap=one.ap,
            ap50=_within(one.ap50, drawn.class_interval(one.name)),
            ap75=one.ap75,
            ar100=one.ar100,
            mean_iou=one.mean_overlap,
        )
        for one in found.classes
    ]
    return tuple(sorted(scores, key=lambda one: (-one.true_boxes, -one.predicted_boxes, one.name)))


def _estimate(found: DetectionScores, drawn: BootstrapScores, name: str) -> Estimate | None:
    return _within(getattr(found, name), drawn.interval(name))


def _within(value: float | None, interval: tuple[float, float] | None) -> Estimate | None:
    """Return a score with its interval, which is made to hold the score itself."""
    if value is None or interval is None:
        return None if value is None else Estimate(value=value)
    low, high = interval
    return Estimate(value=value, low=min(low, value), high=max(high, value))


def box_confidences(sums: DetectorSums, cut: float | None) -> BoxConfidences:
    """Describe the scores that the model gave its boxes.

    Parameters
    ----------
    cut
        As in `BoxConfidences`, by `find_cut` over the scores of the labelled images.
    """
    of_boxes = sums.confidences
    return BoxConfidences(
        images=sums.predictions,
        boxes=of_boxes.count,
        lowest=of_boxes.lowest,
        mean=of_boxes.total / of_boxes.count if of_boxes.count else None,
        highest=of_boxes.highest,
        cut=cut,
    )


def merged_sums(parts: Iterable[DetectorSums]) -> DetectorSums:
    """Return the sums of all images together, in the order of the parts."""
    known = list(parts)
    return DetectorSums(
        predictions=sum(one.predictions for one in known),
        confidences=_merged_confidences([one.confidences for one in known]),
        table=merge_tables([one.table for one in known]),
    )


def _merged_confidences(parts: list[ConfidenceSums]) -> ConfidenceSums:
    return ConfidenceSums(
        count=sum(one.count for one in parts),
        total=sum(one.total for one in parts),
        lowest=min((one.lowest for one in parts if one.lowest is not None), default=None),
        highest=max((one.highest for one in parts if one.highest is not None), default=None),
    )
