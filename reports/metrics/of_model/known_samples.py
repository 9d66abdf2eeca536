"""Samples of numbers that may not be known, and of classes, of which there may be many."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from reports.findings.model_quality.scores import Estimate
from reports.metrics.sample import Metric, Sample, label_text

MOST_CLASSES = 50
"""So many classes have samples of their own at most: a time series costs for ever."""


def sample(job: str, metric: Metric, value: float, *labels: str) -> Sample:
    """Return one sample of a job."""
    texts = tuple(map(label_text, (job, *labels)))
    return Sample(metric=metric, labels=texts, value=float(value))


def known(job: str, metric: Metric, value: float | None, *labels: str) -> Iterator[Sample]:
    """Yield the sample of a number; nothing where it is not known."""
    if value is not None and math.isfinite(value):
        yield sample(job, metric, value, *labels)


def class_samples(
    job: str, metric: Metric, scores: Sequence[tuple[str, Estimate | None]], *labels: str
) -> Iterator[Sample]:
    """Yield a sample a class; none of many, as the worst of them would be others at each run.

    Parameters
    ----------
    scores
        The name of each class and its score.
    labels
        Those before the name of the class.
    """
    if len(scores) > MOST_CLASSES:
        return
    # Of names that are the same once cut the worst counts.
    worst: dict[str, float] = {}
    for full_name, score in scores:
        if score is not None and math.isfinite(score.value):
            name = label_text(full_name)
            worst[name] = min(score.value, worst.get(name, score.value))
    for name, value in worst.items():
        yield sample(job, metric, value, *labels, name)
