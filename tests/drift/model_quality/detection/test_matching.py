from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.model_quality.detection import matching
from drift.model_quality.detection.boxes import overlaps
from drift.model_quality.detection.matching import match_boxes
from drift.model_quality.detection.scores import SUMMARY, score_detections
from tests.support.detections import (
    chosen_boxes,
    chosen_images,
    detections_of,
    draw_detections,
)

BOX = (0, 0, 10, 10)
SEEDS = st.integers(0, 2**32 - 1)


def summary(detections):
    scores = score_detections(match_boxes(detections))
    return [getattr(scores, name) for name in SUMMARY]


@given(seed=SEEDS)
def test_the_order_of_images_is_irrelevant_where_scores_differ(seed):
    detections = draw_detections(seed, images=12)
    order = np.random.default_rng(seed).permutation(12)

    assert summary(chosen_images(detections, order)) == pytest.approx(summary(detections))


@given(seed=SEEDS)
def test_the_order_of_boxes_is_irrelevant_where_scores_and_overlaps_differ(seed):
    detections = draw_detections(seed, images=8, whole=False)
    random = np.random.default_rng(seed)
    shuffled = replace(
        detections,
        detected=chosen_boxes(detections.detected, random.permutation(len(detections.detected))),
        true=chosen_boxes(detections.true, random.permutation(len(detections.true))),
    )

    assert summary(shuffled) == pytest.approx(summary(detections))


@given(seed=SEEDS)
def test_perfect_predictions_score_1(seed):
    detections = draw_detections(seed, images=8, crowds=0)
    true = detections.true
    perfect = replace(
        detections,
        detected=replace(
            detections.detected,
            image=true.image,
            class_code=true.class_code,
            corners=true.corners,
            score=np.full(len(true), 0.5),
        ),
    )
    scores = score_detections(match_boxes(perfect))

    expected = 1.0 if len(true) else None
    assert [scores.ap, scores.ap50, scores.ap75, scores.mean_overlap] == [expected] * 4
    assert scores.ar100 == (pytest.approx(1.0) if len(true) else None)


@given(seed=SEEDS)
def test_the_number_of_pairs_at_once_is_irrelevant(seed):
    detections = draw_detections(seed, images=6, scores=5)
    whole = match_boxes(detections)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching, "_PAIRS_AT_ONCE", 3)
        parts = match_boxes(detections)

    for name in whole.__slots__:
        np.testing.assert_array_equal(getattr(whole, name), getattr(parts, name))


def test_a_true_box_is_found_once():
    table = match_boxes(detections_of([(0, 0, BOX, 0.9), (0, 0, BOX, 0.8)], [(0, 0, BOX)]))

    assert [bin(hits).count("1") for hits in table.hits] == [10, 0]


def test_boxes_of_another_class_or_image_are_not_found():
    table = match_boxes(
        detections_of(
            [(0, 1, BOX, 0.9), (1, 0, BOX, 0.9)], [(0, 0, BOX)], images=2, classes=("a", "b")
        )
    )

    assert list(table.hits) == [0, 0]


def test_a_crowd_takes_any_number_of_predictions_and_none_counts():
    detections = detections_of(
        [(0, 0, (1, 1, 3, 3), 0.9), (0, 0, (5, 5, 8, 8), 0.8), (0, 0, (20, 20, 30, 30), 0.7)],
        [(0, 0, BOX)],
    )
    table = match_boxes(replace(detections, true=replace(detections.true, crowd=np.array([True]))))

    assert list(table.hits) == [0, 0, 0]
    assert list(table.ignored) == [1023, 1023, 0]
    assert len(table.truth_count) == 0


def test_predictions_beyond_the_hundredth_of_an_image_and_class_are_left_out():
    table = match_boxes(detections_of([(0, 0, BOX, i / 1000) for i in range(10_000)], []))

    assert len(table) == 100
    assert table.left_out == 9_900
    assert table.score.min() == 9.9


def test_without_boxes_there_are_no_scores():
    scores = score_detections(match_boxes(detections_of([], [], images=3)))

    assert [getattr(scores, name) for name in SUMMARY] == [None] * 7
    assert scores.images == 3
    assert scores.classes == ()


def test_without_images_and_classes_there_are_no_scores():
    scores = score_detections(match_boxes(detections_of([], [], images=0, classes=())))

    assert scores.ap is None


def test_true_boxes_without_predictions_score_0():
    scores = score_detections(match_boxes(detections_of([], [(0, 0, BOX)])))

    assert (scores.ap, scores.ar100, scores.mean_overlap, scores.truths) == (0, 0, None, 1)


def test_predictions_without_true_boxes_have_no_score_and_are_counted():
    scores = score_detections(match_boxes(detections_of([(0, 0, BOX, 0.5)], [])))

    assert scores.ap is None
    assert [(one.name, one.truths, one.predictions) for one in scores.classes] == [("a", 0, 1)]


def test_the_mean_overlap_is_of_what_was_found():
    scores = score_detections(
        match_boxes(
            detections_of(
                [(0, 0, (0, 0, 10, 8), 0.9), (1, 0, (0, 0, 10, 6), 0.8), (1, 0, (0, 0, 10, 1), 1)],
                [(0, 0, BOX), (1, 0, BOX)],
                images=2,
            )
        )
    )

    assert scores.mean_overlap == pytest.approx(0.7)


def test_overlaps_are_shares_of_the_union():
    detected = np.array([[0, 0, 10, 10], [0, 0, 10, 10], [0, 0, 10, 10], [5, 5, 5, 5]], float)
    true = np.array([[5, 0, 15, 10], [20, 20, 30, 30], [0, 0, 20, 20], [5, 5, 5, 5]], float)

    assert overlaps(detected, true, np.zeros(4, bool)) == pytest.approx([1 / 3, 0, 0.25, 0])
    assert overlaps(detected, true, np.ones(4, bool)) == pytest.approx([0.5, 0, 1, 0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"image": np.array([0, 3])}, "detected.image goes from 0 to 3. Expected 0 to 0"),
        ({"class_code": np.array([-1, 0])}, "detected.class_code goes from -1 to 0"),
        ({"score": np.array([0.5, np.nan])}, "score of box 1 is nan"),
        ({"score": np.array([1, 2])}, "score is int64 of shape"),
        ({"corners": np.array([[0, 0, 1, 1], [5, 5, 4, 6.0]])}, "box 1 is .*x0 <= x1"),
        ({"corners": np.zeros((2, 3))}, r"shape \(2, 3\). Expected float64 of shape \(2, 4\)"),
    ],
)
def test_arrays_that_are_no_boxes_are_refused(change, message):
    detections = detections_of([(0, 0, BOX, 0.9), (0, 0, BOX, 0.8)], [])

    with pytest.raises(ValueError, match=message):
        replace(detections, detected=replace(detections.detected, **change))


def test_classes_of_one_name_are_refused():
    with pytest.raises(ValueError, match="Expected each name once"):
        detections_of([], [], classes=("a", "a"))
