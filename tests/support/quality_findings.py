"""Example findings about the model's quality: of every state, and of every odd kind."""

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
    VersionScores,
    WrongImage,
)
from reports.findings.run import RunFindings
from reports.words.of_quality.sentences import quality_headline, quality_summary
from tests.support import findings as examples
from tests.support.findings import HOSTILE_LABELS
from tests.support.row_findings import drifted_rows

ANIMALS = ("cat", "dog", "fox", "hare", "lynx", "otter")
METHOD = "average thresholded confidence"
# The window of the example runs ends here.
_END = datetime(2025, 3, 15, tzinfo=UTC)
_DAYS = 30


def still_right() -> RunFindings:
    """Return an ordinary day whose labels say that the model is as good as before."""
    return with_quality(examples.steady(), right())


def worse_with_drift() -> RunFindings:
    """Return a day with a camera fault on which the model is worse as well."""
    withheld = EstimatedScore(
        method=METHOD,
        score=None,
        withheld="The images differ from the reference, and what confidences say of accuracy does "
        "not hold there.",
    )
    return with_quality(examples.drifted(), replace(fallen(), estimate=withheld))


def worse_without_drift() -> RunFindings:
    """Return an ordinary day on which the model is worse."""
    return with_quality(examples.steady(), fallen())


def few_labels() -> RunFindings:
    """Return a day of which 12 labels came so far, and 50 are needed."""
    quality = ModelQuality(
        kind=ModelKind.CLASSIFIER,
        state=QualityState.UNKNOWN,
        headline="",
        summary="",
        labels=label_input(used=12, newest="2025-03-12T10:00:00Z"),
        window=_scores(0.9, 5, 980, bare=True),
        days=tuple(_day(back, 0.9, 3 if back in {4, 5, 6} else 0) for back in range(_DAYS, 0, -1)),
        weeks=_weeks(lambda back: 0.9, labelled=1),
    )
    return with_quality(examples.steady(), quality)


def first_labels() -> RunFindings:
    """Return a day with enough labels, and nothing yet to compare them with."""
    quality = replace(
        right(), state=QualityState.UNKNOWN, basis=None, before=None, drop=None, reference=None
    )
    return with_quality(examples.steady(), quality)


def other_classes() -> RunFindings:
    """Return a day whose labels name other classes than the model's answers."""
    classes = [class_score(name, 30, 0, None, known=False) for name in ("dog", "cat")]
    classes += [class_score(name, 0, 30, None) for name in ("0", "1")]
    quality = replace(
        right(),
        state=QualityState.UNKNOWN,
        basis=None,
        before=None,
        drop=None,
        newest=_stretch(7, 0.0, 60),
        classes=tuple(classes),
        confusions=(),
        reliability=(),
        estimate=None,
    )
    return with_quality(examples.steady(), quality)


def thousand_classes() -> RunFindings:
    """Return a drop of a model with a thousand classes."""
    classes = tuple(
        class_score(f"class {number:04d}", 4, 4, number / 1000, before=0.9)
        for number in range(1000)
    )
    confusions = tuple(
        Confusion(true=f"class {n:04d}", predicted=f"class {n + 1:04d}", count=2, share=0.5)
        for n in range(500)
    )
    return with_quality(
        examples.drifted(), replace(fallen(), classes=classes, confusions=confusions)
    )


def two_versions() -> RunFindings:
    """Return a day on which two versions of the model answered."""
    versions = (
        VersionScores(version="7", scores=_scores(0.71, 130, 410)),
        VersionScores(version="6", scores=_scores(0.92, 150, 520)),
        VersionScores(version=None, scores=_scores(0.85, 20, 50, bare=True)),
    )
    return with_quality(examples.steady(), replace(fallen(), versions=versions))


def hostile_classes() -> RunFindings:
    """Return a drop whose classes, versions, files and labels are named to break a page."""
    names = HOSTILE_LABELS
    labels = replace(
        label_input(),
        source=names[0],
        left_out={names[1]: 3},
        noted={names[2]: 2},
        examples=tuple(
            LabelExample(source=name, line=None, key=name, reason=name) for name in names
        ),
    )
    quality = replace(
        fallen(),
        labels=labels,
        classes=tuple(class_score(name, 20, 20, 0.5, before=0.9) for name in names),
        confusions=tuple(
            Confusion(true=name, predicted=other, count=3, share=0.4, share_before=0.1, grew=True)
            for name, other in zip(names, reversed(names), strict=True)
        ),
        versions=tuple(VersionScores(version=name, scores=_scores(0.8, 50, 90)) for name in names),
        wrong=tuple(
            WrongImage(
                image=f"images/{name}.jpg",
                id=name,
                timestamp=name,
                true=name,
                predicted=names[0],
                confidence=0.99,
            )
            for name in names
        ),
        remarks=names,
        estimate=EstimatedScore(method=names[0], score=None, withheld=names[1]),
    )
    return with_quality(examples.hostile(), quality)


def worse_rows() -> RunFindings:
    """Return a drop in a job without images."""
    quality = fallen()
    wrong = tuple(replace(one, image="") for one in quality.wrong)
    return with_quality(drifted_rows(), replace(quality, wrong=wrong))


def estimated() -> RunFindings:
    """Return an ordinary day without labels of its own, whose accuracy is estimated."""
    estimate = EstimatedScore(method=METHOD, score=Estimate(value=0.915, low=0.89, high=0.94))
    quality = replace(right(), window=_scores(0.0, 0, 980, bare=True), estimate=estimate)
    return with_quality(examples.steady(), quality)


QUALITY_EXAMPLES = (
    still_right,
    worse_with_drift,
    worse_without_drift,
    few_labels,
    first_labels,
    other_classes,
    thousand_classes,
    two_versions,
    hostile_classes,
    worse_rows,
    estimated,
)


def with_quality(run: RunFindings, quality: ModelQuality) -> RunFindings:
    """Return a run with what labels say, told as a run tells it."""
    told = replace(quality, headline=quality_headline(quality), summary=quality_summary(quality))
    return replace(run, model_quality=told)


def right() -> ModelQuality:
    """Return a model that is as good as before."""
    return ModelQuality(
        kind=ModelKind.CLASSIFIER,
        state=QualityState.HOLDS,
        headline="",
        summary="",
        labels=label_input(),
        window=_scores(0.92, 24, 980, bare=True),
        newest=_stretch(7, 0.91, 180),
        basis=QualityBasis.EARLIER,
        before=_stretch(21, 0.93, 1900, until=7),
        reference=_scores(0.94, 1000, 1000),
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
        reliability=_reliability(lambda confidence: confidence - 0.02),
        wrong=_wrong(4),
        days=tuple(_day(back, 0.93, 8 if back > 4 else 0) for back in range(_DAYS, 0, -1)),
        weeks=_weeks(lambda back: 0.93),
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
        newest=_stretch(7, 0.81, 300, skew=0.01),
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
        reliability=_reliability(lambda confidence: confidence * 0.82),
        wrong=_wrong(12),
        days=tuple(
            _day(back, 0.93 if back > 7 else 0.81, 43 if back > 1 else 12)
            for back in range(_DAYS, 0, -1)
        ),
        weeks=_weeks(lambda back: 0.93 if back else 0.81),
        remarks=(
            "Labelled images are brighter than the others: their accuracy may not hold there.",
        ),
    )


def label_input(*, used: int = 204, newest: str = "2025-03-10T22:10:00Z") -> LabelInput:
    """Return labels of a table, some of which were left out."""
    return LabelInput(
        source="gs://dogs/labels/",
        digest="ab" * 32,
        objects=3,
        rows=used + 19,
        used=used,
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
        precision=_estimate(recall) if predicted else None,
        recall=_estimate(recall) if labelled else None,
        f1=_estimate(recall) if labelled and predicted else None,
        recall_before=_estimate(before, 0.02),
        known_to_model=known,
    )


def _estimate(value: float | None, half: float = 0.08) -> Estimate | None:
    if value is None:
        return None
    return Estimate(value=value, low=max(value - half, 0), high=min(value + half, 1))


def _scores(
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
        balanced_accuracy=_estimate(accuracy - 0.03, half),
        precision=_estimate(accuracy - 0.01, half),
        recall=_estimate(accuracy - 0.03, half),
        f1=_estimate(accuracy - 0.02, half),
        calibration_error=_estimate(0.11 if accuracy < 0.9 else 0.03, 0.015),
        log_loss=Estimate(value=0.71 if accuracy < 0.9 else 0.24, low=0.2, high=0.8),
    )


def _stretch(
    days: int, accuracy: float, labelled: int, until: int = 0, skew: float = 0
) -> ScoredStretch:
    return ScoredStretch(
        start=_moment(until + days),
        end=_moment(until),
        scores=_scores(accuracy, labelled, 140 * days, skew=skew),
    )


def _day(back: int, accuracy: float, labelled: int) -> QualityPoint:
    wave = 0.03 * ((back * 7) % 5 - 2) / 2
    return QualityPoint(
        start=_moment(back),
        end=_moment(back - 1),
        labelled=labelled,
        predictions=140,
        score=_estimate(min(accuracy + wave, 1.0), 0.4 / labelled**0.5) if labelled else None,
    )


def _weeks(accuracy: Callable[[int], float], labelled: int = 60) -> tuple[QualityPoint, ...]:
    # 10 March 2025 is a Monday.
    newest = datetime(2025, 3, 10, tzinfo=UTC)
    points = []
    for back in range(4, -1, -1):
        start = newest - timedelta(weeks=back)
        score = _estimate(accuracy(back) + 0.01 * (back % 3 - 1), 0.04)
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


def _reliability(accuracy: Callable[[float], float]) -> tuple[ReliabilityBin, ...]:
    bins = []
    for number, count in ((3, 6), (4, 11), (5, 18), (6, 22), (7, 31), (8, 58), (9, 154)):
        confidence = number / 10 + 0.052
        score = _estimate(accuracy(confidence), 0.4 / count**0.5)
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


def _wrong(number: int) -> tuple[WrongImage, ...]:
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


def _moment(days_back: int) -> str:
    return f"{_END - timedelta(days=days_back):%Y-%m-%dT%H:%M:%SZ}"
