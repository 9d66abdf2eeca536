"""A detector's record is read as it was written, and anything else is refused."""

import copy
import dataclasses
import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from drift.model_quality.detection.joining.detected import DetectedImages
from drift.model_quality.detection.joining.joined import join_boxes
from drift.model_quality.detection.joining.keys import NamedImages
from drift.model_quality.detection.joining.labels import BoxLabels
from drift.model_quality.detection.records.documents import parse_record, record_bytes
from drift.model_quality.detection.records.record import NOT_KEPT, detector_record
from drift.model_quality.records.values import BrokenRecordError
from drift.model_quality.whole_days import WholeDay
from jobs.labels.box_labels import LabelledBoxes
from tests.support.box_world import CLASSES, draw_pictures, set_of

DAY = WholeDay(start=datetime(2025, 3, 4, tzinfo=UTC), end=datetime(2025, 3, 5, tzinfo=UTC))
PICTURES = draw_pictures(4, 30)


def record(most=50_000, before=None, labelled=None):
    boxes = set_of(PICTURES)
    names = pa.array([f"{one.name}.jpg" for one in PICTURES], pa.string())
    every = np.arange(len(PICTURES))
    classes = pa.array(sorted(CLASSES), pa.string())
    detected = DetectedImages(
        moments=every.astype(np.int64) + int(DAY.start.timestamp() * 1e6),
        names=names,
        ids=pa.nulls(len(names), pa.string()),
        readable=np.ones(len(names), np.bool_),
        sizes=np.full((len(names), 2), np.nan),
        image=boxes.detected.image,
        corners=boxes.detected.corners,
        in_shares=False,
        classes=classes.take(pa.array(boxes.detected.class_code)),
        scores=boxes.detected.score,
        versions=pa.array([("a", "b", None)[at % 3] for at in every.tolist()], pa.string()),
    )
    true = LabelledBoxes(
        image=boxes.true.image,
        corners=boxes.true.corners,
        classes=classes.take(pa.array(boxes.true.class_code)),
        crowd=boxes.true.crowd,
        in_shares=np.zeros(len(names), np.bool_),
        sizes=np.full((len(names), 2), np.nan),
    )
    nobody = NamedImages(names=pa.array([], pa.string()), image=np.zeros(0, np.int64))
    keys = NamedImages(names=names[:labelled], image=every[:labelled])
    labels = BoxLabels.of(nobody, keys, true, "gs://b")
    return detector_record(DAY, detected, join_boxes(detected, labels, 0), before, most)


def test_a_record_is_read_as_it_was_written():
    whole = record()

    found = parse_record(record_bytes(whole))

    assert record_bytes(found) == record_bytes(whole)
    assert found.quality.scores == whole.quality.scores
    assert found.quality.classes == whole.quality.classes
    assert found.quality.worst == whole.quality.worst
    assert found.quality.worst_boxes == whole.quality.worst_boxes
    assert list(found.quality.versions) == ["a", "b", None]
    assert found.labels == found.labelled == len(PICTURES)


def test_the_boxes_of_the_worst_images_are_kept_as_they_were_read():
    quality = record().quality
    assert 0 < len(quality.worst) == len(quality.worst_boxes) <= 12
    known = {f"{one.name}.jpg": one for one in PICTURES}
    for worst, boxes in zip(quality.worst, quality.worst_boxes, strict=True):
        picture = known[worst.image]
        own = boxes.predicted
        found = zip(own.classes, own.corners, own.scores, strict=True)
        best_first = sorted(picture.found, key=lambda one: -one[-1])
        assert [(name, *corners, score) for name, corners, score in found] == [
            (one[0], *(round(side, 2) for side in one[1:5]), one[-1]) for one in best_first
        ]
        true = zip(boxes.true.classes, boxes.true.corners, strict=True)
        assert [(name, *corners) for name, corners in true] == picture.true
        assert (boxes.predicted.count, boxes.true.count) == (
            len(picture.found),
            len(picture.true),
        )
        assert boxes.true.scores == (None,) * len(picture.true)


def test_a_day_with_too_many_boxes_scores_all_and_keeps_some():
    whole, part = record(), record(most=40)

    assert part.quality.scores == whole.quality.scores
    assert part.quality.worst == whole.quality.worst
    assert part.quality.worst_boxes == whole.quality.worst_boxes
    kept = sum(one.table.images for one in part.quality.versions.values())
    assert sum(len(one.table) for one in part.quality.versions.values()) <= 40
    assert part.noted[NOT_KEPT] == len(PICTURES) - kept > 0
    assert NOT_KEPT not in whole.noted
    assert parse_record(record_bytes(part)) is not None


def altered(path, value):
    document = json.loads(record_bytes(record()))
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = copy.deepcopy(value)
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["version"], 1),
        (["kind"], "classifier"),
        (["end"], f"{DAY.end + timedelta(days=3):%Y-%m-%dT%H:%M:%SZ}"),
        (["start"], "yesterday"),
        (["labels"], -1),
        (["newest"], 5),
        (["left_out"], {"reason": 1.5}),
        (["noted_boxes"], []),
        (["scores", "labelled"], 10**9),
        (["scores", "predictions"], 31),
        (["scores", "ap50"], {"value": 1.5, "low": None, "high": None}),
        (["scores", "ap50"], {"value": None, "low": None, "high": None}),
        (["classes", 0, "ap50"], "high"),
        (["classes", 0, "true_boxes"], True),
        (["worst", 0, "timestamp"], "2025-03-04"),
        (["worst", 0, "image"], None),
        (["worst", 0, "boxes"], None),
        (["worst", 0, "boxes", "true"], []),
        (["worst", 0, "boxes", "predicted", "in_shares"], 1),
        (["worst", 0, "boxes", "predicted", "count"], 0),
        (["worst", 0, "boxes", "predicted", "size"], [0.0, 5.0]),
        (["worst", 0, "boxes", "predicted", "kept", 0], [0.0, 0.0, 1.0]),
        (["worst", 0, "boxes", "predicted", "kept", 0], [0.0, 0.0, 1.0, "1", "car", 0.5]),
        (["worst", 0, "boxes", "predicted", "kept", 0], [0.0, 0.0, 1.0, 1.0, 7, 0.5]),
        (["worst", 0, "boxes", "predicted", "kept", 0], [0.0, 0.0, 1.0, 1.0, "car", "high"]),
        (["worst", 0, "boxes", "predicted", "kept"], [[0.0, 0.0, 1.0, 1.0, "car", 0.5]] * 41),
        (["versions"], {}),
        (["versions", 0, "name"], "b"),
        (["versions", 0, "predictions"], 1),
        (["versions", 0, "confidences"], [1, 0.5, None, 0.5]),
        (["versions", 0, "confidences"], [0, 0.0, 0.5, 0.5]),
        (["versions", 0, "table"], None),
        (["versions", 0, "table", "columns", "hits"], "?"),
    ],
)
def test_anything_else_is_refused(path, value):
    with pytest.raises(BrokenRecordError, match=r"."):
        parse_record(altered(path, value))


@pytest.mark.parametrize("data", [b"", b"[]", b"[" * 100_000, b"\xff", b'{"version": 1}', b"NaN"])
def test_what_is_no_document_is_refused(data):
    with pytest.raises(BrokenRecordError, match=r"."):
        parse_record(data)


def with_other_scores(known):
    scores = dataclasses.replace(known.quality.scores, ap50=None)
    return dataclasses.replace(known, quality=dataclasses.replace(known.quality, scores=scores))


def test_scores_are_not_drawn_again_where_nothing_new_was_labelled():
    before = with_other_scores(parse_record(record_bytes(record())))

    assert record(before=before).quality.scores == before.quality.scores
    assert record_bytes(record(before=record())) == record_bytes(record())


def test_scores_are_drawn_again_for_new_labels_and_for_a_day_that_is_kept_in_part():
    fewer = with_other_scores(record(labelled=len(PICTURES) - 1))
    part = with_other_scores(record(most=40))

    assert record(before=fewer).quality.scores == record().quality.scores
    assert record(before=part, most=40).quality.scores == record().quality.scores
