"""What labels say of a model, made by hand: as good as before, worse, and their parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from reports.findings.model_quality.labels import LabelExample, LabelInput
from reports.findings.model_quality.quality import (
    ModelKind,
    ModelQuality,
    QualityBasis,
    QualityDrop,
    QualityPoint,
    QualityState,
    ScoredStretch,
)
from reports.findings.model_quality.scores import (
    ClassifierScores,
    ClassScore,
    Confusion,
    Estimate,
    EstimatedScore,
    ReliabilityBin,
    WrongImage,
)

ANIMALS = ("cat", "dog", "fox", "hare", "lynx", "otter")
METHOD = "average thresholded confidence"
# The window of the example runs ends here.
_END = datetime(2025, 3, 15, tzinfo=UTC)
DAYS = 30


def right() -> ModelQuality:
    """Return a model that is as good as before."""
    return ModelQuality(
        kind=ModelKind.CLASSIFIER,
        state=QualityState.HOLDS,
        headline="",
        summary="",
        labels=label_input(),
        window=classifier_scores(0.92, 24, 980, bare=True),
        newest=stretch(7, 0.91, 180),
        basis=QualityBasis.EARLIER,
        before=stretch(21, 0.93, 1900, until=7),
        reference=classifier_scores(0.94, 1000, 1000),
        drop=QualityDrop(
            measure="accuracy",
            drop=Estimate(value=0.02, low=-0.02, high=0.06),
            p_value=0.21,
            false_alarm_rate=0.01,
            minimum_drop=0.02,
            smallest=0.07,
        ),
        classes=tuple(
            class_score(name, 30, 30, 0.8 + number / 30, before=0.93)
            for number, name in enumerate(ANIMALS)
        ),
        confusions=(Confusion(true="fox", predicted="dog", count=4, share=0.13, share_before=0.1),),
        reliability=reliability(lambda confidence: confidence - 0.02),
        wrong=wrong_images(4),
        days=tuple(scored_day(back, 0.93, 8 if back > 4 else 0) for back in range(DAYS, 0, -1)),
        weeks=scored_weeks(lambda back: 0.93),
        estimate=EstimatedScore(method=METHOD, score=Estimate(value=0.92, low=0.89, high=0.95)),
    )


def fallen() -> ModelQuality:
    """Return a model that is worse since 8 March."""
    classes = (
        class_score("fox", 60, 22, 0.31, before=0.91),
        class_score("dog", 55, 96, 0.78, before=0.93),
        class_score("wombat", 4, 0, 0.0, known=False),
        *(class_score(name, 45, 44, 0.92, before=0.93) for name in ("cat", "hare", "lynx")),
    )
    return replace(
        right(),
        state=QualityState.DROPPED,
        newest=stretch(7, 0.81, 300, skew=0.01),
        drop=QualityDrop(
            measure="accuracy",
            drop=Estimate(value=0.12, low=0.08, high=0.17),
            p_value=0.0004,
            false_alarm_rate=0.01,
            minimum_drop=0.02,
            smallest=0.06,
            since="2025-03-08T00:00:00Z",
        ),
        classes=classes,
        confusions=(
            Confusion(
                true="fox", predicted="dog", count=37, share=0.62, share_before=0.06, grew=True
            ),
            Confusion(true="dog", predicted="cat", count=5, share=0.09, share_before=0.05),
        ),
        reliability=reliability(lambda confidence: confidence * 0.82),
        wrong=wrong_images(12),
        days=tuple(
            scored_day(back, 0.93 if back > 7 else 0.81, 43 if back > 1 else 12)
            for back in range(DAYS, 0, -1)
        ),
        weeks=scored_weeks(lambda back: 0.93 if back else 0.81),
        remarks=(
            "Labelled images are brighter than the others: their accuracy may not hold there.",
        ),
    )


def label_input(
    *, used: int = 2080, predictions: int = 4200, newest: str = "2025-03-14T06:10:00Z"
) -> LabelInput:
    """Return labels of a table, some of which were left out."""
    return LabelInput(
        source="gs://dogs/labels/",
        digest="ab" * 32,
        objects=3,
        rows=used + 19,
        used=used,
        predictions=predictions,
        since="2025-02-13T00:00:00Z",
        newest=newest,
        left_out={"no prediction has this id": 14, "two labels contradict each other": 5},
        noted={"given twice": 6},
        examples=(
            LabelExample(
                source="labels/2025-03-09.csv",
                line=41,
                key="8c1f",
                reason="no prediction has this id",
            ),
        ),
    )


def class_score(
    name: str,
    labelled: int,
    predicted: int,
    recall: float | None,
    *,
    before: float | None = None,
    known: bool = True,
) -> ClassScore:
    """Return a class whose precision and F1 are near its recall."""
    return ClassScore(
        name=name,
        labelled=labelled,
        predicted=predicted,
        precision=estimate(recall) if predicted else None,
        recall=estimate(recall) if labelled else None,
        f1=estimate(recall) if labelled and predicted else None,
        recall_before=estimate(before, 0.02),
        known_to_model=known,
    )


def estimate(value: float | None, half: float = 0.08) -> Estimate | None:
    if value is None:
        return None
    return Estimate(value=value, low=max(value - half, 0), high=min(value + half, 1))


def classifier_scores(
    accuracy: float, labelled: int, predictions: int, *, bare: bool = False, skew: float = 0
) -> ClassifierScores:
    half = 0.4 / max(labelled, 1) ** 0.5
    score = Estimate(
        value=accuracy, low=max(accuracy - half - skew, 0), high=min(accuracy + half, 1)
    )
    if bare or not labelled:
        return ClassifierScores(
            labelled=labelled, predictions=predictions, accuracy=score if labelled else None
        )
    return ClassifierScores(
        labelled=labelled,
        predictions=predictions,
        accuracy=score,
        balanced_accuracy=estimate(accuracy - 0.03, half),
        precision=estimate(accuracy - 0.01, half),
        recall=estimate(accuracy - 0.03, half),
        f1=estimate(accuracy - 0.02, half),
        calibration_error=estimate(0.11 if accuracy < 0.9 else 0.03, 0.015),
        log_loss=estimate(0.71 if accuracy < 0.9 else 0.24, 0.05),
    )


def stretch(
    days: int, accuracy: float, labelled: int, until: int = 0, skew: float = 0
) -> ScoredStretch:
    return ScoredStretch(
        start=moment(until + days),
        end=moment(until),
        scores=classifier_scores(accuracy, labelled, 140 * days, skew=skew),
    )


def scored_day(back: int, accuracy: float, labelled: int) -> QualityPoint:
    wave = 0.03 * ((back * 7) % 5 - 2) / 2
    return QualityPoint(
        start=moment(back),
        end=moment(back - 1),
        labelled=labelled,
        predictions=140,
        score=estimate(min(accuracy + wave, 1.0), 0.4 / labelled**0.5) if labelled else None,
    )


def scored_weeks(accuracy: Callable[[int], float], labelled: int = 60) -> tuple[QualityPoint, ...]:
    # 10 March 2025 is a Monday.
    newest = datetime(2025, 3, 10, tzinfo=UTC)
    points = []
    for back in range(4, -1, -1):
        start = newest - timedelta(weeks=back)
        score = estimate(accuracy(back) + 0.01 * (back % 3 - 1), 0.04)
        points.append(
            QualityPoint(
                start=f"{start:%Y-%m-%dT%H:%M:%SZ}",
                end=f"{start + timedelta(weeks=1):%Y-%m-%dT%H:%M:%SZ}",
                labelled=labelled,
                predictions=980,
                score=score,
            )
        )
    return tuple(points)


def reliability(accuracy: Callable[[float], float]) -> tuple[ReliabilityBin, ...]:
    bins = []
    for number, count in ((3, 6), (4, 11), (5, 18), (6, 22), (7, 31), (8, 58), (9, 154)):
        confidence = number / 10 + 0.052
        score = estimate(accuracy(confidence), 0.4 / count**0.5)
        assert score is not None
        bins.append(
            ReliabilityBin(
                low=number / 10,
                high=(number + 1) / 10,
                count=count,
                mean_confidence=confidence,
                accuracy=score,
            )
        )
    return tuple(bins)


def wrong_images(number: int) -> tuple[WrongImage, ...]:
    return tuple(
        WrongImage(
            image=f"images/2025031{1 + one % 4}_{one:02d}_fox.jpg",
            id=f"{1000 + one:x}",
            timestamp=f"2025-03-1{1 + one % 4}T09:{one:02d}:00Z",
            true="fox",
            predicted="dog",
            confidence=0.998 - one * 0.004,
        )
        for one in range(number)
    )


def moment(days_back: int) -> str:
    return f"{_END - timedelta(days=days_back):%Y-%m-%dT%H:%M:%SZ}"
