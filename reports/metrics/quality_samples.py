"""From what labels say of the model to samples; nothing where the job names no labels."""

from __future__ import annotations

import math
from collections.abc import Iterator

from reports.findings.model_quality.quality import ModelKind, ModelQuality, QualityState
from reports.findings.model_quality.scores import ClassifierScores
from reports.history.history import parse_time
from reports.metrics import quality_catalogue as catalogue
from reports.metrics.sample import Metric, Sample, label_text

MOST_CLASSES = 50
"""So many classes have samples of their own at most: a time series costs for ever."""
_MEASURES = {ModelKind.CLASSIFIER: "accuracy", ModelKind.DETECTOR: "ap50"}


def quality_samples(job: str, quality: ModelQuality | None) -> Iterator[Sample]:
    """Yield the samples of the model's quality: the same labels at every run, as far as can be.

    Numbers that are not known have no sample.
    """
    if quality is None:
        return
    for state in QualityState:
        yield _sample(job, catalogue.MODEL_STATE, state is quality.state, state)
    yield from _scores(job, quality)
    yield from _recalls(job, quality)
    yield from _labels(job, quality)


def _scores(job: str, quality: ModelQuality) -> Iterator[Sample]:
    drop, estimate = quality.drop, quality.estimate
    measure = _MEASURES[quality.kind] if drop is None else drop.measure
    score = quality.score
    expected = None if estimate is None else estimate.score
    if score is not None:
        yield from _known(job, catalogue.MODEL_SCORE, score.value, measure)
        yield from _known(job, catalogue.MODEL_SCORE_LOW, score.low, measure)
        yield from _known(job, catalogue.MODEL_SCORE_HIGH, score.high, measure)
    if drop is not None:
        before = quality.score_before
        yield from _known(job, catalogue.MODEL_SCORE_BEFORE, before, measure)
        yield from _known(job, catalogue.MODEL_SCORE_DROP, drop.drop.value, measure)
        yield from _known(job, catalogue.MODEL_DROP_P_VALUE, drop.p_value, measure)
    if expected is not None:
        yield from _known(job, catalogue.MODEL_ESTIMATED_SCORE, expected.value, measure)


def _recalls(job: str, quality: ModelQuality) -> Iterator[Sample]:
    """Yield a sample a class; none of many, as the worst of them would be others at each run."""
    if len(quality.classes) > MOST_CLASSES:
        return
    # Of names that are the same once cut the worst counts.
    recalls: dict[str, float] = {}
    for one in quality.classes:
        if one.recall is not None and math.isfinite(one.recall.value):
            name = label_text(one.name)
            recalls[name] = min(one.recall.value, recalls.get(name, one.recall.value))
    for name, recall in recalls.items():
        yield _sample(job, catalogue.MODEL_CLASS_RECALL, recall, name)


def _labels(job: str, quality: ModelQuality) -> Iterator[Sample]:
    stretches: list[tuple[str, ClassifierScores]] = [("window", quality.window)]
    if quality.newest is not None:
        stretches.append(("newest", quality.newest.scores))
    for stretch, scores in stretches:
        yield _sample(job, catalogue.PREDICTIONS_LABELLED, scores.labelled, stretch)
        yield _sample(job, catalogue.PREDICTIONS, scores.predictions, stretch)
    labels = quality.labels
    yield _sample(job, catalogue.LABELS_LEFT_OUT, sum(labels.left_out.values()))
    if labels.newest is not None:
        newest = parse_time(labels.newest).timestamp()
        yield _sample(job, catalogue.NEWEST_LABELLED, newest)


def _sample(job: str, metric: Metric, value: float, *labels: str) -> Sample:
    texts = tuple(map(label_text, (job, *labels)))
    return Sample(metric=metric, labels=texts, value=float(value))


def _known(job: str, metric: Metric, value: float | None, *labels: str) -> Iterator[Sample]:
    if value is not None and math.isfinite(value):
        yield _sample(job, metric, value, *labels)
