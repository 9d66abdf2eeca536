from dataclasses import replace

import numpy as np
import pytest

from benchmarks.detection_scores_parts.coco import evaluate_with_pycocotools
from drift.model_quality.detection.matching import ALL_AREAS, LARGE, MEDIUM, SMALL, match_boxes
from drift.model_quality.detection.scores import score_detections
from tests.support.detections import chosen_boxes, detections_of, draw_detections

SAME = 1e-9


def figures_of(detections):
    """The twelve of COCO."""
    every, small, medium, large = (
        score_detections(match_boxes(detections, areas))
        for areas in (ALL_AREAS, SMALL, MEDIUM, LARGE)
    )
    figures = [every.ap, every.ap50, every.ap75, small.ap, medium.ap, large.ap]
    figures += [every.ar1, every.ar10, every.ar100, small.ar100, medium.ar100, large.ar100]
    return [-1 if one is None else one for one in figures]


@pytest.mark.parametrize("classes", [1, 4, 30])
@pytest.mark.parametrize("scores", [None, 1, 7])
@pytest.mark.parametrize("whole", [True, False])
def test_drawn_sets_score_as_pycocotools_scores_them(classes, scores, whole):
    for seed in range(2):
        detections = draw_detections(seed, images=25, classes=classes, scores=scores, whole=whole)

        theirs = evaluate_with_pycocotools(detections)

        assert figures_of(detections) == pytest.approx(theirs.figures, abs=SAME)
        of_class = {one.name: one.ap for one in score_detections(match_boxes(detections)).classes}
        mine = [-1 if of_class.get(name) is None else of_class[name] for name in detections.classes]
        assert mine == pytest.approx(theirs.class_ap, abs=SAME)


def test_more_predictions_than_count_score_as_with_pycocotools():
    detections = draw_detections(3, images=3, classes=1, scores=50)
    many = np.random.default_rng(0).integers(0, len(detections.detected), 900)
    detections = replace(detections, detected=chosen_boxes(detections.detected, many))

    theirs = evaluate_with_pycocotools(detections)

    assert match_boxes(detections).left_out > 0
    assert figures_of(detections) == pytest.approx(theirs.figures, abs=SAME)


def test_only_crowds_score_as_with_pycocotools():
    detections = draw_detections(4, crowds=1.0)

    assert figures_of(detections) == [-1] * 12
    assert list(evaluate_with_pycocotools(detections).figures) == [-1] * 12


def test_thresholds_that_are_met_exactly_count_as_with_pycocotools():
    """Boxes of 100 x 100 pixels of which the predictions hold 50, 55, ... 95 rows, and all."""
    rows = np.arange(50, 105, 5)
    detections = detections_of(
        [(i, 0, (0, 0, 100, height), 0.5) for i, height in enumerate(rows)],
        [(i, 0, (0, 0, 100, 100)) for i in range(len(rows))],
        images=len(rows),
    )

    theirs = evaluate_with_pycocotools(detections)

    assert figures_of(detections) == pytest.approx(theirs.figures, abs=SAME)


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_true_boxes_that_overlap_alike_the_later_one_is_taken_as_with_pycocotools(turned):
    """The first prediction lies between both, the second one finds only one of them."""
    left, right = (0, 0, 10, 10), (4, 0, 14, 10)
    detections = detections_of(
        [(0, 0, (2, 0, 12, 10), 0.9), (0, 0, left, 0.8)],
        [(0, 0, box) for box in ((right, left) if turned else (left, right))],
    )

    theirs = evaluate_with_pycocotools(detections)

    assert figures_of(detections) == pytest.approx(theirs.figures, abs=SAME)
    assert score_detections(match_boxes(detections)).ar100 == pytest.approx(0.5 if turned else 0.7)


def test_areas_of_objects_that_are_smaller_than_their_boxes_count_as_with_pycocotools():
    detections = draw_detections(5)
    area = detections.true.area * np.random.default_rng(0).uniform(0.05, 1, len(detections.true))
    detections = replace(detections, true=replace(detections.true, area=area))

    theirs = evaluate_with_pycocotools(detections)

    assert figures_of(detections) == pytest.approx(theirs.figures, abs=SAME)
