"""What confidences let one expect, where it holds, and where it does not."""

import numpy as np
import pytest
from scipy.stats import binom

from drift.model_quality.scoring.expected_accuracy import (
    expected_accuracy,
    expected_score,
    learn_threshold,
)


def drawn(count, generator, sharp=5.0):
    """Calibrated confidences, and whether each answer is right."""
    confidence = generator.beta(sharp, 1, count)
    return confidence, generator.random(count) < confidence


def test_the_reference_itself_is_expected_to_be_as_good_as_it_is():
    confidence, right = drawn(1000, np.random.default_rng(0))

    found = expected_accuracy(learn_threshold(confidence, right), confidence)

    assert found.value == pytest.approx(right.mean(), abs=1e-12)
    assert found.low < found.value < found.high


@pytest.mark.parametrize("digits", [0, 1, 2])
def test_rounded_confidences_tie_and_count_in_part(digits):
    confidence, right = drawn(1000, np.random.default_rng(1))
    rounded = np.round(confidence, digits)

    found = expected_accuracy(learn_threshold(rounded, right), rounded)

    assert found.value == pytest.approx(right.mean(), abs=1e-12)


def test_confidences_that_are_all_alike_say_what_the_reference_says():
    learned = learn_threshold(np.ones(200), np.arange(200) < 150)

    assert expected_accuracy(learned, np.ones(37)).value == pytest.approx(0.75)
    assert expected_accuracy(learned, np.full(10, 0.9)).value == 0.0


@pytest.mark.parametrize(("hits", "value"), [(0, 0.0), (40, 1.0)])
def test_a_reference_that_is_never_or_always_right_is_not_certain(hits, value):
    confidence = np.linspace(0.5, 0.9, 40)

    found = expected_accuracy(learn_threshold(confidence, np.arange(40) < hits), confidence)

    assert found.value == value
    assert found.high - found.low > 0.05


def test_lower_confidences_let_one_expect_a_lower_accuracy():
    generator = np.random.default_rng(2)
    learned = learn_threshold(*drawn(2000, generator))
    values = [
        expected_accuracy(learned, drawn(2000, generator, sharp)[0]).value for sharp in (8, 4, 2)
    ]

    assert values == sorted(values, reverse=True)
    assert values[0] - values[-1] > 0.2


def test_missing_confidences_are_left_out_on_both_sides():
    confidence, right = drawn(500, np.random.default_rng(3))
    learned = learn_threshold(confidence, right)
    with_gaps = learn_threshold(
        np.append(confidence, [np.nan] * 3), np.append(right, [True, False, True])
    )

    assert with_gaps == learned
    assert expected_accuracy(learned, np.append(confidence, np.nan)) == expected_accuracy(
        learned, confidence
    )


def test_without_confidences_nothing_is_expected_and_the_reason_said():
    learned = learn_threshold(np.array([0.5, 0.9]), np.array([False, True]))
    nothing = np.array([np.nan])

    assert learn_threshold(nothing, np.array([True])) is None
    assert expected_accuracy(learned, nothing) is None
    assert "the reference" in expected_score(None, np.ones(3)).withheld
    assert "the window" in expected_score(learned, nothing).withheld


def test_what_the_caller_withholds_has_no_number():
    learned = learn_threshold(np.array([0.5, 0.9]), np.array([False, True]))

    withheld = expected_score(learned, np.ones(3), "The images have drifted.")
    told = expected_score(learned, np.ones(3))

    assert (withheld.score, withheld.withheld) == (None, "The images have drifted.")
    assert (told.score.value, told.withheld) == (1.0, "")
    assert withheld.method == told.method == "average thresholded confidence"


@pytest.mark.parametrize(("labelled", "window"), [(200, 300), (2000, 100)])
def test_the_interval_holds_the_windows_accuracy_in_95_of_100(labelled, window):
    """400 references with a window each, within the binomial interval of 99.9 %, and 1 point."""
    generator = np.random.default_rng(4)
    hits = 0
    for _ in range(400):
        learned = learn_threshold(*drawn(labelled, generator))
        confidence, right = drawn(window, generator)
        found = expected_accuracy(learned, np.round(confidence, 2))
        hits += found.low <= right.mean() <= found.high

    low, high = binom.ppf([0.0005, 0.9995], 400, [0.94, 0.96])
    assert low <= hits <= high


def test_it_fails_where_confidences_no_longer_mean_what_they_meant():
    """Answers that are guessed with the old confidences: this is why it is withheld after drift."""
    generator = np.random.default_rng(5)
    learned = learn_threshold(*drawn(2000, generator))
    confidence, _ = drawn(300, generator)
    guessed = generator.random(300) < 0.1

    found = expected_accuracy(learned, confidence)

    assert found.low > guessed.mean() + 0.5
