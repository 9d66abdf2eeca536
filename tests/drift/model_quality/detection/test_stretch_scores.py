"""The scores of stretches of time, as the report has them."""

from dataclasses import replace

import numpy as np
import pytest

from drift.model_quality.detection.bootstrap import draw_scores
from drift.model_quality.detection.match_table import merge_tables
from drift.model_quality.detection.matching import match_boxes
from drift.model_quality.detection.scores import score_detections
from drift.model_quality.detection.stretch_scores import (
    box_confidences,
    detector_scores,
    merged_sums,
)
from drift.model_quality.detection.sums import ConfidenceSums, DetectorSums
from reports.findings.model_quality.scores import Estimate
from tests.support.detections import chosen_images, draw_detections


def test_scores_are_those_of_the_table_with_the_intervals_of_its_draws():
    table = match_boxes(draw_detections(3))
    scores, classes = detector_scores(table, 90)
    found, drawn = score_detections(table), draw_scores(table)
    assert (scores.labelled, scores.predictions) == (40, 90)
    assert scores.true_boxes == found.truths
    low, high = drawn.interval("ap50")
    assert scores.ap50 == Estimate(
        value=found.ap50, low=min(low, found.ap50), high=max(high, found.ap50)
    )
    assert scores.mean_iou.value == found.mean_overlap
    assert [one.true_boxes for one in classes] == sorted(
        (one.truths for one in found.classes), reverse=True
    )
    by_name = {one.name: one for one in found.classes}
    for one in classes:
        assert one.ap50.value == by_name[one.name].ap50
        assert one.ap50.low <= one.ap50.value <= one.ap50.high


def test_days_scored_together_are_scored_as_all_images_at_once():
    detections = draw_detections(5, images=60)
    days = [
        match_boxes(chosen_images(detections, part)) for part in np.split(np.arange(60), [11, 35])
    ]
    assert detector_scores(merge_tables(days), 60) == detector_scores(match_boxes(detections), 60)


def test_one_image_has_scores_and_no_interval():
    table = match_boxes(chosen_images(draw_detections(5, images=60), np.array([0])))
    scores, classes = detector_scores(table, 1)
    assert scores.ap50.low is None
    assert all(one.ap50 is None or one.ap50.low is None for one in classes)


def test_no_image_has_no_score():
    scores, classes = detector_scores(merge_tables([]), 7)
    assert (scores.labelled, scores.predictions, scores.ap50) == (0, 7, None)
    assert classes == ()


def test_predictions_left_out_of_an_image_are_predicted_boxes():
    table = replace(match_boxes(draw_detections(3)), left_out=5)
    scores, classes = detector_scores(table, 40, draws=0)
    assert scores.predicted_boxes == len(table) + 5
    assert sum(one.predicted_boxes for one in classes) == len(table)


def test_confidences_of_days_are_put_together():
    empty = DetectorSums(predictions=3, confidences=ConfidenceSums(), table=merge_tables([]))
    one = replace(
        empty,
        predictions=2,
        confidences=ConfidenceSums(count=4, total=2.0, lowest=0.2, highest=0.9),
    )
    other = replace(
        empty,
        confidences=ConfidenceSums(count=1, total=0.1, lowest=0.1, highest=0.1),
    )
    said = box_confidences(merged_sums([one, empty, other]), 0.1)
    assert (said.images, said.boxes, said.lowest, said.highest) == (8, 5, 0.1, 0.9)
    assert said.mean == pytest.approx(0.42)
    assert box_confidences(empty, None).mean is None
