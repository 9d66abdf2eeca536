"""How many labels there are, as people say it: a detector's labels are labelled images."""

from __future__ import annotations

from reports.findings.model_quality.quality import ModelKind
from reports.words.numbers import counted

LABELS = {ModelKind.CLASSIFIER: "label", ModelKind.DETECTOR: "labelled image"}
PREDICTIONS = {ModelKind.CLASSIFIER: "prediction", ModelKind.DETECTOR: "image"}


def labels_words(number: int, kind: ModelKind) -> str:
    """Return a number of labels: ``180 labels``, or ``180 labelled images`` of a detector."""
    return counted(number, LABELS[kind])


def predictions_words(number: int, kind: ModelKind) -> str:
    """Return a number of predictions: ``980 predictions``, or ``980 images`` of a detector."""
    return counted(number, PREDICTIONS[kind])
