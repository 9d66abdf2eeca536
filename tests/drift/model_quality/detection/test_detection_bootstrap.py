import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drift.model_quality.detection.bootstrap import draw_scores, middle_of
from drift.model_quality.detection.match_table import merge_tables
from drift.model_quality.detection.matching import match_boxes
from drift.model_quality.detection.ranking import (
    RECALLS,
    RankedPredictions,
    average_precision,
    hits_needed,
)
from drift.model_quality.detection.scores import SUMMARY, score_detections, summary_of
from tests.support.detections import chosen_images, draw_detections


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1))
def test_images_that_count_twice_are_as_if_they_were_there_twice(seed):
    detections = draw_detections(seed, images=8)
    weights = np.random.default_rng(seed).integers(0, 4, 8)

    weighted = summary_of(RankedPredictions.of(match_boxes(detections)).sums(weights))
    repeated = score_detections(
        merge_tables([match_boxes(chosen_images(detections, [i])) for i in _repeated(weights)])
    )

    expected = [getattr(repeated, name) for name in SUMMARY]
    expected = [np.nan if one is None else one for one in expected]
    assert list(weighted) == pytest.approx(expected, nan_ok=True)


def _repeated(weights):
    return np.repeat(np.arange(len(weights)), weights)


@pytest.mark.parametrize("truths", [1, 7, 20, 25, 50, 100, 175, 200, 1234])
def test_recalls_are_reached_where_the_quotient_of_counts_reaches_them(truths):
    """Of 20 and of 25 true boxes the product of recall and count is rounded up and down."""
    right = np.arange(1, truths + 1)
    predicted = right * 2 + right**2 // truths
    precision = right / predicted
    best = [precision[i:].max() for i in range(truths)]
    at = np.searchsorted(right / truths, RECALLS)

    average = average_precision(right, predicted, hits_needed(np.array([truths]))[0])

    assert average == pytest.approx(np.mean([best[i] for i in at]), abs=1e-12)


def test_the_same_seed_draws_the_same():
    table = match_boxes(draw_detections(1))

    first, second = (draw_scores(table, draws=20, seed=4) for _ in range(2))
    other = draw_scores(table, draws=20, seed=5)

    np.testing.assert_array_equal(first.scores, second.scores)
    assert not np.array_equal(first.scores, other.scores)


def test_draws_spread_as_sets_of_other_images_do():
    """The standard deviation of AP50 over 60 sets, and of draws from six of them.

    The first has a relative standard error of 1 / sqrt(2 * 59), 9 %, and so has each of the six.
    """
    sets = [match_boxes(draw_detections(seed, images=100)) for seed in range(60)]
    spread = np.std([score_detections(table).ap50 for table in sets], ddof=1)

    drawn = np.mean([np.std(draw_scores(t, draws=60).scores[:, 1]) for t in sets[:6]])

    assert 0.7 < drawn / spread < 1.4


def test_intervals_hold_the_middle_of_the_draws():
    table = match_boxes(draw_detections(2, images=60))
    drawn = draw_scores(table, draws=100)
    scores = score_detections(table)

    low, high = drawn.interval("ap50")
    assert low < scores.ap50 < high
    assert drawn.interval("ap50", 0.5)[0] > low
    low, high = drawn.class_interval("class 001")
    assert 0 <= low < high <= 1


def test_a_class_without_true_boxes_has_no_interval():
    detections = draw_detections(3, crowds=1.0)
    drawn = draw_scores(match_boxes(detections), draws=3)

    assert drawn.interval("ap") is None
    assert drawn.class_interval("class 000") is None


def test_no_images_have_no_interval():
    assert draw_scores(merge_tables([]), draws=3).interval("ap") is None


def test_the_middle_of_numbers_leaves_out_those_that_are_missing():
    assert middle_of(np.array([np.nan, *range(101)]), 0.9) == pytest.approx((5, 95))
