"""From what labels say of the model to samples; nothing where the job names no labels."""

from __future__ import annotations

from collections.abc import Iterator

from reports.findings.model_quality.quality import ModelQuality, QualityState
from reports.findings.model_quality.scores import ClassifierScores
from reports.history.history import parse_time
from reports.metrics.of_model import quality_catalogue as catalogue
from reports.metrics.of_model.detector_samples import detector_samples
from reports.metrics.of_model.known_samples import class_samples, known, sample
from reports.metrics.sample import Sample


def quality_samples(job: str, quality: ModelQuality | None) -> Iterator[Sample]:
    """Yield the samples of the model's quality: the same labels at every run, as far as can be.

    Numbers that are not known have no sample.
    """
    if quality is None:
        return
    for state in QualityState:
        yield sample(job, catalogue.MODEL_STATE, state is quality.state, state)
    yield from _scores(job, quality)
    yield from _recalls(job, quality)
    yield from _labels(job, quality)
    if quality.detection is not None:
        yield from detector_samples(job, quality.detection)


def _scores(job: str, quality: ModelQuality) -> Iterator[Sample]:
    drop, estimate = quality.drop, quality.estimate
    score, measure = quality.score, quality.measure
    expected = None if estimate is None else estimate.score
    if score is not None:
        yield from known(job, catalogue.MODEL_SCORE, score.value, measure)
        yield from known(job, catalogue.MODEL_SCORE_LOW, score.low, measure)
        yield from known(job, catalogue.MODEL_SCORE_HIGH, score.high, measure)
    if drop is not None:
        before = quality.score_before
        yield from known(job, catalogue.MODEL_SCORE_BEFORE, before, measure)
        yield from known(job, catalogue.MODEL_SCORE_DROP, drop.drop.value, measure)
        yield from known(job, catalogue.MODEL_DROP_P_VALUE, drop.p_value, measure)
    if expected is not None:
        yield from known(job, catalogue.MODEL_ESTIMATED_SCORE, expected.value, measure)


def _recalls(job: str, quality: ModelQuality) -> Iterator[Sample]:
    recalls = ((one.name, one.recall) for one in quality.classes)
    yield from class_samples(job, catalogue.MODEL_CLASS_RECALL, tuple(recalls))


def _labels(job: str, quality: ModelQuality) -> Iterator[Sample]:
    stretches: list[tuple[str, ClassifierScores]] = [("window", quality.window)]
    if quality.newest is not None:
        stretches.append(("newest", quality.newest.scores))
    for stretch, scores in stretches:
        yield sample(job, catalogue.PREDICTIONS_LABELLED, scores.labelled, stretch)
        yield sample(job, catalogue.PREDICTIONS, scores.predictions, stretch)
        if scores.predictions:
            share = scores.labelled / scores.predictions
            yield sample(job, catalogue.LABELLED_SHARE, share, stretch)
    labels = quality.labels
    yield sample(job, catalogue.LABELS_LEFT_OUT, sum(labels.left_out.values()))
    if labels.newest is not None:
        newest = parse_time(labels.newest).timestamp()
        yield sample(job, catalogue.NEWEST_LABELLED, newest)
