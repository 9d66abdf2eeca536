"""Days that spell a class differently have one class once they are put together."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from drift.model_quality.detection.assembling.gathered import GatheredBoxes
from drift.model_quality.detection.assembling.one_spelling import in_one_spelling
from drift.model_quality.detection.boxes import DetectedBoxes, DetectionSet, TrueBoxes, areas_of
from drift.model_quality.detection.matching import match_boxes
from drift.model_quality.detection.scores import score_detections
from drift.model_quality.detection.stretch_scores import merged_sums
from drift.model_quality.detection.sums import ConfidenceSums, DetectorDay, DetectorSums
from jobs.job_file.job import Job
from jobs.times.windows import TimeWindow
from reports.findings.model_quality.detection import DetectedClassScore, DetectorScores
from tests.support.labelled_runs import LABELS

FIRST = datetime(2025, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
JOB = Job.model_validate(
    {
        "name": "street",
        "bucket": {"url": "bucket"},
        "predictions": {"path": "log.csv"},
        "window": {"last": "7d"},
        "images": {"path": "images/{image}"},
        "reference": {"window": {"start": "2025-01-01", "end": "2025-02-01"}},
    }
)


def sums_of(*images):
    """Sums of images that are each a predicted class and a true one, at the same place or None."""
    names = sorted({name for pair in images for name in pair if name is not None})
    codes = {name: code for code, name in enumerate(names)}

    def boxes(side):
        rows = [(place, pair[side]) for place, pair in enumerate(images) if pair[side] is not None]
        corners = np.tile([0.0, 0.0, 9.0, 9.0], (len(rows), 1))
        image = np.array([place for place, _ in rows], np.int64)
        return image, np.array([codes[name] for _, name in rows], np.int64), corners

    image, code, corners = boxes(0)
    scores = np.full(len(image), 0.9)
    detected = DetectedBoxes(image=image, class_code=code, corners=corners, score=scores)
    image, code, corners = boxes(1)
    crowd = np.zeros(len(image), np.bool_)
    true = TrueBoxes(
        image=image, class_code=code, corners=corners, crowd=crowd, area=areas_of(corners)
    )
    found = DetectionSet(images=len(images), classes=tuple(names), detected=detected, true=true)
    table = match_boxes(found)
    return DetectorSums(predictions=len(images), confidences=ConfidenceSums(), table=table)


def day(number, *images):
    sums = sums_of(*images)
    classes = tuple(
        DetectedClassScore(name=name, true_boxes=1, predicted_boxes=1)
        for name in sums.table.classes
    )
    return DetectorDay(
        start=FIRST + number * DAY,
        end=FIRST + (number + 1) * DAY,
        versions={None: sums},
        scores=DetectorScores(labelled=len(images), predictions=len(images)),
        classes=classes,
    )


def gathered(*days, window=(), **values):
    return GatheredBoxes(
        job=JOB,
        labels=LABELS,
        window=TimeWindow(start=FIRST, end=FIRST + len(days) * DAY),
        days=(),
        records=days,
        window_versions={None: sums_of(*window)} if window else {},
        **values,
    )


def ap50(found):
    return score_detections(merged_sums(one.versions[None] for one in found.records).table).ap50


def names(found):
    return [one.versions[None].table.classes for one in found.records]


def test_a_day_on_which_the_model_did_not_predict_a_class_does_not_make_it_two():
    found = gathered(
        day(0, ("traffic light", "traffic light"), ("traffic light", "traffic light")),
        day(1, (None, "Traffic_Light"), ("car", "car")),
    )
    # Of two classes one would have no prediction at all, and count 0.
    assert ap50(found) == pytest.approx(2 / 3)
    put_together = in_one_spelling(found)
    assert names(put_together) == [("traffic light",), ("traffic light", "car")]
    assert [one.name for one in put_together.records[1].classes] == ["traffic light", "car"]
    assert ap50(put_together) == pytest.approx((1 + 67 / 101) / 2)


def test_the_spelling_is_that_of_the_model_s_newest_answers():
    found = in_one_spelling(
        gathered(
            day(0, ("Traffic_Light", "Traffic_Light")),
            day(1, ("traffic light", "traffic light")),
            day(2, (None, "Traffic_Light")),
            reference=sums_of(("TRAFFIC LIGHT", "TRAFFIC LIGHT")),
            model_classes=frozenset({"TRAFFIC LIGHT", "car"}),
        )
    )
    assert names(found) == [("traffic light",)] * 3
    assert found.reference.table.classes == ("traffic light",)
    assert found.model_classes == {"traffic light", "car"}
    newer = in_one_spelling(gathered(*found.records, window=[("TrafficLight", "TrafficLight")]))
    assert names(newer) == [("TrafficLight",)] * 3


def test_a_label_is_spelled_as_the_model_did_in_the_reference():
    found = gathered(day(0, (None, "Bus_Stop")), model_classes=frozenset({"bus stop"}))
    assert names(in_one_spelling(found)) == [("bus stop",)]


def test_labels_in_two_spellings_on_a_day_without_a_prediction_are_of_one_class():
    found = gathered(
        day(0, ("traffic light", "traffic light")),
        day(1, (None, "Traffic_Light"), (None, "TRAFFIC LIGHT"), ("car", "car")),
    )
    put_together = in_one_spelling(found)
    assert names(put_together) == [("traffic light",), ("car", "traffic light")]
    # One of three traffic lights was found, at a precision of 1.
    assert ap50(put_together) == pytest.approx((1 + 34 / 101) / 2)


def test_classes_that_the_model_tells_apart_on_one_day_stay_two():
    found = gathered(day(0, ("Mars", "Mars"), ("mars", "mars")), day(1, ("mars", "mars")))
    assert in_one_spelling(found) is found


def test_where_all_days_spell_alike_nothing_is_made_anew():
    found = gathered(day(0, ("car", "bus")), day(1, ("bus", "bus")))
    assert in_one_spelling(found) is found
