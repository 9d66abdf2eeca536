import numpy as np
import pytest

from drift.model_quality.detection.image_scores import best_cut, score_images
from drift.model_quality.detection.matching import match_boxes
from tests.support.detections import detections_of, draw_detections

BOX, FAR = (0, 0, 10, 10), (50, 50, 60, 60)


def test_each_image_is_scored_by_what_was_found_missed_and_strange():
    table = match_boxes(
        detections_of(
            [(0, 0, BOX, 0.9), (1, 0, BOX, 0.9), (1, 0, FAR, 0.8), (3, 0, BOX, 0.7)],
            [(0, 0, BOX), (1, 0, BOX), (2, 0, BOX)],
            images=5,
        )
    )
    scores = score_images(table, cut=0.0)

    assert scores.truths.tolist() == [1, 1, 1, 0, 0]
    assert scores.found.tolist() == [1, 1, 0, 0, 0]
    assert scores.missed.tolist() == [0, 0, 1, 0, 0]
    assert scores.strangers.tolist() == [0, 1, 0, 1, 0]
    assert scores.f1.tolist() == pytest.approx([1, 2 / 3, 0, 0, np.nan], nan_ok=True)
    assert scores.worst(10).tolist() == [2, 3, 1]
    assert scores.worst(1).tolist() == [2]


def test_of_images_without_anything_found_the_one_with_more_errors_is_worse():
    table = match_boxes(detections_of([], [(0, 0, BOX), (1, 0, BOX), (1, 0, FAR)], images=2))

    assert score_images(table).worst(2).tolist() == [1, 0]


def test_predictions_below_the_cut_are_left_out():
    table = match_boxes(detections_of([(0, 0, FAR, 0.1), (0, 0, BOX, 0.6)], [(0, 0, BOX)]))

    assert score_images(table, cut=0.5).strangers.tolist() == [0]
    assert score_images(table, cut=0.05).strangers.tolist() == [1]
    assert score_images(table).cut == 0.6


@pytest.mark.parametrize("seed", range(5))
def test_the_best_cut_has_the_highest_f1_of_all_scores(seed):
    table = match_boxes(draw_detections(seed, scores=12))

    def f1(cut):
        scores = score_images(table, cut)
        found = scores.found.sum()
        return 2 * found / (scores.truths.sum() + found + scores.strangers.sum())

    assert f1(best_cut(table)) == max(f1(cut) for cut in np.unique(table.score))


def test_crowds_are_neither_missed_nor_strange():
    table = match_boxes(draw_detections(6, crowds=1.0))
    scores = score_images(table, cut=0.0)

    assert scores.truths.sum() == scores.found.sum() == 0
    assert scores.strangers.sum() < len(table)


def test_without_predictions_nothing_is_cut():
    table = match_boxes(detections_of([], [(0, 0, BOX)]))

    assert best_cut(table) == 0
    assert score_images(table).missed.tolist() == [1]
