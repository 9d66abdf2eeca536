"""True boxes from tables and JSON: which label of an image counts, and what is left out."""

import json
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from pydantic import ValidationError

from jobs.boxes.formats import BoxUnit
from jobs.job_file.label_settings import LabelSettings
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.labels.box_labels import CLASS_NOT_KNOWN, ReadBoxLabels
from jobs.labels.boxes.reading import list_box_labels, read_box_labels
from jobs.labels.labels import (
    CONTRADICTING,
    CORRECTED,
    NO_KEY,
    NO_LABEL,
    NO_TIME,
    NONE_YET,
    NOT_KNOWN,
    TWICE,
    UNREADABLE_OBJECT,
    UnreadLabels,
)
from jobs.labels.listing import LabelListing, list_labels
from jobs.predictions.boxes.logged import MOST_BOXES, TOO_MANY
from tests.support.counting_bucket import CountingBucket
from tests.support.memory_bucket import MemoryBucket

SINCE = datetime(2025, 3, 1, tzinfo=UTC)
LOG = PredictionSettings(path="log.csv")
CELLS = {"column": "boxes", "format": "ltwh", "classes": "class_names"}
ROWS = {"columns": ["x0", "y0", "x1", "y1"], "classes": "class"}


def refuse(url):
    raise AssertionError(f"{url} was opened")


def bucket_with(contents):
    bucket = MemoryBucket()
    bucket.put_all({name: text.encode() for name, text in contents.items()})
    return bucket


def settings_for(boxes=CELLS, path="labels/**", columns=None, **others):
    named = {"image": "image"} if columns is None else columns
    return LabelSettings.model_validate(
        {"path": path, "columns": {**named, "boxes": boxes}, **others}
    )


def read_any(contents, boxes=CELLS, columns=None, since=SINCE, **others):
    bucket = contents if isinstance(contents, MemoryBucket) else bucket_with(contents)
    settings = settings_for(boxes, columns=columns, **others)
    return read_box_labels(bucket, refuse, settings, LOG, since=since, workers=2)


def read(contents, boxes=CELLS, columns=None, **others) -> ReadBoxLabels:
    found = read_any(contents, boxes, columns, **others)
    assert isinstance(found, ReadBoxLabels), found
    return found


def lines(*rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


def label(image, *boxes, **others):
    """A row of JSON; boxes are class, left, top, width, height."""
    parts = [dict(zip(("left", "top", "width", "height"), box[1:], strict=True)) for box in boxes]
    return {"image": image, "boxes": parts, "class_names": [box[0] for box in boxes], **others}


def boxes_of(found: ReadBoxLabels, frame="by_image"):
    """The boxes of each key as class and corners."""
    table = getattr(found, frame)
    names = found.boxes.classes.to_pylist()
    return {
        key: [
            (names[at], *found.boxes.corners[at].tolist())
            for at in np.flatnonzero(found.boxes.image == image)
        ]
        for key, image in zip(table["key"], table["image"], strict=True)
    }


CAR = ("car", 10, 20, 30, 40)
BUS = ("bus", 1, 2, 3, 4)
CAR_AT = ("car", 10.0, 20.0, 40.0, 60.0)
BUS_AT = ("bus", 1.0, 2.0, 4.0, 6.0)


def test_one_object_an_image_is_named_by_its_own_name():
    given = {key: value for key, value in label("", CAR, BUS).items() if key != "image"}
    empty = {"boxes": [], "class_names": []}
    found = read(
        {
            "labels/04-03-2025/u1.json": json.dumps(given),
            "labels/04-03-2025 10:11:12/u2.json": json.dumps(empty),
        },
        columns={"id": "{name:stem}"},
    )

    assert boxes_of(found, "by_id") == {"u1": [CAR_AT, BUS_AT], "u2": []}
    assert boxes_of(found) == {}
    assert found.objects == found.rows == 2
    assert found.boxes.images == 2
    assert not found.left_out


def test_hundreds_of_small_objects_are_read_together():
    given = {
        f"labels/u{number:03}.json": json.dumps(
            {"boxes": label("", CAR)["boxes"] * (number % 3), "class_names": ["car"] * (number % 3)}
        )
        for number in range(300)
    }

    found = read(given, columns={"id": "{name:stem}"})

    assert found.objects == found.boxes.images == 300
    assert boxes_of(found, "by_id")["u002"] == [CAR_AT, CAR_AT]
    assert boxes_of(found, "by_id")["u003"] == []


def test_a_table_with_a_row_a_box_gives_each_image_all_of_its_boxes():
    found = read(
        {
            "labels/a.csv": "image,x0,y0,x1,y1,class\n"
            "a.jpg,10,20,40,60,car\nb.jpg,1,2,4,6,bus\na.jpg,1,2,4,6,bus\nempty.jpg,,,,,\n"
        },
        ROWS,
    )

    assert boxes_of(found) == {"a.jpg": [CAR_AT, BUS_AT], "b.jpg": [BUS_AT], "empty.jpg": []}
    assert found.rows == 3


def test_a_table_with_json_cells_is_read():
    cell = '"[{""left"":10,""top"":20,""width"":30,""height"":40,""name"":""car""}]"'
    found = read(
        {"labels/a.csv": f"image,boxes\na.jpg,{cell}\nb.jpg,[]\nc.jpg,\n"},
        {"column": "boxes", "format": "ltwh", "classes": "name"},
    )

    assert boxes_of(found) == {"a.jpg": [CAR_AT], "b.jpg": []}
    # An empty list is a label, an empty cell is none.
    assert found.left_out == {NO_LABEL: 1}


def test_the_newest_label_of_an_image_counts_and_equal_ones_are_one():
    rows = [
        label("a", CAR, given="2025-03-02T00:00:00Z"),
        label("a", CAR, BUS, given="2025-03-03T00:00:00Z"),
        label("b", CAR, BUS, given="2025-03-02T00:00:00Z"),
        label("b", BUS, CAR, given="2025-03-02T00:00:00Z"),
        label("c", CAR, given="some day"),
    ]
    found = read({"labels/a.jsonl": lines(*rows)}, columns={"image": "image", "timestamp": "given"})

    assert boxes_of(found) == {"a": [CAR_AT, BUS_AT], "b": [CAR_AT, BUS_AT], "c": [CAR_AT]}
    assert found.noted == {CORRECTED: 1, TWICE: 1, NO_TIME: 1}
    assert found.by_image["moment"].tolist()[2] == NOT_KNOWN


def test_labels_that_contradict_without_times_are_left_out_with_the_reason():
    rows = [label("a", CAR), label("a", BUS), label("b"), label("b", CAR), label("c", CAR)]

    found = read({"labels/a.jsonl": lines(*rows)})

    assert boxes_of(found) == {"c": [CAR_AT]}
    assert found.left_out == {CONTRADICTING: 4}
    assert {one.key for one in found.examples} == {"a", "b"}


def test_another_order_of_boxes_or_spelling_of_classes_is_no_contradiction():
    light = ("Traffic light", 1, 2, 3, 4)
    rows = [label("a", CAR, light), label("a", ("traffic_light", 1, 2, 3, 4), CAR)]

    found = read({"labels/a.jsonl": lines(*rows)})

    assert [one[0] for one in boxes_of(found)["a"]] == ["car", "Traffic light"]
    assert found.noted == {TWICE: 1}


def test_equal_boxes_of_other_signs_are_two_labels():
    rows = [label("a", ("car", -5, 2, 30, 40)), label("a", ("car", 5, 2, 30, 40))]

    assert read({"labels/a.jsonl": lines(*rows)}).left_out == {CONTRADICTING: 2}


def test_faulty_boxes_are_counted_with_reasons_and_their_images_count():
    rows = [
        label("a", CAR, ("car", 5, 5, -3, 4), ("car", 5, 5, 0, 4), ("car", None, 1, 2, 3)),
        label("b", ("car", 500, 5, 10, 10), width=100, height=80),
    ]
    sized = {**CELLS, "width": "width", "height": "height"}

    found = read({"labels/a.jsonl": lines(*rows)}, CELLS)
    in_shares = read({"labels/a.jsonl": lines(rows[1], label("c", CAR))}, sized)

    assert found.lost_boxes == {
        "inverted": 1,
        "without an area": 1,
        "with a number that is missing, NaN or infinite": 1,
    }
    assert boxes_of(found)["a"] == [CAR_AT]
    assert {one.reason for one in found.examples} == set(found.lost_boxes)
    assert in_shares.lost_boxes == {"of an image of unknown size": 1, "outside of the image": 1}
    assert boxes_of(in_shares) == {"b": [], "c": []}


def test_boxes_become_shares_where_the_labels_say_their_size():
    found = read(
        {"labels/a.jsonl": lines(label("a", CAR, width=100, height=80))},
        {**CELLS, "width": "width", "height": "height"},
    )

    assert boxes_of(found) == {"a": [("car", 0.1, 0.25, 0.4, 0.75)]}
    assert found.boxes.in_shares.tolist() == [True]
    assert found.boxes.sizes.tolist() == [[100.0, 80.0]]


def test_shares_that_are_taken_for_pixels_are_told():
    rows = [label(f"{number}", ("car", 0.1, 0.2, 0.3, number / 100)) for number in range(1, 60)]

    found = read({"labels/a.jsonl": lines(*rows)})

    assert found.other_format is not None
    assert found.other_format.fit.box_format.unit is BoxUnit.SHARES
    assert found.other_format.said.unit is BoxUnit.PIXELS


def test_ten_thousand_boxes_on_one_image_are_cut_and_counted():
    many = label("a", *[("car", at, 1, 5, 5) for at in range(10_000)])

    found = read({"labels/a.jsonl": lines(many)})

    assert len(boxes_of(found)["a"]) == MOST_BOXES
    assert found.lost_boxes == {TOO_MANY: 10_000 - MOST_BOXES}


def test_rows_without_a_key_and_lists_that_cannot_be_read_are_left_out():
    rows = [
        label(None, CAR),
        {"image": "a", "boxes": "no boxes", "class_names": []},
        {"image": "b", "boxes": [[1, 2, 3, 4]], "class_names": ["car", "bus"]},
        {"image": "c", "class_names": []},
        label("d", CAR),
    ]

    found = read({"labels/a.jsonl": lines(*rows)})

    assert boxes_of(found) == {"d": [CAR_AT]}
    assert found.left_out == {
        NO_KEY: 1,
        NO_LABEL: 1,
        "boxes in lists of different lengths": 1,
        "boxes not readable as boxes": 1,
    }
    assert found.rows == 5


def test_an_object_that_cannot_be_read_is_counted_among_others():
    found = read({"labels/a.jsonl": lines(label("a", CAR)), "labels/b.parquet": "PAR1 and no more"})

    assert boxes_of(found) == {"a": [CAR_AT]}
    assert found.left_out == {UNREADABLE_OBJECT: 1}
    assert found.objects == 1


def test_a_column_that_is_not_there_is_said_with_its_key():
    found = read_any({"labels/a.csv": "image,bbox\na,[]\n"})

    assert isinstance(found, UnreadLabels)
    assert 'there is no column "boxes", which labels.columns.boxes.column names' in found.reason


@pytest.mark.parametrize(
    ("content", "boxes", "said"),
    [
        (lines(label("a", CAR)), {**CELLS, "classes": "names"}, "no box has a class"),
        ("image,x0,y0,x1,y1\na,1,2,3,4\n", ROWS, 'no column "class"'),
    ],
)
def test_classes_that_are_nowhere_are_said_with_the_key(content, boxes, said):
    found = read_any({"labels/a.jsonl" if content[0] == "{" else "labels/a.csv": content}, boxes)

    assert isinstance(found, UnreadLabels)
    assert said in found.reason
    assert "labels.columns.boxes.classes" in found.reason


def test_a_box_without_a_class_among_others_is_kept_with_a_remark():
    found = read({"labels/a.jsonl": lines(label("a", CAR, (None, 1, 2, 3, 4)))})

    assert boxes_of(found)["a"] == [CAR_AT, (None, *BUS_AT[1:])]
    assert found.noted_boxes == {"without a class": 1}
    assert not found.lost_boxes


@pytest.mark.parametrize("written", ["image a row", "box a row"])
def test_classes_are_called_as_the_job_file_says(written):
    renamed = {"PKW": "car", "2.0": "bus"}
    if written == "image a row":
        given = label("a", ("PKW", *CAR[1:]), ("2", *BUS[1:]), ("lorry", 5, 6, 7, 8))
        found = read({"labels/a.jsonl": lines(given)}, classes=renamed)
    else:
        table = "image,x0,y0,x1,y1,class\na,10,20,40,60,PKW\na,1,2,4,6,2\na,5,6,12,14,lorry\n"
        found = read({"labels/a.csv": table}, ROWS, classes=renamed)

    assert boxes_of(found)["a"] == [CAR_AT, BUS_AT, ("lorry", 5.0, 6.0, 12.0, 14.0)]
    assert not found.noted_boxes


def test_labels_that_call_a_class_otherwise_are_equal_once_it_is_renamed():
    rows = [label("a", CAR), label("a", ("PKW", *CAR[1:]))]

    assert read({"labels/a.jsonl": lines(*rows)}).left_out == {CONTRADICTING: 2}
    assert read({"labels/a.jsonl": lines(*rows)}, classes={"PKW": "car"}).noted == {TWICE: 1}


def test_a_box_whose_class_nobody_knows_has_none_and_is_counted():
    rows = [label("a", CAR, ("None", 1, 2, 3, 4)), label("b", ("unsure", 1, 2, 3, 4))]

    found = read({"labels/a.jsonl": lines(*rows)}, no_class=["None", "unsure"])
    as_classes = read({"labels/a.jsonl": lines(*rows)}, no_class=[])

    assert boxes_of(found) == {"a": [CAR_AT, (None, *BUS_AT[1:])], "b": [(None, *BUS_AT[1:])]}
    assert found.noted_boxes == {CLASS_NOT_KNOWN: 2}
    assert boxes_of(as_classes)["b"] == [("unsure", *BUS_AT[1:])]
    assert not as_classes.noted_boxes


def test_boxes_of_rows_without_a_key_are_not_counted_for_their_class():
    table = "image,x0,y0,x1,y1,class\na,10,20,40,60,car\n,1,2,4,6,None\n"

    assert not read({"labels/a.csv": table}, ROWS).noted_boxes


def test_where_nobody_knows_any_class_the_key_is_named():
    found = read_any({"labels/a.jsonl": lines(label("a", ("N/A", 1, 2, 3, 4)))})

    assert isinstance(found, UnreadLabels)
    assert "labels.no_class" in found.reason


def test_no_label_yet_is_no_failure():
    found = read({})

    assert found.boxes.images == 0
    assert found.noted == {NONE_YET: 1}


def test_the_digest_is_that_of_boxes_and_not_of_objects():
    one = read({"labels/a.jsonl": lines(label("a", CAR, BUS), label("b"))})
    other = read(
        {"labels/b.jsonl": lines(label("b")), "labels/c.jsonl": lines(label("a", BUS, CAR))}
    )
    changed = read({"labels/a.jsonl": lines(label("a", CAR, ("Bus", 1, 2, 3, 4)), label("b"))})

    assert one.digest == other.digest
    assert one.listing_digest != other.listing_digest
    assert one.digest != changed.digest


def test_objects_of_days_before_the_waiting_predictions_are_not_read():
    bucket = bucket_with(
        {
            "labels/2025-02-01.jsonl": lines(label("old", CAR)),
            "labels/2025-03-04.jsonl": lines(label("new", CAR)),
        }
    )

    found = read(bucket)

    assert boxes_of(found) == {"new": [CAR_AT]}
    assert found.passed_over == 1
    assert bucket.reads["labels/2025-02-01.jsonl"] == 0


def test_folders_of_months_before_the_oldest_prediction_are_not_listed():
    days = [date(2025, 1, 1) + timedelta(days=number) for number in range(65)]
    objects = {
        f"labels/{day:%d-%m-%Y}/{day}.json": json.dumps(label(str(day), CAR)) for day in days
    }
    counted = CountingBucket(bucket_with(objects))
    settings = settings_for(path="labels/*/*.json")

    found = list_box_labels(counted, refuse, settings, LOG, since=datetime(2025, 3, 4, tzinfo=UTC))
    every = list_box_labels(CountingBucket(counted.inner), refuse, settings, LOG)

    assert isinstance(found, LabelListing)
    assert isinstance(every, LabelListing)
    assert len(every.objects) == 65
    listed = {one.name for one in found.objects}
    assert {name for name in objects if "-03-2025" in name} <= listed
    assert len(listed) <= 5 + 2, "a day more for zones"
    later = datetime(2025, 3, 5, tzinfo=UTC)
    again = list_box_labels(counted, refuse, settings, LOG, since=later)
    assert isinstance(again, LabelListing)
    assert again.digest == found.digest, "it does not change from day to day"


def test_boxes_for_predicted_classes_are_no_labels():
    bucket = bucket_with({"labels/a.jsonl": lines(label("a", CAR))})

    listed = list_labels(bucket, refuse, settings_for(), LOG)

    assert isinstance(listed, UnreadLabels)
    assert "the labels are boxes, and the predictions in the log are classes" in listed.reason
    assert "predictions.columns.boxes" in listed.reason
    assert isinstance(list_box_labels(bucket, refuse, settings_for(), LOG), LabelListing)


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (
            {"path": "a/*", "export": "coco", "columns": {"boxes": {"column": "boxes"}}},
            "either labels.export or labels.columns.boxes",
        ),
        ({"path": "a/*", "columns": {"boxes": {"column": "boxes"}}}, "labels.columns.id or"),
        ({"path": "a/*", "export": "voc"}, "label studio"),
        ({"export": "coco"}, "labels.path beside labels.export"),
    ],
)
def test_settings_that_do_not_fit_are_refused(labels, said):
    with pytest.raises(ValidationError, match=said):
        LabelSettings.model_validate(labels)


def test_an_export_needs_no_columns():
    assert LabelSettings(path="a/*", export="label studio").are_boxes
    assert not LabelSettings().are_boxes
