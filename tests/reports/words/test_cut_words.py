"""What is said of scores that were cut, and of stretches that were cut otherwise."""

from reports.findings.model_quality.detection import BoxConfidences
from reports.words.of_quality.detectors import cut_words


def scores(lowest, cut=None, boxes=500):
    return BoxConfidences(images=boxes, boxes=boxes, lowest=lowest, mean=0.8, highest=0.99, cut=cut)


def test_few_boxes_above_the_cut_of_the_days_before_are_cut_there_too():
    said = cut_words(scores(0.501, boxes=51), scores(0.5, cut=0.5))
    assert said.startswith("No box has a score below 0.5,")
    assert "Before" not in said


def test_few_boxes_that_begin_well_above_the_cut_of_before_are_not_told():
    assert cut_words(scores(0.15, boxes=51), scores(0.09, cut=0.09)) == ""


def test_lower_scores_than_before_are_told():
    said = cut_words(scores(0.02), scores(0.5, cut=0.5))
    assert said.startswith("Boxes with a score below 0.5 were left out before, and are not any")


def test_a_new_cut_is_told_beside_scores_that_were_lower_before():
    said = cut_words(scores(0.5, cut=0.5), scores(0.03))
    assert "Before, none were left out" in said
