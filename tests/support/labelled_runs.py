"""Runs of a job with labels, for tests of what is told and shown of the model's quality."""

from __future__ import annotations

import dataclasses

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
from reports.findings.model_quality.scores import (
    ClassifierScores,
    ClassScore,
    Estimate,
    EstimatedScore,
    WrongImage,
)
from reports.findings.run import RunFindings

LABELS = LabelInput(
    source="gs://pets/labels/*.csv",
    digest="ab" * 32,
    objects=3,
    rows=1310,
    used=1290,
    predictions=5600,
    since="2025-02-13T00:00:00Z",
    newest="2025-03-11T17:20:00Z",
    left_out={"no prediction has this id": 12, "the label is empty": 8},
)
WRONG = tuple(
    WrongImage(
        image=f"images/wrong {number}.jpg",
        id=f"id-{number}",
        timestamp="2025-03-10T09:00:00Z",
        true="beagle",
        predicted="boxer",
        confidence=0.99 - number / 100,
    )
    for number in range(3)
)


def stretch(start: str, end: str, labelled: int, accuracy: float) -> ScoredStretch:
    """Return a stretch of days with its accuracy, two points to each side of it."""
    estimate = Estimate(value=accuracy, low=accuracy - 0.02, high=accuracy + 0.02)
    scores = ClassifierScores(labelled=labelled, predictions=4 * labelled, accuracy=estimate)
    return ScoredStretch(start=start, end=end, scores=scores)


def model_quality(state: QualityState, **values: object) -> ModelQuality:
    """Return what labels say of a model that is as good as before, worse, or hardly labelled."""
    if state is QualityState.UNKNOWN:
        return ModelQuality(
            kind=ModelKind.CLASSIFIER,
            state=state,
            headline="too few labels to say whether the model is still right",
            summary="12 of 1,400 predictions have a label, and 50 are needed.",
            labels=dataclasses.replace(LABELS, used=12, left_out={}),
            window=ClassifierScores(labelled=12, predictions=1400),
        )
    dropped = state is QualityState.DROPPED
    accuracy = 0.81 if dropped else 0.92
    difference = 0.93 - accuracy
    found = ModelQuality(
        kind=ModelKind.CLASSIFIER,
        state=state,
        headline=f"accuracy {accuracy} ± 0.02 on 310 labels, 0.93 before",
        summary=f"The model's accuracy is {accuracy} on 310 labels and was 0.93 on 980 before.",
        labels=LABELS,
        window=ClassifierScores(labelled=204, predictions=1400),
        newest=stretch("2025-03-05T00:00:00Z", "2025-03-12T00:00:00Z", 310, accuracy),
        basis=QualityBasis.EARLIER,
        before=stretch("2025-02-13T00:00:00Z", "2025-03-05T00:00:00Z", 980, 0.93),
        drop=QualityDrop(
            measure="accuracy",
            drop=Estimate(value=difference, low=difference - 0.04, high=difference + 0.04),
            p_value=0.0004 if dropped else 0.41,
            false_alarm_rate=0.01,
            minimum_drop=0.02,
            smallest=0.06,
            since="2025-03-07T00:00:00Z" if dropped else None,
        ),
        classes=(
            class_score("beagle", 0.6),
            class_score("pug", 0.9),
            class_score("never seen", None),
        ),
        wrong=WRONG,
        weeks=(
            QualityPoint(
                start="2025-03-03T00:00:00Z",
                end="2025-03-10T00:00:00Z",
                labelled=250,
                predictions=1000,
                score=Estimate(value=accuracy, low=accuracy - 0.03, high=accuracy + 0.03),
            ),
            QualityPoint(
                start="2025-03-10T00:00:00Z",
                end="2025-03-17T00:00:00Z",
                labelled=0,
                predictions=400,
                score=None,
            ),
        ),
        estimate=EstimatedScore(
            method="average thresholded confidence",
            score=None if dropped else Estimate(value=0.9),
            withheld="the images have drifted" if dropped else "",
        ),
    )
    return dataclasses.replace(found, **values)  # type: ignore[arg-type]


def class_score(name: str, recall: float | None) -> ClassScore:
    """Return the scores of one class; without a recall nothing is truly of it."""
    estimate = None if recall is None else Estimate(value=recall, low=recall - 0.1, high=1.0)
    return ClassScore(
        name=name, labelled=40, predicted=38, precision=estimate, recall=estimate, f1=estimate
    )


def labelled_run(run: RunFindings, state: QualityState, **values: object) -> RunFindings:
    """Return a run whose labels say so."""
    return dataclasses.replace(run, model_quality=model_quality(state, **values))
