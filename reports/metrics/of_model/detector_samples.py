"""From what true boxes say of a detector to samples."""

from __future__ import annotations

from collections.abc import Iterator

from reports.findings.model_quality.detection import (
    BoxConfidences,
    DetectorQuality,
    DetectorScores,
)
from reports.findings.model_quality.scores import Estimate
from reports.metrics.of_model import detector_catalogue as catalogue
from reports.metrics.of_model.known_samples import class_samples, known, sample
from reports.metrics.sample import Sample

_MEASURES = ("ap", "ap50", "ap75", "ar1", "ar10", "ar100", "mean_iou")
_OF_CLASSES = "ap50"
_STATISTICS = ("lowest", "mean", "highest")


def detector_samples(job: str, detection: DetectorQuality) -> Iterator[Sample]:
    """Yield the samples of a detector's scores, of the window and of the newest days.

    Its state and the drop of AP50 are those of `quality_samples`.
    """
    yield from _scores(job, "window", detection.window)
    yield from _confidences(job, "window", detection.window_confidences)
    if detection.newest is not None:
        yield from _scores(job, "newest", detection.newest)
    if detection.newest_confidences is not None:
        yield from _confidences(job, "newest", detection.newest_confidences)
    scores = tuple((one.name, one.ap50) for one in detection.classes)
    yield from class_samples(job, catalogue.DETECTOR_CLASS_SCORE, scores, _OF_CLASSES)
    yield sample(job, catalogue.BOXES_LEFT_OUT, sum(detection.lost_boxes.values()))


def _scores(job: str, stretch: str, scores: DetectorScores) -> Iterator[Sample]:
    yield sample(job, catalogue.TRUE_BOXES, scores.true_boxes, stretch)
    for measure in _MEASURES:
        found: Estimate | None = getattr(scores, measure)
        if found is not None:
            labels = (stretch, measure)
            yield from known(job, catalogue.DETECTOR_SCORE, found.value, *labels)
            yield from known(job, catalogue.DETECTOR_SCORE_LOW, found.low, *labels)
            yield from known(job, catalogue.DETECTOR_SCORE_HIGH, found.high, *labels)


def _confidences(job: str, stretch: str, confidences: BoxConfidences) -> Iterator[Sample]:
    yield sample(job, catalogue.BOXES, confidences.boxes, stretch)
    for statistic in _STATISTICS:
        value: float | None = getattr(confidences, statistic)
        yield from known(job, catalogue.BOX_CONFIDENCE, value, stretch, statistic)
    yield from known(job, catalogue.BOX_CONFIDENCE_CUT, confidences.cut, stretch)
