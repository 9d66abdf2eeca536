"""True boxes that are remembered join as those that were read, and nothing damaged is believed."""

import zlib
from datetime import UTC, datetime

import numpy as np
import pytest

from drift.model_quality.detection.joining.labels import BoxLabels
from drift.model_quality.detection.records.known_boxes import (
    KnownBoxes,
    boxes_bytes,
    parse_boxes,
)
from drift.model_quality.detection.running.label_source import facts_of
from jobs.job_file.label_settings import LabelSettings
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.labels.boxes.reading import read_box_labels
from tests.support.box_world import annotations, as_coco, draw_pictures
from tests.support.memory_bucket import MemoryBucket

SINCE = datetime(2025, 1, 1, tzinfo=UTC)
BY_ID = {
    "path": "annotations/**",
    "columns": {
        "id": "{name:stem}",
        "boxes": {"column": "boxes", "format": "ltwh", "classes": "class_names"},
    },
}


def known(kind="by id"):
    bucket = MemoryBucket()
    pictures = draw_pictures(2, 15)
    contents = annotations(pictures) if kind == "by id" else as_coco(pictures)
    bucket.put_all({name: text.encode() for name, text in contents.items()})
    labels = BY_ID if kind == "by id" else {"path": "labels/*.json", "export": "coco"}
    read = read_box_labels(
        bucket, MemoryBucket, LabelSettings.model_validate(labels),
        PredictionSettings(path="results/**"), since=SINCE, workers=1,
    )  # fmt: skip
    return KnownBoxes(labels=BoxLabels.read(read, bucket.url), told=facts_of(read)), bucket.url


@pytest.mark.parametrize("kind", ["by id", "by name"])
def test_labels_are_as_they_were(kind):
    whole, url = known(kind)

    found = parse_boxes(boxes_bytes(whole, "key"), "key", url)

    assert found is not None
    assert found.told == whole.told
    ours, theirs = found.labels, whole.labels
    assert ours.by_id.names.equals(theirs.by_id.names)
    assert ours.by_image.names.equals(theirs.by_image.names)
    assert ours.boxes.classes.equals(theirs.boxes.classes)
    for name in ("image", "corners", "crowd", "in_shares", "sizes"):
        np.testing.assert_array_equal(getattr(ours.boxes, name), getattr(theirs.boxes, name))
    for one, other in zip(ours.keys.by_image, theirs.keys.by_image, strict=True):
        assert one.keys.equals(other.keys)


def test_another_key_or_any_damage_is_nothing():
    whole, url = known()
    data = boxes_bytes(whole, "key")

    assert parse_boxes(data, "other", url) is None
    for broken in (b"", b"{}", data[:-1], data[: len(data) // 2], b"x" + data[1:]):
        assert parse_boxes(broken, "key", url) is None
    body = data[8:].replace(b'"kind":"boxes"', b'"kind":"other"')
    assert parse_boxes(zlib.crc32(body).to_bytes(8, "little") + body, "key", url) is None
