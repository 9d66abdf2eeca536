"""What the model said, compared unit by unit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drift.comparison.compare import Comparison, compare, would_alarm
from jobs.job_file.job import DetectionSettings
from reports.findings.answers import State
from reports.findings.columns import Finding
from reports.findings.remarks import RemarkWeight
from tests.support.said import Boxes, lined_up_predictions, one_each, said

SETTINGS = DetectionSettings()
CLASSES = ("person", "car", "dog")


def compared(reference, current) -> Comparison:
    return compare(lined_up_predictions(reference, current), SETTINGS)


def finding(comparison: Comparison, name: str = "prediction") -> Finding:
    return next(one for one in comparison.predictions if one.name == name)


def detections(generator: np.random.Generator, images: int, start: str) -> Boxes:
    """Return boxes of images, each image with a liking of its own for some class and score."""
    boxes = {}
    for image in range(images):
        number = int(generator.integers(1, 9))
        liking = generator.dirichlet(np.ones(len(CLASSES)))
        picked = generator.choice(len(CLASSES), size=number, p=liking)
        scores = generator.beta(6, 2, size=number) * generator.uniform(0.7, 1)
        boxes[f"{start}{image}"] = [
            (CLASSES[one], round(float(score), 3))
            for one, score in zip(picked, scores, strict=True)
        ]
    return boxes


def test_a_class_counts_by_its_share_within_the_unit_and_a_number_by_its_mean():
    reference = said({"a": [("cat", 0.2), ("cat", 0.4), ("dog", 0.9)], "b": [("dog", 0.7)]})
    found = compared(reference, one_each(["cat", "dog", "dog"]))
    shares = {one.name: one.reference_share for one in finding(found).categories}
    assert shares == pytest.approx({"cat": 1 / 3, "dog": 2 / 3})
    counts = {one.name: (one.reference, one.current) for one in finding(found).categories}
    assert counts == {"cat": (1, 1), "dog": (1, 2)}
    confidence = finding(found, "confidence")
    assert confidence.reference.mean == pytest.approx((0.5 + 0.7) / 2)
    assert (confidence.reference.count, confidence.current.count) == (2, 3)


def test_the_order_of_an_images_boxes_changes_nothing():
    generator = np.random.default_rng(3)
    reference, window = detections(generator, 90, "r"), detections(generator, 80, "w")
    by_score = {
        image: sorted(boxes, key=lambda box: (box[0] != "person", -box[1]))
        for image, boxes in window.items()
    }
    assert by_score != window
    assert compared(said(reference), said(window)) == compared(said(reference), said(by_score))


def test_a_class_that_moves_within_images_is_drift():
    generator = np.random.default_rng(3)
    reference, window = detections(generator, 150, "r"), detections(generator, 150, "w")
    fewer = {
        image: [("car" if one == "person" else one, score) for one, score in boxes]
        for image, boxes in window.items()
    }
    assert finding(compared(said(reference), said(fewer))).state is State.DRIFT


@pytest.mark.no_cover
def test_images_of_many_boxes_are_no_false_alarm():
    """At a nominal 5 %, 200 runs give more than 21 alarms with a chance of 0.04 % (binomial)."""
    lenient = DetectionSettings(false_alarm_rate=0.05)
    alarms = 0
    for seed in range(200):
        generator = np.random.default_rng(seed)
        sides = (said(detections(generator, 40, start)) for start in "rw")
        alarms += would_alarm(lined_up_predictions(*sides), lenient)
    assert alarms <= 21


@settings(max_examples=60)
@given(
    reference=st.lists(st.integers(0, 40), min_size=1, max_size=40),
    current=st.lists(st.integers(0, 40), min_size=1, max_size=40),
    repeats=st.integers(1, 8),
    missing=st.booleans(),
)
def test_no_shape_of_class_frequencies_stops_a_comparison(reference, current, repeats, missing):
    sides = [
        one_each([None if missing and one == 0 else f"class {one}" for one in side * repeats])
        for side in (reference, current)
    ]
    lined_up = lined_up_predictions(*sides)
    prediction = finding(compare(lined_up, SETTINGS))
    assert prediction.p_value is not None or prediction.note
    would_alarm(lined_up, SETTINGS)


def test_a_thousand_rare_classes_are_too_rare_and_the_rest_is_judged():
    found = compared(
        one_each([f"n{number:08}" for number in range(200)]),
        one_each([f"n{number:08}" for number in range(150, 350)]),
    )
    prediction = finding(found)
    assert prediction.state is State.INCONCLUSIVE
    assert "too rare to be compared, each: 350 classes in 400 values" in prediction.note
    (remark,) = found.remarks
    assert (remark.code, remark.weight) == ("classes_too_rare", RemarkWeight.NOTE)


def test_sides_without_a_class_in_common_are_a_question():
    found = compared(one_each(["0"] * 30 + ["1"] * 30), one_each(["cat"] * 30 + ["dog"] * 30))
    prediction = finding(found)
    assert prediction.state is State.INCONCLUSIVE
    assert prediction.p_value is None
    (remark,) = found.remarks
    assert (remark.code, remark.weight) == ("no_class_in_common", RemarkWeight.NOT_STEADY)
    assert "the reference has '0' and '1', the window 'cat' and 'dog'" in remark.text


def test_a_few_new_classes_beside_known_ones_are_drift_as_before():
    found = compared(one_each(["cat"] * 60), one_each(["cat"] * 20 + ["dingo"] * 40))
    assert finding(found).state is State.DRIFT
    assert "New: dingo." in finding(found).note
    assert not found.remarks


def test_a_renaming_alone_is_no_drift_and_is_said():
    found = compared(
        one_each(["tabby cat"] * 100 + ["dog"] * 100),
        one_each(["tabby_cat"] * 98 + ["dog"] * 102),
    )
    prediction = finding(found)
    assert prediction.state is State.STEADY
    assert prediction.renamed == {"tabby_cat": "tabby cat"}
    assert "New: tabby_cat. Not in this window: tabby cat. Likely a renaming" in prediction.note
    (remark,) = found.remarks
    assert (remark.code, remark.weight) == ("classes_renamed", RemarkWeight.NOT_STEADY)


def test_what_moves_beside_a_renaming_is_drift():
    found = compared(
        one_each(["tabby cat"] * 100 + ["dog"] * 100),
        one_each(["tabby_cat"] * 20 + ["dog"] * 180),
    )
    assert finding(found).state is State.DRIFT
    assert finding(found).effect == pytest.approx(0.4)


def test_classes_of_an_old_profile_are_compared_in_one_form():
    found = compared(one_each(["2.0"] * 60 + ["tensor([1])"] * 60), one_each(["2", "1"] * 60))
    assert [one.name for one in finding(found).categories] == ["1", "2"]
    assert finding(found).state is State.STEADY
    assert finding(found).effect == 0
