import re
from dataclasses import replace

import pytest

from reports.findings.model_quality.detection import WorstImage
from reports.findings.model_quality.quality import QualityBasis
from reports.words.of_quality.detectors import (
    boxes_counted,
    cut_words,
    fallen_class_words,
    worst_image_words,
)
from reports.words.of_quality.one_test import one_test_words
from reports.words.of_quality.scores import measure_words
from reports.words.of_quality.sentences import quality_headline, quality_summary
from tests.support import detector_findings as examples
from tests.support.detector_qualities import (
    box_labels,
    confidences,
    detected_class,
    fallen_detector,
    right_detector,
)


def test_headlines_of_detectors_are_about_labelled_images() -> None:
    said = {one.__name__: one().model_quality for one in examples.DETECTOR_EXAMPLES}
    headlines = {name: quality_headline(quality) for name, quality in said.items() if quality}

    assert headlines["detector_still_right"] == (
        "AP50 0.83 ± 0.04 on 280 labelled images, 0.84 before"
    )
    assert headlines["detector_worse_with_drift"] == (
        "AP50 fell from 0.84 to 0.55 ± 0.08 on 280 labelled images since 8 Mar"
    )
    assert headlines["detector_few_labels"] == (
        "12 of 4,200 images labelled so far; 50 labelled images are needed"
    )
    assert headlines["detector_other_classes"] == (
        "labels name other classes than the model: dog, cat against 17, 18"
    )
    assert headlines["detector_without_true_boxes"] == (
        "no true box is in the 280 labelled images of 8 to 14 Mar 2025"
    )


def test_no_sentence_of_a_detector_speaks_of_predictions_or_accuracy() -> None:
    for example in examples.DETECTOR_EXAMPLES:
        quality = example().model_quality
        assert quality is not None
        said = f"{quality_headline(quality)} {quality_summary(quality)} {one_test_words(quality)}"
        assert not re.search(r"prediction|accuracy|\d labels?\b", said), example.__name__


def test_one_measure_has_one_name() -> None:
    unknown = examples.detector_few_labels().model_quality
    assert unknown is not None

    assert measure_words(unknown) == measure_words(right_detector()) == "AP50"
    assert one_test_words(right_detector()).startswith("One test, of AP50: ")


def test_summaries_of_detectors_name_both_stretches() -> None:
    said = quality_summary(fallen_detector())

    assert said.startswith(
        "AP50 is 0.55 ± 0.08 on 280 labelled images of 8 to 14 Mar 2025; it was 0.84 on 920 "
        "labelled images of 15 Feb to 7 Mar 2025. The drop of 0.29 ± 0.09 is more than what the "
        "number of labelled images"
    )


def test_a_detector_is_compared_with_its_reference() -> None:
    quality = replace(
        examples.with_detection(right_detector(), before=None),
        basis=QualityBasis.REFERENCE,
        before=None,
    )

    assert quality_headline(quality).endswith("on 280 labelled images, 0.86 in the reference")


def test_a_detector_without_labels_of_before_says_so() -> None:
    quality = replace(
        examples.with_detection(right_detector(), before=None, reference=None),
        basis=None,
        before=None,
        reference=None,
        drop=None,
    )

    assert quality_summary(quality).endswith(
        "There are no earlier labelled images to compare it with yet."
    )


def test_few_labelled_images_on_whole_days_are_told() -> None:
    quality = examples.detector_few_labels().model_quality
    assert quality is not None
    many = replace(quality, labels=box_labels(used=60))

    assert quality_headline(many) == (
        "60 of 4,200 images labelled so far, 0 on whole days; 50 labelled images on whole days are "
        "needed"
    )


@pytest.mark.parametrize(
    ("true", "found", "strangers", "words"),
    [
        (1, 0, 0, "the true box is missed"),
        (1, 1, 3, "the true box is found; 3 predicted boxes match none"),
        (3, 0, 1, "none of 3 true boxes found; 1 predicted box matches none"),
        (3, 2, 0, "2 of 3 true boxes found"),
        (0, 0, 4, "no true box; 4 predicted boxes match none"),
    ],
)
def test_an_image_is_told_by_what_was_found(
    true: int, found: int, strangers: int, words: str
) -> None:
    image = WorstImage(
        image="a.jpg",
        id="a",
        timestamp="",
        true_boxes=true,
        found=found,
        missed=true - found,
        strangers=strangers,
        f1=0.0,
    )

    assert worst_image_words(image) == words


def test_boxes_are_counted_in_words() -> None:
    assert boxes_counted(1) == "1 box"
    assert boxes_counted(2_000, "true") == "2,000 true boxes"


def test_a_class_without_a_score_of_before_has_none() -> None:
    assert fallen_class_words(detected_class("dog", 30, 0.5)) == "AP50 0.50"
    assert (
        fallen_class_words(detected_class("dog", 30, 0.5, before=0.9)) == "AP50 0.50, 0.90 before"
    )


def test_the_same_cut_on_both_sides_is_told_once() -> None:
    cut = confidences(980, 0.8, cut=0.5)

    assert "Before" not in cut_words(cut, cut)
    assert "those below 0.3 were" in cut_words(cut, confidences(980, 0.8, cut=0.3))
    assert cut_words(None, None) == cut_words(confidences(9, 0.8), confidences(9, 0.8)) == ""
