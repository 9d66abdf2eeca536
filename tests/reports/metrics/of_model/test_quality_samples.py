"""The numbers of the model's quality: those of the report, none without labels, and never many."""

import dataclasses

import pytest

from reports.findings.model_quality.quality import QualityState
from reports.findings.model_quality.scores import Estimate
from reports.metrics.of_model.known_samples import MOST_CLASSES
from reports.metrics.of_model.quality_catalogue import QUALITY_METRICS
from reports.metrics.of_model.quality_samples import quality_samples
from reports.metrics.samples import samples_of
from tests.support import findings as examples
from tests.support.labelled_runs import class_score, labelled_run, model_quality

ACCURACY = {"measure": "accuracy"}
OF_MODEL = {metric.name for metric in QUALITY_METRICS}


def values(quality):
    return {
        (sample.metric.name, tuple(sample.labels[1:])): sample.value
        for sample in quality_samples("dogs", quality)
    }


def test_without_labels_there_is_nothing():
    assert not [one for one in samples_of(examples.drifted()) if one.metric.name in OF_MODEL]


@pytest.mark.parametrize("state", QualityState)
def test_exactly_one_state_is_set_and_it_is_the_runs(state):
    found = values(model_quality(state))
    states = {other: found["image_drift_model_state", (other,)] for other in QualityState}
    assert states == {other: float(other is state) for other in QualityState}


def test_the_numbers_are_those_of_the_report():
    quality = model_quality(QualityState.DROPPED)
    found = values(quality)
    expected = {
        "image_drift_model_score": 0.81,
        "image_drift_model_score_low": 0.79,
        "image_drift_model_score_high": 0.83,
        "image_drift_model_score_before": 0.93,
        "image_drift_model_score_drop": 0.12,
        "image_drift_model_drop_p_value": 0.0004,
    }
    for name, value in expected.items():
        assert found[name, ("accuracy",)] == pytest.approx(value)
    counts = {
        ("image_drift_predictions_labelled", "window"): 204,
        ("image_drift_predictions", "window"): 1400,
        ("image_drift_predictions_labelled", "newest"): 310,
        ("image_drift_predictions", "newest"): 1240,
    }
    for (name, stretch), value in counts.items():
        assert found[name, (stretch,)] == value
    assert found["image_drift_labels_left_out", ()] == 20
    # date --utc --date 2025-03-11T17:20:00Z +%s
    assert found["image_drift_newest_labelled_timestamp_seconds", ()] == 1741713600
    assert found["image_drift_model_class_recall", ("beagle",)] == 0.6


def test_what_is_not_known_has_no_sample():
    few = values(model_quality(QualityState.UNKNOWN))
    assert not [name for name, _labels in few if "score" in name or "recall" in name]
    assert few["image_drift_predictions_labelled", ("window",)] == 12
    assert ("image_drift_predictions_labelled", ("newest",)) not in few
    withheld = values(model_quality(QualityState.DROPPED))
    assert ("image_drift_model_estimated_score", ("accuracy",)) not in withheld
    stated = values(model_quality(QualityState.HOLDS))
    assert stated["image_drift_model_estimated_score", ("accuracy",)] == 0.9
    assert ("image_drift_model_class_recall", ("never seen",)) not in stated


def test_a_number_that_is_no_number_has_no_sample():
    run = model_quality(QualityState.HOLDS)
    scores = dataclasses.replace(
        run.newest.scores, accuracy=Estimate(value=0.9, low=float("nan"), high=None)
    )
    odd = dataclasses.replace(run, newest=dataclasses.replace(run.newest, scores=scores))
    names = {name for name, _labels in values(odd)}
    assert "image_drift_model_score" in names
    assert not {"image_drift_model_score_low", "image_drift_model_score_high"} & names


@pytest.mark.parametrize(("classes", "shown"), [(MOST_CLASSES, MOST_CLASSES), (51, 0), (1000, 0)])
def test_the_recall_of_many_classes_makes_no_series(classes, shown):
    many = tuple(class_score(f"class {number}", 0.9) for number in range(classes))
    found = values(model_quality(QualityState.HOLDS, classes=many))
    assert len([name for name, _ in found if name == "image_drift_model_class_recall"]) == shown


def test_classes_whose_cut_names_are_the_same_share_the_worse_recall():
    both = tuple(class_score("x" * 150 + end, recall) for end, recall in (("a", 0.4), ("b", 0.8)))
    found = values(model_quality(QualityState.HOLDS, classes=both))
    assert found["image_drift_model_class_recall", ("x" * 100,)] == 0.4


def test_labels_of_all_samples_differ_and_hold_nothing_unprintable():
    classes = tuple(class_score(name, 0.5) for name in examples.HOSTILE_LABELS)
    run = labelled_run(examples.hostile(), QualityState.DROPPED, classes=classes)
    samples = samples_of(run)
    keys = [(sample.metric.name, sample.labels) for sample in samples]
    assert len(set(keys)) == len(keys)
    assert all(text.isprintable() for sample in samples for text in sample.labels)
