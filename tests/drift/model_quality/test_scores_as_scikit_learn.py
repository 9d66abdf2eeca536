"""Every number is scikit-learn's, to 1e-9, on made and on real sets."""

import warnings

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    log_loss,
    precision_recall_fscore_support,
)

from drift.model_quality.scoring.calibration import reliability_of
from drift.model_quality.scoring.classes import classes_of
from drift.model_quality.scoring.confusions import confusions_of
from drift.model_quality.scoring.scores import scores_of
from drift.model_quality.scoring.summing import sum_up
from drift.model_quality.sums import BINS
from tests.support.classifier_rows import rows_of

EXACT = 1e-9


def made(count, classes, accuracy, seed, unseen=0):
    """Answers of a model over skewed classes; the last `unseen` ones are never true."""
    generator = np.random.default_rng(seed)
    names = np.array([f"class {number}" for number in range(classes)])
    prior = 1 / np.arange(1, classes - unseen + 1)
    true = generator.choice(classes - unseen, count, p=prior / prior.sum())
    logits = generator.normal(0, 1, (count, classes))
    logits[np.arange(count), true] += 4 * accuracy
    return names, true, np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)


def digits():
    """Half of the digits, blurred by rounding, told by a model of the other half."""
    images, target = load_digits(return_X_y=True)
    model = LogisticRegression(C=0.001, max_iter=300).fit(images[::2], target[::2])
    probability = model.predict_proba(images[1::2])
    return np.array([str(name) for name in model.classes_]), target[1::2], probability


def saturated():
    """Probabilities of exactly 0 and 1, which a logarithm cannot take."""
    names, true, probability = made(200, 4, 1.0, 5)
    certain = np.eye(4)[probability.argmax(axis=1)]
    return names, true, certain


def rounded():
    """Probabilities in fifths: confidences tie, and lie on the edges of bins."""
    names, true, probability = made(600, 3, 0.4, 7)
    return names, true, np.random.default_rng(7).multinomial(5, probability) / 5


SETS = {
    "two classes": lambda: made(400, 2, 0.5, 0),
    "ten skewed classes": lambda: made(1000, 10, 1.0, 1),
    "classes that are never true": lambda: made(300, 20, 0.6, 2, unseen=6),
    "more classes than labels": lambda: made(80, 60, 0.8, 3),
    "nearly always right": lambda: made(500, 6, 3.0, 4),
    "always wrong": lambda: made(50, 3, -50.0, 6),
    "certain": saturated,
    "rounded": rounded,
    "digits": digits,
}


@pytest.fixture(params=SETS, scope="module")
def answers(request):
    names, true, probability = SETS[request.param]()
    predicted = probability.argmax(axis=1)
    confidence = probability.max(axis=1)
    own = probability[np.arange(len(true)), true]
    sums = sum_up(rows_of(names[true], names[predicted], confidence, own))
    return names, true, predicted, probability, sums


def test_whole_scores(answers):
    names, true, predicted, probability, sums = answers
    scores = scores_of(sums)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        macro = precision_recall_fscore_support(true, predicted, average="macro", zero_division=0)
        expected = {
            "accuracy": accuracy_score(true, predicted),
            "balanced_accuracy": balanced_accuracy_score(true, predicted),
            "precision": macro[0],
            "recall": macro[1],
            "f1": macro[2],
            "log_loss": log_loss(true, probability, labels=np.arange(len(names))),
        }

    for name, value in expected.items():
        estimate = getattr(scores, name)
        assert estimate.value == pytest.approx(value, abs=EXACT), name
        assert estimate.low <= estimate.value <= estimate.high, name


def test_scores_by_class(answers):
    names, true, predicted, _, sums = answers
    present = np.unique(np.concatenate([true, predicted]))
    expected = precision_recall_fscore_support(
        true, predicted, labels=present, zero_division=np.nan
    )

    found = {one.name: one for one in classes_of(sums, None, ())}

    assert sorted(found) == sorted(names[present])
    for place, number in enumerate(present):
        one = found[names[number]]
        assert one.labelled == expected[3][place]
        for estimate, value in zip(
            (one.precision, one.recall), (expected[0][place], expected[1][place]), strict=True
        ):
            assert (estimate is None) == bool(np.isnan(value))
            if estimate is not None:
                assert estimate.value == pytest.approx(value, abs=EXACT)
                assert estimate.low <= estimate.value <= estimate.high
        if one.f1 is not None:
            assert one.f1.value == pytest.approx(expected[2][place], abs=EXACT)
            assert one.f1.low <= one.f1.value <= one.f1.high
        assert (one.f1 is None) == (one.labelled == 0 or one.predicted == 0)


def test_the_reliability_plot(answers):
    _, true, predicted, probability, sums = answers
    share, confidence = calibration_curve(
        true == predicted, probability.max(axis=1), n_bins=BINS, pos_label=True
    )

    bins = reliability_of(sums)

    assert [one.accuracy.value for one in bins] == pytest.approx(share, abs=EXACT)
    assert [one.mean_confidence for one in bins] == pytest.approx(confidence, abs=EXACT)


def test_the_expected_calibration_error_row_by_row(answers):
    """An implementation of its own: each row is put into its bin by counting edges below it."""
    _, true, predicted, probability, sums = answers
    gaps = {}
    for right, confidence in zip(true == predicted, probability.max(axis=1), strict=True):
        edges = np.linspace(0, 1, BINS + 1)[1:-1].tolist()
        place = sum(confidence > edge for edge in edges)
        gaps[place] = gaps.get(place, 0.0) + float(right) - confidence
    expected = sum(abs(gap) for gap in gaps.values()) / len(true)

    found = scores_of(sums).calibration_error

    assert found.value == pytest.approx(expected, abs=EXACT)
    assert found.low <= found.value <= found.high


def test_confusions_are_the_cells_beside_the_diagonal(answers):
    names, true, predicted, _, sums = answers

    for one in confusions_of(sums, None):
        both = (names[true] == one.true) & (names[predicted] == one.predicted)
        assert one.count == both.sum()
        assert one.share == pytest.approx(both.sum() / (names[true] == one.true).sum(), abs=EXACT)
        assert one.true != one.predicted
        assert not one.grew
