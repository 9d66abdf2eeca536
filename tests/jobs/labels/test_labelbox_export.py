"""Labelbox's own export: rows of data, one a line."""

import json
from datetime import UTC, datetime

import pytest

from jobs.job_file.label_settings import LabelSettings
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.labels.box_labels import NO_BOX, NOT_LABELLED, SKIPPED, ReadBoxLabels
from jobs.labels.boxes.reading import read_box_labels
from jobs.labels.labels import CORRECTED, UnreadLabels
from tests.support.memory_bucket import MemoryBucket

SINCE = datetime(2025, 3, 1, tzinfo=UTC)
BOX = {"name": "car", "bounding_box": {"top": 20, "left": 10, "height": 40, "width": 30}}


def label(*objects, at="2025-03-06T08:00:00.000+00:00", skipped=False):
    return {
        "label_details": {"created_at": at},
        "performance_details": {"skipped": skipped},
        "annotations": {"objects": list(objects)},
    }


def row(*labels, name="a.jpg", **about):
    return {
        "data_row": {"id": "ck1", "external_id": name, **about},
        "media_attributes": {"width": 100, "height": 80},
        "projects": {"cl0": {"labels": list(labels)}},
    }


def read(text, export="labelbox"):
    bucket = MemoryBucket()
    bucket.put_all({"labels/export.ndjson": text.encode()})
    settings = LabelSettings(path="labels/**", export=export)
    log = PredictionSettings(path="log.csv")
    return read_box_labels(bucket, MemoryBucket, settings, log, since=SINCE, workers=2)


def lines(*rows):
    return "\n".join(json.dumps(one) for one in rows)


def keys(found):
    return sorted(found.by_image["key"])


@pytest.mark.parametrize("written", [lines, lambda *rows: json.dumps(rows, indent=1)])
def test_rows_a_line_or_in_a_list_are_pixels_with_sizes(written):
    found = read(written(row(label(BOX)), row(label(), name="b.jpg")))

    assert isinstance(found, ReadBoxLabels)
    assert keys(found) == ["a.jpg", "b.jpg"]
    assert found.boxes.corners.tolist() == [[10, 20, 40, 60]]
    assert found.boxes.classes.to_pylist() == ["car"]
    assert found.boxes.sizes.tolist() == [[100, 80], [100, 80]]


@pytest.mark.parametrize(
    ("about", "name"),
    [
        ({"global_key": "04-03-2025/a1.jpg"}, "04-03-2025/a1.jpg"),
        ({"global_key": "a1", "external_id": "b.png"}, "b.png"),
        (
            {
                "external_id": None,
                "global_key": "a1",
                "row_data": "https://x.example/i/b%20c.jpg?t",
            },
            "i/b c.jpg",
        ),
        ({"external_id": None, "global_key": "a1"}, "a1"),
    ],
)
def test_an_image_is_called_by_what_looks_like_its_name(about, name):
    assert keys(read(lines(row(label(BOX), **about)))) == [name]


def test_the_newest_of_several_labels_counts():
    later = label(BOX, at="2025-03-07T08:00:00.000+00:00")
    found = read(lines(row(label(), later)))

    assert len(found.boxes) == 1
    assert found.noted == {CORRECTED: 1}


def test_rows_that_are_no_labels_are_counted_with_reasons():
    polygon = {"name": "car", "polygon": [{"x": 1, "y": 2}]}
    found = read(
        lines(
            row(name="not yet.jpg"),
            row(label(BOX, skipped=True), name="skipped.jpg"),
            row(label(BOX), name=""),
            row(label(BOX, polygon)),
            {"something": "else"},
        )
        + '\n{"data_row": {"id": "ck'
    )

    assert keys(found) == ["a.jpg"]
    assert found.left_out == {
        NOT_LABELLED: 1,
        SKIPPED: 1,
        "row of data without an image": 1,
        "line that is no row of data": 2,
    }
    assert found.lost_boxes == {NO_BOX: 1}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"data_row": {"id"', "no line of it is a row of data"),
        ('[{"data_row": {"id"', "ends too early"),
        (lines({"images": [], "annotations": []}), 'looks like an export of the kind "coco"'),
    ],
)
def test_an_export_that_is_damaged_or_another_one_is_said(text, said):
    found = read(text)

    assert isinstance(found, UnreadLabels)
    assert said in found.reason


def test_the_content_tells_that_it_is_one():
    assert keys(read(lines(row(label(BOX))), export="any")) == ["a.jpg"]
