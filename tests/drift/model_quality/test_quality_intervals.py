"""Intervals of 95 % hold the truth about that often, and equal sums give equal bytes.

Each test draws a few hundred sets with a fixed seed and compares how often the interval holds the
truth with the binomial interval of 99.9 % around 95 % and a tolerance: few labels are discrete.
"""

import numpy as np
import pytest
from scipy.stats import binom

from drift.model_quality.scoring.classes import classes_of
from drift.model_quality.scoring.scores import scores_of
from drift.model_quality.scoring.summing import bin_edges
from drift.model_quality.sums import BINS, ClassifierSums, ConfidenceBin, LossSums
from tests.support.classifier_rows import sums_of

RUNS = 300
TOLERANCE = 0.025


def fewest(runs=RUNS):
    """The least number of hits that a coverage of 95 % less the tolerance explains."""
    return binom.ppf(0.0005, runs, 0.95 - TOLERANCE)


class ClassifierWorld:
    """The true shares of pairs of a true and an answered class."""

    def __init__(self, classes, accuracy, *, skewed, seed=0):
        generator = np.random.default_rng(seed)
        prior = 1 / np.arange(1, classes + 1) if skewed else np.ones(classes)
        recall = np.clip(accuracy + generator.uniform(-1, 1, classes) * (1 - accuracy), 0.02, 0.999)
        shares = generator.gamma(0.5, size=(classes, classes))
        np.fill_diagonal(shares, 0)
        shares *= (1 - recall)[:, None] / shares.sum(axis=1, keepdims=True)
        np.fill_diagonal(shares, recall)
        self.shares = shares * (prior / prior.sum())[:, None]

    def truth(self):
        hit, true, called = np.diag(self.shares), self.shares.sum(1), self.shares.sum(0)
        return {
            "accuracy": hit.sum(),
            "balanced_accuracy": (hit / true).mean(),
            "precision": (hit / called).mean(),
            "recall": (hit / true).mean(),
            "f1": (2 * hit / (true + called)).mean(),
        }

    def draw(self, count, generator):
        counts = generator.multinomial(count, self.shares.ravel())
        width = len(self.shares)
        cells = np.flatnonzero(counts)
        return sums_of(
            {(f"{k // width:04}", f"{k % width:04}"): int(counts[k]) for k in cells.tolist()}
        )


@pytest.mark.parametrize(
    ("classes", "accuracy", "skewed", "labels"),
    [(2, 0.9, False, 100), (10, 0.9, True, 300), (10, 0.99, True, 300), (100, 0.9, False, 300)],
)
def test_intervals_of_whole_scores_cover_the_truth(classes, accuracy, skewed, labels):
    world = ClassifierWorld(classes, accuracy, skewed=skewed)
    generator, truth = np.random.default_rng(1), world.truth()
    hits = dict.fromkeys(truth, 0)
    for _ in range(RUNS):
        scores = scores_of(world.draw(labels, generator))
        for name, value in truth.items():
            estimate = getattr(scores, name)
            hits[name] += estimate.low <= value <= estimate.high

    assert {name: count for name, count in hits.items() if count < fewest()} == {}


@pytest.mark.slow
def test_a_thousand_classes_with_five_labels_each_are_covered_too():
    world = ClassifierWorld(1000, 0.9, skewed=False)
    generator, truth = np.random.default_rng(2), world.truth()
    runs = 40
    hits = dict.fromkeys(truth, 0)
    for _ in range(runs):
        scores = scores_of(world.draw(5000, generator))
        for name, value in truth.items():
            estimate = getattr(scores, name)
            hits[name] += estimate.low <= value <= estimate.high

    assert {name: count for name, count in hits.items() if count < fewest(runs)} == {}


def test_intervals_by_class_cover_the_truth():
    world = ClassifierWorld(6, 0.85, skewed=True)
    hit, true, called = np.diag(world.shares), world.shares.sum(1), world.shares.sum(0)
    truth = {"precision": hit / called, "recall": hit / true, "f1": 2 * hit / (true + called)}
    generator = np.random.default_rng(3)
    hits, asked = dict.fromkeys(truth, 0), 0
    for _ in range(RUNS):
        for one in classes_of(world.draw(400, generator), None, ()):
            asked += 1
            for name, values in truth.items():
                estimate = getattr(one, name)
                hits[name] += estimate.low <= values[int(one.name)] <= estimate.high

    assert asked == 6 * RUNS
    for count in hits.values():
        assert 0.93 < count / asked < 0.98


def error_sums(confidence, accuracy, generator):
    right = generator.random(len(confidence)) < accuracy
    place = np.searchsorted(bin_edges()[1:-1], confidence)
    bins = tuple(
        ConfidenceBin(
            count=int((place == number).sum()),
            confidence=float(confidence[place == number].sum()),
            right=int(right[place == number].sum()),
        )
        for number in range(BINS)
    )
    count = len(confidence)
    return ClassifierSums(predictions=count, confusion={("a", "a"): count}, images=count, bins=bins)


@pytest.mark.slow
@pytest.mark.parametrize("gap", [0.0, -0.1])
def test_the_interval_of_the_calibration_error_covers_it_despite_its_bias(gap):
    generator = np.random.default_rng(4)
    everything = generator.beta(5, 1, 100_000)
    accuracy = np.clip(everything + gap, 0, 1)
    place = np.searchsorted(bin_edges()[1:-1], everything)
    gaps = np.bincount(place, accuracy - everything, BINS)
    truth = np.abs(gaps).sum() / len(everything)
    runs, hits, values = 150, 0, []
    for _ in range(runs):
        drawn = generator.integers(0, len(everything), 300)
        found = scores_of(error_sums(everything[drawn], accuracy[drawn], generator))
        error = found.calibration_error
        hits += error.low <= truth + 1e-12 <= error.high + 2e-12
        values.append(error.value)

    assert hits >= fewest(runs)
    assert np.mean(values) > truth + 0.005, "the value itself is biased, or this tests nothing"


def test_a_calibration_error_of_zero_by_chance_still_has_a_width():
    bins = [ConfidenceBin()] * BINS
    bins[-1] = ConfidenceBin(count=50, confidence=50.0, right=50)
    sums = ClassifierSums(predictions=50, confusion={("a", "a"): 50}, images=50, bins=tuple(bins))

    error = scores_of(sums).calibration_error

    assert (error.value, error.low) == (0.0, 0.0)
    assert 0.005 < error.high < 0.1


def test_the_interval_of_the_log_loss_covers_its_mean():
    generator = np.random.default_rng(5)
    hits = 0
    for _ in range(RUNS):
        losses = generator.exponential(0.4, 200)
        sums = ClassifierSums(
            predictions=200,
            confusion={("a", "a"): 200},
            images=200,
            loss=LossSums(count=200, total=losses.sum(), squares=(losses**2).sum()),
        )
        loss = scores_of(sums).log_loss
        hits += loss.low <= 0.4 <= loss.high

    assert hits >= fewest()


def test_intervals_count_images_and_not_how_often_they_were_asked_for():
    once = sums_of({("a", "a"): 90, ("a", "b"): 5, ("b", "b"): 5})
    often = ClassifierSums(
        predictions=1000,
        confusion={pair: 10 * count for pair, count in once.confusion.items()},
        images=100,
    )
    first, second = scores_of(once), scores_of(often)

    assert second.accuracy == first.accuracy
    assert second.balanced_accuracy.low == pytest.approx(first.balanced_accuracy.low)
    assert second.f1.low == pytest.approx(first.f1.low)
    assert classes_of(often, None, ())[0].recall == classes_of(once, None, ())[0].recall


def test_all_right_is_not_certain():
    scores = scores_of(sums_of({("a", "a"): 30, ("b", "b"): 3}))

    for name in ("accuracy", "balanced_accuracy", "precision", "recall", "f1"):
        estimate = getattr(scores, name)
        assert (estimate.value, estimate.high) == (1.0, pytest.approx(1.0))
        assert 0.5 < estimate.low < 0.95
    assert scores.balanced_accuracy.low < scores.accuracy.low, "one of the classes is hardly known"


def test_a_single_label_has_scores_with_wide_intervals_and_none_has_none():
    single = scores_of(
        ClassifierSums(
            predictions=3,
            confusion={("a", "b"): 1},
            images=1,
            loss=LossSums(count=1, total=2.0, squares=4.0),
        )
    )

    assert (single.labelled, single.predictions, single.accuracy.value) == (1, 3, 0.0)
    assert single.accuracy.high > 0.7
    assert (single.log_loss.value, single.log_loss.low, single.log_loss.high) == (2.0, None, None)
    nothing = scores_of(ClassifierSums(predictions=4))
    assert (nothing.labelled, nothing.predictions, nothing.accuracy, nothing.f1) == (
        0,
        4,
        None,
        None,
    )


def test_equal_sums_give_equal_bytes_in_whichever_order():
    generator = np.random.default_rng(6)
    world = ClassifierWorld(8, 0.8, skewed=True)
    sums = world.draw(200, generator)
    with_bins = error_sums(generator.beta(5, 1, 200), 0.8, generator)
    first = ClassifierSums(
        predictions=200, confusion=sums.confusion, images=200, bins=with_bins.bins
    )
    turned = ClassifierSums(
        predictions=200,
        confusion=dict(reversed(list(sums.confusion.items()))),
        images=200,
        bins=with_bins.bins,
    )

    assert repr(scores_of(turned)) == repr(scores_of(first))
    assert repr(classes_of(turned, first, ())) == repr(classes_of(first, turned, ()))
