"""What true boxes say of a detector, made by hand: as good as before, worse, and their parts."""

from __future__ import annotations

from dataclasses import replace

from reports.findings.model_quality.detection import (
    BoxConfidences,
    ClassPoint,
    DetectedClassScore,
    DetectorPoint,
    DetectorQuality,
    DetectorScores,
    WorstImage,
)
from reports.findings.model_quality.labels import LabelInput
from reports.findings.model_quality.quality import (
    ModelKind,
    ModelQuality,
    QualityBasis,
    QualityDrop,
    QualityPoint,
    QualityState,
    ScoredStretch,
)
from reports.findings.model_quality.scores import ClassifierScores, Estimate
from tests.support.model_qualities import DAYS, estimate, label_input, moment, scored_weeks

CLASSES = ("person", "car", "dog", "traffic light", "bicycle", "bus")
DROPPED_DAYS = 7
# How much of its AP50 each class keeps in the fallen week.
_KEPT = {"person": 0.55, "car": 0.6, "dog": 0.42, "traffic light": 0.3, "bicycle": 0.75, "bus": 1.0}


def right_detector() -> ModelQuality:
    """Return a detector that is as good as before."""
    newest = detector_scores(0.83, 280, 980)
    before = detector_scores(0.84, 920, 2940)
    reference = detector_scores(0.86, 500, 500)
    detection = DetectorQuality(
        window=detector_scores(0.85, 24, 980),
        window_confidences=confidences(980, 0.79),
        newest=newest,
        newest_confidences=confidences(980, 0.8),
        before=before,
        before_confidences=confidences(2940, 0.8),
        reference=reference,
        classes=tuple(
            detected_class(name, 300 - 40 * number, 0.9 - number / 40, before=0.9 - number / 40)
            for number, name in enumerate(CLASSES)
        ),
        worst=worst_images(4),
        worst_cut=0.04,
        days=detector_days(0.84, 0.84),
        weeks=detector_weeks(0.84),
        lost_boxes={"outside its image": 4},
        noted_boxes={"cut at the edge of its image": 21},
    )
    return ModelQuality(
        kind=ModelKind.DETECTOR,
        state=QualityState.HOLDS,
        headline="",
        summary="",
        labels=box_labels(),
        window=counts(detection.window),
        newest=ScoredStretch(start=moment(7), end=moment(0), scores=counts(newest)),
        basis=QualityBasis.EARLIER,
        before=ScoredStretch(start=moment(28), end=moment(7), scores=counts(before)),
        reference=counts(reference),
        drop=QualityDrop(
            measure="ap50",
            drop=Estimate(value=0.01, low=-0.05, high=0.07),
            p_value=0.38,
            false_alarm_rate=0.01,
            minimum_drop=0.02,
            smallest=0.09,
        ),
        days=points(detection.days),
        weeks=scored_weeks(lambda back: 0.84),
        detection=detection,
    )


def fallen_detector() -> ModelQuality:
    """Return a detector whose AP50 fell while the scores that it gives hardly moved."""
    right = right_detector()
    assert right.detection is not None
    newest = detector_scores(0.55, 280, 980, low=0.47, high=0.63)
    days = detector_days(0.84, 0.55)
    detection = replace(
        right.detection,
        window=detector_scores(0.52, 24, 980),
        window_confidences=confidences(980, 0.75),
        newest=newest,
        newest_confidences=confidences(980, 0.76),
        classes=(
            *(
                detected_class(
                    name,
                    300 - 40 * number,
                    (0.9 - number / 40) * _KEPT[name],
                    before=0.9 - number / 40,
                )
                for number, name in enumerate(CLASSES)
            ),
            detected_class("wombat", 5, 0.0, predicted=0, known=False),
        ),
        worst=worst_images(12),
        worst_cut=0.05,
        days=days,
        weeks=detector_weeks(0.55),
    )
    return replace(
        right,
        state=QualityState.DROPPED,
        window=counts(detection.window),
        newest=ScoredStretch(start=moment(7), end=moment(0), scores=counts(newest)),
        drop=QualityDrop(
            measure="ap50",
            drop=Estimate(value=0.29, low=0.2, high=0.38),
            p_value=0.0002,
            false_alarm_rate=0.01,
            minimum_drop=0.02,
            smallest=0.08,
            since=moment(DROPPED_DAYS),
        ),
        days=points(days),
        weeks=scored_weeks(lambda back: 0.84 if back else 0.55),
        detection=detection,
    )


def box_labels(*, used: int = 1200, predictions: int = 4200) -> LabelInput:
    """Return labels of boxes, one object an image."""
    return replace(
        label_input(used=used, predictions=predictions),
        source="s3://annotations/",
        objects=used + 19,
        left_out={"no image has this id": 14, "its boxes cannot be read": 5},
        noted={},
    )


def counts(scores: DetectorScores) -> ClassifierScores:
    """Return how many images are labelled, and nothing more."""
    return ClassifierScores(labelled=scores.labelled, predictions=scores.predictions)


def detector_scores(
    ap50: float | None,
    labelled: int,
    images: int,
    *,
    low: float | None = None,
    high: float | None = None,
) -> DetectorScores:
    """Return scores that go together as a detector's do."""
    half = 0.7 / max(labelled, 1) ** 0.5
    of50 = estimate(ap50, half)
    if of50 is not None and low is not None:
        of50 = replace(of50, low=low, high=high)

    def near(part: float) -> Estimate | None:
        return None if ap50 is None else estimate(ap50 * part, half)

    return DetectorScores(
        labelled=labelled,
        predictions=images,
        true_boxes=0 if ap50 is None else 3 * labelled,
        predicted_boxes=4 * labelled,
        ap=near(0.62),
        ap50=of50,
        ap75=near(0.68),
        ar1=near(0.36),
        ar10=near(0.7),
        ar100=near(0.74),
        mean_iou=None if ap50 is None else estimate(0.78 + ap50 / 20, half / 4),
    )


def confidences(images: int, mean: float, cut: float | None = None) -> BoxConfidences:
    """Return the scores of four boxes an image."""
    return BoxConfidences(
        images=images,
        boxes=4 * images,
        lowest=0.051 if cut is None else cut,
        mean=mean,
        highest=0.992,
        cut=cut,
    )


def detected_class(
    name: str,
    true_boxes: int,
    ap50: float | None,
    *,
    before: float | None = None,
    predicted: int | None = None,
    known: bool = True,
) -> DetectedClassScore:
    """Return a class whose other scores go with its AP50."""
    return DetectedClassScore(
        name=name,
        true_boxes=true_boxes,
        predicted_boxes=true_boxes + true_boxes // 4 if predicted is None else predicted,
        ap=None if ap50 is None else ap50 * 0.62,
        ap50=estimate(ap50),
        ap75=None if ap50 is None else ap50 * 0.68,
        ar100=None if ap50 is None else ap50 * 0.74,
        mean_iou=0.8 if ap50 else None,
        ap50_before=before,
        known_to_model=known,
    )


def detector_days(
    before: float, now: float, names: tuple[str, ...] = CLASSES
) -> tuple[DetectorPoint, ...]:
    """Return thirty days, the last week of which scores otherwise."""
    return tuple(
        detector_point(
            back,
            before if back > DROPPED_DAYS else now,
            0.8 if back > DROPPED_DAYS or before == now else 0.76,
            names,
        )
        for back in range(DAYS, 0, -1)
    )


def detector_point(back: int, ap50: float, mean: float, names: tuple[str, ...]) -> DetectorPoint:
    """Return one day, with a little of the differences between days."""
    wave = 0.04 * ((back * 7) % 5 - 2) / 2
    return DetectorPoint(
        start=moment(back),
        end=moment(back - 1),
        scores=detector_scores(ap50 + wave, 40, 140),
        confidences=confidences(140, mean + wave / 5),
        classes=tuple(
            ClassPoint(
                name=name,
                true_boxes=40 - 6 * number if number < 6 else 3,
                ap50=estimate(
                    (0.9 - number / 40)
                    * (_KEPT.get(name, 0.6) if ap50 < 0.7 else 1)
                    * (1 + wave * (1 + number % 3))
                ),
            )
            for number, name in enumerate(names[:12])
        ),
    )


def detector_weeks(newest: float) -> tuple[DetectorPoint, ...]:
    """Return the weeks of `scored_weeks`, with all scores."""
    return tuple(
        DetectorPoint(
            start=week.start,
            end=week.end,
            scores=detector_scores(0.84 if number < 4 else newest, 280, 980),
            confidences=confidences(980, 0.8 if number < 4 else 0.76),
        )
        for number, week in enumerate(scored_weeks(lambda back: 0.84))
    )


def points(days: tuple[DetectorPoint, ...]) -> tuple[QualityPoint, ...]:
    """Return AP50 by day, as `ModelQuality.days` has it."""
    return tuple(
        QualityPoint(
            start=one.start,
            end=one.end,
            labelled=one.scores.labelled,
            predictions=one.scores.predictions,
            score=one.scores.ap50,
        )
        for one in days
    )


def worst_images(number: int) -> tuple[WorstImage, ...]:
    """Return images on which nothing, or little, was found."""
    return tuple(
        WorstImage(
            image=f"images/11-03-2025/{place:08d}-7c1b-4c4f-9a55-0123456789ab.jpg",
            id=f"{place:08d}-7c1b-4c4f-9a55-0123456789ab",
            timestamp="2025-03-11T09:00:00Z",
            true_boxes=1 + place % 5,
            found=place % 5 // 3,
            missed=1 + place % 5 - place % 5 // 3,
            strangers=place % 3,
            f1=round(place / 40, 3),
        )
        for place in range(number)
    )
