"""Which classes of boxes may have another name on the other side."""

import pytest

from reports.words.of_quality.box_classes import names_apart
from tests.support.detected_runs import box_class, detection


def apart(*classes):
    return names_apart(detection(0.5, classes=classes))


def only_true(name, boxes, *, known=False):
    return box_class(name, 0.0, true_boxes=boxes, predicted_boxes=0, known=known)


def only_predicted(name, boxes):
    return box_class(name, None, true_boxes=0, predicted_boxes=boxes)


def test_a_class_the_model_never_predicts_beside_one_no_label_names_is_told_with_the_key():
    said = apart(only_true("lorry", 60), only_predicted("truck", 58), box_class("bus", 0.8))
    assert said == (
        'Labels name "lorry" (60 boxes), which the model never predicts; the model predicts '
        '"truck" (58 boxes), which no label names. Where these mean the same, AP50 is too low: '
        'name the model\'s class in the job file, such as labels.classes = { "lorry" = "truck" }.'
    )


def test_a_class_that_the_model_predicted_before_was_renamed_by_a_new_version():
    said = apart(only_true("truck", 60, known=True), only_predicted("lorry", 58))
    assert 'which the model no longer predicts; the model predicts "lorry"' in said
    assert "a new version of the model" in said
    # For days before that version it would be wrong.
    assert "labels.classes" not in said


@pytest.mark.parametrize(
    "classes",
    [
        (),
        (only_true("lorry", 60), box_class("bus", 0.8)),
        (only_predicted("truck", 60), box_class("bus", 0.8)),
        # By chance a rare class is met on one side alone.
        (only_true("lorry", 60), only_predicted("truck", 9)),
        (only_true("lorry", 9), only_predicted("truck", 60)),
    ],
)
def test_classes_that_are_rare_or_without_a_counterpart_are_no_renamed_ones(classes):
    assert apart(*classes) == ""


def test_of_many_classes_the_most_frequent_are_named_and_the_others_counted():
    said = apart(
        *(only_true(f"t{number}", 10 + number) for number in range(5)), only_predicted("x" * 99, 11)
    )
    assert '"t4" (14 boxes), "t3" (13 boxes), "t2" (12 boxes) and 2 more' in said
    assert len(said) < 500
