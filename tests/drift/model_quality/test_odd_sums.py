"""Whatever was summed up, scores are finite and lie inside their intervals, without a warning."""

import math

import numpy as np

from drift.model_quality.scoring.calibration import reliability_of
from drift.model_quality.scoring.classes import classes_of
from drift.model_quality.scoring.confusions import confusions_of
from drift.model_quality.scoring.scores import scores_of
from drift.model_quality.sums import BINS, ClassifierSums, ConfidenceBin, LossSums

SHARES = ("accuracy", "balanced_accuracy", "precision", "recall", "f1", "calibration_error")


def odd_sums(generator):
    """Few or a million labels, one image or many, empty and perfect bins, few losses."""
    classes = int(generator.integers(1, 6))
    confusion = {
        tuple(f"class {number}" for number in generator.integers(classes, size=2)): int(count)
        for count in generator.choice([1, 2, 5, 100, 10**6], int(generator.integers(1, 8)))
    }
    labelled = sum(confusion.values())
    bins = []
    for number in range(BINS):
        count = int(generator.choice([0, 0, 1, 3, 1000]))
        confidence = (number + generator.choice([0.0, 0.5, 1.0])) / BINS
        right = count if generator.random() < 0.2 else int(generator.integers(0, count + 1))
        bins.append(ConfidenceBin(count=count, confidence=count * confidence, right=right))
    losses = generator.exponential(1, int(generator.integers(0, 5)))
    return ClassifierSums(
        predictions=labelled,
        confusion=confusion,
        images=int(generator.integers(1, labelled + 1)),
        bins=tuple(bins),
        loss=LossSums(
            count=len(losses), total=float(losses.sum()), squares=float((losses**2).sum())
        ),
    )


def test_estimates_are_finite_and_inside_their_intervals():
    generator = np.random.default_rng(0)
    for _ in range(80):
        sums, before = odd_sums(generator), odd_sums(generator)
        scores = scores_of(sums)
        found = [getattr(scores, name) for name in SHARES]
        for one in classes_of(sums, before, ()):
            found += [one.precision, one.recall, one.f1, one.recall_before]
        found += [one.accuracy for one in reliability_of(sums)]
        for estimate in found:
            assert estimate is None or _within(estimate, 1 + 1e-12), estimate
        assert scores.log_loss is None or _within(scores.log_loss, math.inf)
        assert all(one.count for one in confusions_of(sums, before))


def _within(estimate, most):
    if estimate.low is None:
        return math.isfinite(estimate.value)
    return 0 <= estimate.low <= estimate.value <= estimate.high <= most
