"""What a history row keeps of a detector, and how it is read again."""

import json
from collections.abc import Callable

import pytest

from reports.findings.run import RunFindings
from reports.history.history import history_bytes, history_row
from reports.history.parsing import parse_history_row
from reports.history.run_detector import (
    MOST_CLASSES,
    MOST_FALLEN,
    DetectorOfRun,
    classes_that_fell,
    detector_of_run,
)
from tests.support import quality_findings
from tests.support.detector_findings import (
    DETECTOR_EXAMPLES,
    detector_eighty_classes,
    detector_few_labels,
    detector_worse_with_drift,
)


@pytest.mark.parametrize("example", DETECTOR_EXAMPLES, ids=lambda one: one.__name__)
def test_a_row_reads_back_as_it_was_written(example: Callable[[], RunFindings]) -> None:
    row = history_row(example())

    assert parse_history_row(history_bytes(row)) == row


def test_a_row_keeps_what_the_index_draws() -> None:
    quality = history_row(detector_worse_with_drift()).model_quality
    assert quality is not None
    found = quality.detector
    assert found is not None
    assert found.ap75 is not None

    assert quality.measure == "ap50"
    assert quality.score is not None
    assert quality.score.value == 0.55
    assert (found.lowest, found.mean, found.highest) == (0.051, 0.75, 0.992)
    assert (found.newest_mean, found.before_mean) == (0.76, 0.8)
    assert (found.images, found.boxes) == (980, 3920)
    assert found.fallen[:2] == ("person", "dog")
    assert found.classes["traffic light"] == pytest.approx(0.2475)


def test_a_detector_that_nothing_is_known_of_is_one_all_the_same() -> None:
    quality = history_row(detector_few_labels()).model_quality
    assert quality is not None

    assert quality.measure == "ap50"
    assert quality.kind == "detector"


def test_a_row_of_eighty_classes_is_small() -> None:
    run = detector_eighty_classes()
    assert run.model_quality is not None
    found = detector_of_run(run.model_quality.detection)
    assert found is not None

    assert len(found.classes) <= MOST_CLASSES + MOST_FALLEN
    assert len(found.fallen) == MOST_FALLEN


def test_a_row_of_a_classifier_is_what_it_was() -> None:
    row = history_row(quality_findings.worse_with_drift())

    assert "detector" not in json.loads(history_bytes(row))["model_quality"]
    assert parse_history_row(history_bytes(row)) == row


def test_a_row_without_the_keys_of_detectors_is_read() -> None:
    document = json.loads(history_bytes(history_row(detector_worse_with_drift())))
    document["model_quality"]["detector"] = {}
    row = parse_history_row(json.dumps(document).encode())

    assert row.model_quality is not None
    assert row.model_quality.detector == DetectorOfRun()


@pytest.mark.parametrize("broken", [{"ap": {"low": 1}}, {"classes": {"dog": "x"}}, {"mean": "x"}])
def test_a_broken_detector_is_told(broken: dict[str, object]) -> None:
    document = json.loads(history_bytes(history_row(detector_worse_with_drift())))
    document["model_quality"]["detector"] = broken

    with pytest.raises(ValueError, match=r"value|x"):
        parse_history_row(json.dumps(document).encode())


def test_the_classes_that_cost_most_boxes_fell_most() -> None:
    run = detector_worse_with_drift()
    assert run.model_quality is not None
    assert run.model_quality.detection is not None
    fallen = classes_that_fell(run.model_quality.detection.classes)

    assert [one.name for one in fallen] == ["person", "dog", "traffic light", "car", "bicycle"]
