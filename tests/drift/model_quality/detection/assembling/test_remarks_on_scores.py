"""What is said of scores that were cut, and of stretches that were cut otherwise."""

from drift.model_quality.detection.assembling.remarks import remarks_on_scores
from reports.findings.model_quality.detection import BoxConfidences


def scores(lowest, cut=None, boxes=500):
    return BoxConfidences(images=boxes, boxes=boxes, lowest=lowest, mean=0.8, highest=0.99, cut=cut)


def test_few_boxes_above_the_cut_of_the_days_before_reach_no_further_down():
    (said,) = remarks_on_scores(scores(0.501, boxes=51), scores(0.5, cut=0.5))
    assert said.startswith("No box has a score below 0.5,")


def test_few_boxes_that_begin_well_above_the_cut_of_before_are_no_remark():
    assert list(remarks_on_scores(scores(0.15, boxes=51), scores(0.09, cut=0.09))) == []


def test_lower_scores_than_before_are_said_with_the_lowest():
    (said,) = remarks_on_scores(scores(0.021), scores(0.5, cut=0.5))
    assert said.startswith("Scores reach down to 0.021; before, from 0.5 on.")


def test_a_cut_that_is_new_is_said_beside_what_it_does_to_average_precision():
    cut, other = remarks_on_scores(scores(0.5, cut=0.5), scores(0.03))
    assert cut.startswith("No box has a score below 0.5,")
    assert other.startswith("Scores reach from 0.5 on; before, down to 0.03.")


def test_scores_that_nobody_cut_are_no_remark():
    assert list(remarks_on_scores(scores(0.03), scores(0.02))) == []
    assert list(remarks_on_scores(scores(0.03), None)) == []
    assert list(remarks_on_scores(scores(None), scores(None))) == []
