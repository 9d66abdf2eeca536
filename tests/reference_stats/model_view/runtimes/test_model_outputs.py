"""What is kept of a model's answer, and what its outputs are."""

import numpy as np
import pytest
from scipy.special import log_softmax, softmax
from scipy.stats import entropy

from reference_stats.model_view.runtimes.outputs import (
    OutputKind,
    answers_of,
    class_count,
    kind_of_outputs,
)
from reference_stats.model_view.runtimes.projection import Projection
from reference_stats.model_view.views import NO_CLASS

LOGITS = np.random.default_rng(0).normal(0, 3, (6, 5)).astype(np.float32)
SIGMOID = 1 / (1 + np.exp(-LOGITS))

PROJECTED = [
    [(235, -0.5), (1013, -0.5), (1426, 0.5), (1843, 0.5)],
    [(198, 0.5), (552, 0.5), (1356, -0.5), (1771, 0.5)],
]


@pytest.mark.parametrize(
    ("outputs", "names", "kind"),
    [
        (LOGITS, 0, OutputKind.LOGITS),
        (softmax(LOGITS, axis=1), 0, OutputKind.PROBABILITIES),
        (
            softmax(LOGITS, axis=1).astype(np.float16).astype(np.float32),
            0,
            OutputKind.PROBABILITIES,
        ),
        (log_softmax(LOGITS, axis=1), 0, OutputKind.LOG_PROBABILITIES),
        (SIGMOID, 0, OutputKind.INDEPENDENT),
        (SIGMOID[:, :1], 0, OutputKind.ONE_PROBABILITY),
        (LOGITS[:, :1], 2, OutputKind.ONE_LOGIT),
        (LOGITS[:, :1], 0, OutputKind.NONE),
        (None, 0, OutputKind.NONE),
    ],
)
def test_outputs_are_told_by_what_they_are(outputs, names, kind):
    assert kind_of_outputs(outputs, names) is kind


def test_logits_have_all_answers():
    answers, classes = answers_of(LOGITS, OutputKind.LOGITS, len(LOGITS))
    shares = softmax(LOGITS.astype(np.float64), axis=1)

    np.testing.assert_allclose(answers[:, 0], entropy(shares, axis=1), rtol=1e-5)
    energy = -np.log(np.exp(LOGITS.astype(np.float64)).sum(axis=1))
    np.testing.assert_allclose(answers[:, 1], energy, rtol=1e-5)
    np.testing.assert_allclose(answers[:, 2], shares.max(axis=1), rtol=1e-5)
    np.testing.assert_array_equal(classes, LOGITS.argmax(axis=1))


@pytest.mark.parametrize(
    ("outputs", "kind"),
    [
        (softmax(LOGITS, axis=1), OutputKind.PROBABILITIES),
        (log_softmax(LOGITS, axis=1), OutputKind.LOG_PROBABILITIES),
    ],
)
def test_probabilities_say_the_same_without_an_energy(outputs, kind):
    answers, classes = answers_of(outputs, kind, len(outputs))
    wanted, same = answers_of(LOGITS, OutputKind.LOGITS, len(LOGITS))

    np.testing.assert_allclose(answers[:, [0, 2]], wanted[:, [0, 2]], rtol=1e-4)
    assert np.isnan(answers[:, 1]).all()
    np.testing.assert_array_equal(classes, same)


def test_large_logits_do_not_overflow():
    answers, classes = answers_of(
        np.array([[3e38, 0.0], [-1e5, -1e5]], dtype=np.float32), OutputKind.LOGITS, 2
    )

    np.testing.assert_allclose(answers[:, 2], [1, 0.5])
    np.testing.assert_allclose(answers[:, 0], [0, np.log(2)], rtol=1e-6)
    assert classes[0] == 0


def test_a_class_that_cannot_be_has_no_share_in_the_entropy():
    outputs = np.array([[0.0, -np.inf]], dtype=np.float32)

    answers, _ = answers_of(outputs, OutputKind.LOG_PROBABILITIES, 1)

    assert answers[0, 0] == 0
    assert answers[0, 2] == 1


def test_outputs_that_are_no_numbers_leave_no_class():
    outputs = np.array([[1.0, np.nan], [2.0, 1.0]], dtype=np.float32)

    answers, classes = answers_of(outputs, OutputKind.LOGITS, 2)

    assert np.isnan(answers[0]).all()
    assert classes.tolist() == [NO_CLASS, 0]


def test_classes_that_exclude_nothing_have_no_entropy():
    answers, classes = answers_of(SIGMOID, OutputKind.INDEPENDENT, len(SIGMOID))

    assert np.isnan(answers[:, :2]).all()
    np.testing.assert_allclose(answers[:, 2], SIGMOID.max(axis=1), rtol=1e-6)
    np.testing.assert_array_equal(classes, SIGMOID.argmax(axis=1))


def test_one_output_of_two_classes_is_two_classes():
    answers, classes = answers_of(LOGITS[:, :1], OutputKind.ONE_LOGIT, len(LOGITS))
    share = 1 / (1 + np.exp(-LOGITS[:, 0].astype(np.float64)))

    np.testing.assert_allclose(answers[:, 2], np.maximum(share, 1 - share), rtol=1e-5)
    np.testing.assert_array_equal(classes, (share > 0.5).astype(int))
    assert class_count(LOGITS[:, :1], OutputKind.ONE_LOGIT) == 2


def test_a_projection_keeps_distances():
    rng = np.random.default_rng(1)
    values = rng.normal(0, 1, (20, 9000)).astype(np.float32)
    projected = Projection(9000).of(values)

    before = np.linalg.norm(values[:, None] - values[None], axis=2)[np.triu_indices(20, 1)]
    after = np.linalg.norm(projected[:, None] - projected[None], axis=2)[np.triu_indices(20, 1)]

    assert projected.shape == (20, 2048)
    # Four deviations of the relative error, sqrt(2 / 2048) / 2 for a distance.
    np.testing.assert_allclose(after / before, 1, atol=4 * np.sqrt(2 / 2048) / 2)


def test_a_projection_is_the_same_in_every_version():
    one = Projection(3000).of(np.eye(3000, dtype=np.float32)[:2])
    found = [sorted((int(c), float(one[r, c])) for c in np.flatnonzero(one[r])) for r in range(2)]

    assert found == PROJECTED


def test_a_projection_of_an_image_does_not_depend_on_the_others():
    values = np.random.default_rng(2).normal(0, 1, (9, 4000)).astype(np.float32)
    projection = Projection(4000)

    whole = projection.of(values)

    for place in range(9):
        np.testing.assert_array_equal(projection.of(values[place : place + 1])[0], whole[place])
