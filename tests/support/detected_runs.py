"""Runs of a detector whose images are labelled, for tests of what is told of its quality."""

from __future__ import annotations

import dataclasses

from reports.findings.model_quality.detection import (
    BoxConfidences,
    ClassPoint,
    DetectedClassScore,
    DetectorPoint,
    DetectorQuality,
    DetectorScores,
    WorstImage,
)
from reports.findings.model_quality.quality import (
    ModelKind,
    ModelQuality,
    QualityBasis,
    QualityDrop,
    QualityState,
    ScoredStretch,
)
from reports.findings.model_quality.scores import ClassifierScores, Estimate
from reports.findings.run import RunFindings
from tests.support.labelled_runs import LABELS

WINDOW_CONFIDENCES = BoxConfidences(
    images=1400, boxes=5210, lowest=0.5, mean=0.76, highest=0.997, cut=0.5
)


def detector_quality(state: QualityState, **values: object) -> ModelQuality:
    """Return what true boxes say of a detector: as good as before, worse, or hardly labelled."""
    window = ClassifierScores(labelled=204, predictions=1400)
    if state is QualityState.UNKNOWN:
        few = ModelQuality(
            kind=ModelKind.DETECTOR,
            state=state,
            headline="12 of 1,400 images labelled so far; 50 labelled images are needed",
            summary="It is not known yet whether the model is still right.",
            labels=dataclasses.replace(LABELS, used=12, left_out={}),
            window=dataclasses.replace(window, labelled=12),
            detection=DetectorQuality(
                window=DetectorScores(labelled=12, predictions=1400),
                window_confidences=WINDOW_CONFIDENCES,
            ),
        )
        return dataclasses.replace(few, **values)  # type: ignore[arg-type]
    dropped = state is QualityState.DROPPED
    ap50 = 0.55 if dropped else 0.83
    found = ModelQuality(
        kind=ModelKind.DETECTOR,
        state=state,
        headline=f"AP50 {ap50} ± 0.08 on 310 labelled images, 0.84 before",
        summary=f"AP50 is {ap50} on 310 labelled images and was 0.84 on 980 before.",
        labels=LABELS,
        window=window,
        newest=_stretch("2025-03-05T00:00:00Z", "2025-03-12T00:00:00Z", 310),
        basis=QualityBasis.EARLIER,
        before=_stretch("2025-02-13T00:00:00Z", "2025-03-05T00:00:00Z", 980),
        drop=QualityDrop(
            measure="ap50",
            drop=Estimate(value=0.84 - ap50, low=0.76 - ap50, high=0.92 - ap50),
            p_value=0.0004 if dropped else 0.41,
            false_alarm_rate=0.01,
            minimum_drop=0.02,
            smallest=0.09,
            since="2025-03-07T00:00:00Z" if dropped else None,
        ),
        detection=detection(ap50),
    )
    return dataclasses.replace(found, **values)  # type: ignore[arg-type]


def detection(ap50: float, **values: object) -> DetectorQuality:
    """Return the scores of a detector's newest days, the window and the days before."""
    found = DetectorQuality(
        window=detector_scores(ap50 - 0.01, 204, 1400),
        window_confidences=WINDOW_CONFIDENCES,
        newest=detector_scores(ap50, 310, 1240),
        newest_confidences=BoxConfidences(images=1240, boxes=4600, lowest=0.5, mean=0.77),
        before=detector_scores(0.84, 980, 3920),
        before_confidences=BoxConfidences(images=3920, boxes=15_100, mean=0.8),
        classes=(
            box_class("person", 0.82, before=0.85, true_boxes=400),
            box_class("truck", 0.31, before=0.8),
            box_class("bus", 0.48, before=0.79, true_boxes=60),
            box_class("kite", None, true_boxes=0),
        ),
        worst=tuple(worst_image(number) for number in range(3)),
        worst_cut=0.5,
        days=(
            _day("2025-03-10T00:00:00Z", "2025-03-11T00:00:00Z", ap50),
            _day("2025-03-11T00:00:00Z", "2025-03-12T00:00:00Z", None),
        ),
        lost_boxes={"true box without a class": 4, "outside of the image": 3},
    )
    return dataclasses.replace(found, **values)  # type: ignore[arg-type]


def detector_scores(ap50: float, labelled: int, predictions: int) -> DetectorScores:
    """Return scores with an interval, all of them different."""
    names = ("ap", "ap75", "ar1", "ar10", "ar100", "mean_iou")
    others = {
        name: Estimate(value=ap50 - 0.02 * place, low=ap50 - 0.02 * place - 0.05, high=ap50)
        for place, name in enumerate(names, start=1)
    }
    return DetectorScores(
        labelled=labelled,
        predictions=predictions,
        true_boxes=3 * labelled,
        predicted_boxes=4 * labelled,
        ap50=Estimate(value=ap50, low=ap50 - 0.08, high=ap50 + 0.08),
        **others,
    )


def box_class(
    name: str,
    ap50: float | None,
    *,
    before: float | None = None,
    true_boxes: int = 80,
    predicted_boxes: int = 75,
    known: bool = True,
) -> DetectedClassScore:
    """Return a class of boxes; without an AP50 it has no true box."""
    estimate = None if ap50 is None else Estimate(value=ap50, low=max(ap50 - 0.1, 0), high=1.0)
    return DetectedClassScore(
        name=name,
        true_boxes=true_boxes,
        predicted_boxes=predicted_boxes,
        ap50=estimate,
        ap50_before=before,
        known_to_model=known,
    )


def worst_image(number: int, image: str | None = None) -> WorstImage:
    """Return one of the images on which the model did worst."""
    return WorstImage(
        image=f"images/worst {number}.jpg" if image is None else image,
        id=f"id-{number}",
        timestamp="2025-03-10T09:00:00Z",
        true_boxes=5,
        found=number,
        missed=5 - number,
        strangers=2,
        f1=2 * number / (2 * number + 5 - number + 2),
    )


def detected_run(run: RunFindings, state: QualityState, **values: object) -> RunFindings:
    """Return a run whose true boxes say so."""
    return dataclasses.replace(run, model_quality=detector_quality(state, **values))


def _day(start: str, end: str, ap50: float | None) -> DetectorPoint:
    """Return a day; without an AP50 nothing of it is labelled."""
    bare = DetectorScores(labelled=0, predictions=180)
    scores = bare if ap50 is None else detector_scores(ap50, 44, 180)
    classes = [] if ap50 is None else [box_class("truck", ap50 - 0.2), box_class("bus", None)]
    return DetectorPoint(
        start=start,
        end=end,
        scores=scores,
        confidences=BoxConfidences(images=180, boxes=700, lowest=0.5, mean=0.76, highest=0.99),
        classes=tuple(
            ClassPoint(name=one.name, true_boxes=one.true_boxes, ap50=one.ap50) for one in classes
        ),
    )


def _stretch(start: str, end: str, labelled: int) -> ScoredStretch:
    scores = ClassifierScores(labelled=labelled, predictions=4 * labelled)
    return ScoredStretch(start=start, end=end, scores=scores)
