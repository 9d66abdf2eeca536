"""The numbers of a detector's quality: those of the report, and none in another job."""

import dataclasses

import pytest

from reports.findings.model_quality.detection import BoxConfidences
from reports.findings.model_quality.quality import QualityState
from reports.findings.model_quality.scores import Estimate
from reports.metrics.of_model.detector_catalogue import DETECTOR_METRICS
from reports.metrics.of_model.known_samples import MOST_CLASSES
from reports.metrics.of_model.quality_samples import quality_samples
from reports.metrics.samples import samples_of
from tests.support import findings as examples
from tests.support.detected_runs import box_class, detected_run, detection, detector_quality
from tests.support.labelled_runs import labelled_run

OF_DETECTORS = {metric.name for metric in DETECTOR_METRICS}
OF_CLASSES = "image_drift_detector_class_score"
DROPPED = QualityState.DROPPED


def values(quality):
    return {
        (sample.metric.name, *sample.labels[1:]): sample.value
        for sample in quality_samples("dogs", quality)
    }


def names(samples):
    return {sample.metric.name for sample in samples}


@pytest.mark.parametrize("state", QualityState)
def test_a_classifier_has_none_of_them(state):
    assert not names(samples_of(labelled_run(examples.steady(), state))) & OF_DETECTORS


def test_the_state_and_the_drop_are_told_of_ap50():
    found = values(detector_quality(DROPPED))
    assert found["image_drift_model_state", "dropped"] == 1
    assert found["image_drift_model_score", "ap50"] == 0.55
    assert found["image_drift_model_score_low", "ap50"] == pytest.approx(0.47)
    assert found["image_drift_model_score_before", "ap50"] == 0.84
    assert found["image_drift_model_score_drop", "ap50"] == pytest.approx(0.29)
    without_drop = values(dataclasses.replace(detector_quality(DROPPED), drop=None))
    assert without_drop["image_drift_model_score", "ap50"] == 0.55


@pytest.mark.parametrize("stretch", ["window", "newest"])
@pytest.mark.parametrize("measure", ["ap", "ap50", "ap75", "ar1", "ar10", "ar100", "mean_iou"])
def test_every_score_is_there_with_its_interval(stretch, measure):
    quality = detector_quality(DROPPED)
    found = values(quality)
    expected = getattr(getattr(quality.detection, stretch), measure)
    assert found["image_drift_detector_score", stretch, measure] == expected.value
    assert found["image_drift_detector_score_low", stretch, measure] == expected.low
    assert found["image_drift_detector_score_high", stretch, measure] == expected.high


def test_boxes_their_scores_and_labelled_images_are_counted():
    found = values(detector_quality(DROPPED))
    expected = {
        ("image_drift_boxes", "window"): 5210,
        ("image_drift_boxes", "newest"): 4600,
        ("image_drift_box_confidence", "window", "lowest"): 0.5,
        ("image_drift_box_confidence", "window", "mean"): 0.76,
        ("image_drift_box_confidence", "window", "highest"): 0.997,
        ("image_drift_box_confidence_cut", "window"): 0.5,
        ("image_drift_true_boxes", "window"): 612,
        ("image_drift_boxes_left_out",): 7,
        ("image_drift_predictions_labelled", "window"): 204,
        ("image_drift_predictions", "window"): 1400,
        ("image_drift_predictions_labelled_share", "newest"): 0.25,
    }
    assert {key: found[key] for key in expected} == expected
    # Where no cut shows, there is none.
    assert ("image_drift_box_confidence_cut", "newest") not in found


def test_a_class_without_a_true_box_has_no_sample():
    found = values(detector_quality(DROPPED))
    classes = {key[1:]: value for key, value in found.items() if key[0] == OF_CLASSES}
    expected = {"person": 0.82, "truck": 0.31, "bus": 0.48}
    assert classes == {("ap50", name): value for name, value in expected.items()}


@pytest.mark.parametrize(("classes", "shown"), [(MOST_CLASSES, MOST_CLASSES), (51, 0)])
def test_ap50_of_many_classes_makes_no_series(classes, shown):
    many = tuple(box_class(f"class {number}", 0.9) for number in range(classes))
    found = values(detector_quality(DROPPED, detection=detection(0.5, classes=many)))
    assert len([key for key in found if key[0] == OF_CLASSES]) == shown


def test_what_is_not_known_has_no_sample():
    few = detector_quality(QualityState.UNKNOWN)
    found = values(few)
    assert ("image_drift_predictions_labelled", "window") in found
    assert not [key for key in found if "score" in key[0] or "class" in key[0]]
    assert found["image_drift_box_confidence", "window", "mean"] == 0.76
    silent = dataclasses.replace(
        few.detection, window_confidences=BoxConfidences(images=0, boxes=0)
    )
    nothing = values(dataclasses.replace(few, detection=silent))
    assert nothing["image_drift_boxes", "window"] == 0
    assert not [key for key in nothing if key[0].startswith("image_drift_box_confidence")]
    odd = dataclasses.replace(
        few.detection.window, ap50=Estimate(value=0.5, low=float("nan"), high=None)
    )
    ends = values(dataclasses.replace(few, detection=dataclasses.replace(silent, window=odd)))
    assert ends["image_drift_detector_score", "window", "ap50"] == 0.5
    assert ("image_drift_detector_score_low", "window", "ap50") not in ends
    assert ("image_drift_detector_score_high", "window", "ap50") not in ends


def test_classes_from_outside_make_labels_that_differ_and_can_be_printed():
    classes = tuple(box_class(name, 0.5) for name in examples.HOSTILE_LABELS)
    run = detected_run(examples.hostile(), DROPPED, detection=detection(0.5, classes=classes))
    samples = samples_of(run)
    keys = [(sample.metric.name, sample.labels) for sample in samples]
    assert len(set(keys)) == len(keys)
    assert names(samples) >= OF_DETECTORS
    assert all(text.isprintable() for sample in samples for text in sample.labels)
