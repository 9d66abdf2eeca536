"""A log whose cells hold all boxes of an image, in the forms that programs write them in."""

import io
import json
import math
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from jobs.errors import ColumnMissingError, ObjectError, TooManyBoxesError
from jobs.predictions.boxes.logged import MOST_BOXES
from jobs.times.windows import WindowRequest
from tests.support.log_window import WINDOW_END, read_log

# Left, top, right, bottom of two boxes, and what is said of them.
CORNERS = [[0.2, 0.1, 0.6, 0.5], [0.0, 0.0, 0.4, 0.25]]
SCORES, NAMES = [0.875, 0.5], ["cat", "dog"]
SHARES = {"column": "boxes", "unit": "shares", "classes": "names", "scores": "scores"}
EMPTY = {"boxes": [], "names": [], "scores": []}


def swapped(box):
    left, top, right, bottom = box
    return [top, left, bottom, right]


def sized(box):
    left, top, right, bottom = box
    return [left, top, right - left, bottom - top]


def centred(box):
    left, top, width, height = sized(box)
    return [left + width / 2, top + height / 2, width, height]


def log_of(*rows, **settings):
    lines = [
        json.dumps({"timestamp": f"2025-03-04T{hour:02}:00:00Z", "image": f"{hour}.jpg", **row})
        for hour, row in enumerate(rows)
    ]
    columns = {"boxes": SHARES | settings}
    return read_log({"log.jsonl": "\n".join(lines)}, "log.jsonl", columns=columns)


def is_as_made(rows, first=0):
    fields = rows.fields.iloc[first : first + 2]
    assert list(fields["prediction"]) == NAMES
    assert list(fields["confidence"]) == SCORES
    mine = (rows.boxes.row >= first) & (rows.boxes.row < first + 2)
    assert np.allclose(rows.boxes.corners[mine], CORNERS)


CAPITALS = ("Left", "Top", "Width", "Height")
BESIDE = {"names": NAMES, "scores": SCORES}
IN_OBJECTS = [{"name": name, "score": score} for name, score in zip(NAMES, SCORES, strict=True)]


@pytest.mark.parametrize(
    ("row", "settings"),
    [
        ({"boxes": CORNERS, **BESIDE}, {}),
        ({"boxes": [*map(swapped, CORNERS)], **BESIDE}, {"format": "yxyx"}),
        ({"boxes": [*map(sized, CORNERS)], **BESIDE}, {"format": "xywh"}),
        ({"boxes": [*map(sized, CORNERS)], **BESIDE}, {"format": "ltwh"}),
        ({"boxes": [*map(centred, CORNERS)], **BESIDE}, {"format": "cxcywh"}),
        ({"boxes": json.dumps(CORNERS), **BESIDE}, {}),
        ({"boxes": str([tuple(box) for box in CORNERS]), **BESIDE}, {}),
        ({"boxes": {"boxes": CORNERS, **BESIDE}}, {}),
        ({"boxes": {"detections": CORNERS, **BESIDE}}, {}),
        ({"out": {"boxes": CORNERS, **BESIDE}},
         {"column": "out.boxes", "classes": "out.names", "scores": "out.scores"}),
        ({"boxes": [[*CORNERS[0], 0.875, "cat"], [*CORNERS[1], 0.5, "dog"]]},
         {"scores": "4", "classes": "5"}),
        ({"boxes": [{"bbox": sized(box), **one}
                    for box, one in zip(CORNERS, IN_OBJECTS, strict=True)]},
         {"format": "xywh", "classes": "name", "scores": "score"}),
        ({"boxes": [dict(zip(("left", "top", "width", "height"), sized(box), strict=True), **one)
                    for box, one in zip(CORNERS, IN_OBJECTS, strict=True)]},
         {"format": "xyxy", "classes": "name", "scores": "score"}),
        ({"boxes": [dict(zip(("xMin", "yMin", "xMax", "yMax"), box, strict=True), said=one)
                    for box, one in zip(CORNERS, IN_OBJECTS, strict=True)]},
         {"format": "yxyx", "classes": "said.name", "scores": "said.score"}),
        ({"boxes": [{"BoundingBox": dict(zip(CAPITALS, sized(box), strict=True)), **one}
                    for box, one in zip(CORNERS, IN_OBJECTS, strict=True)]},
         {"classes": "name", "scores": "score"}),
        ({"boxes": [dict(zip(("x", "y", "w", "h"), centred(box), strict=True), **one)
                    for box, one in zip(CORNERS, IN_OBJECTS, strict=True)]},
         {"format": "cxcywh", "classes": "name", "scores": "score"}),
    ],
)  # fmt: skip
def test_boxes_in_each_form_are_the_same_boxes(row, settings):
    rows = log_of(row, **settings)
    is_as_made(rows)
    assert rows.tally.losses == {}


def test_csv_with_json_in_its_cells_and_nested_parquet_say_the_same():
    cells = [json.dumps(CORNERS), json.dumps(NAMES), json.dumps(SCORES)]
    quoted = ",".join('"' + one.replace('"', '""') + '"' for one in cells)
    log = f"timestamp,boxes,names,scores\n2025-03-04T01:00:00Z,{quoted}\n"
    log += "2025-03-04T02:00:00Z,[],[],[]\n"
    of_csv = read_log({"log.csv": log}, columns={"boxes": SHARES})
    times = ["2025-03-04T01:00:00Z", "2025-03-04T02:00:00Z"]
    table = pa.table(
        {
            "timestamp": times,
            "boxes": pa.array([CORNERS, []], pa.list_(pa.list_(pa.float64()))),
            "names": pa.array([NAMES, []], pa.list_(pa.string())),
            "scores": pa.array([SCORES, []], pa.list_(pa.float32())),
        }
    )
    buffer = io.BytesIO()
    parquet.write_table(table, buffer)
    of_parquet = read_log(
        {"log.parquet": buffer.getvalue()}, "log.parquet", columns={"boxes": SHARES}
    )
    for rows in (of_csv, of_parquet):
        is_as_made(rows)
        assert list(rows.fields["number of boxes"]) == [2, 2, 0]
        assert rows.log_rows == 2


def test_one_object_a_file_is_an_image_named_by_its_object():
    said = {"boxes": [*map(swapped, CORNERS)], "timestamp": "2025-03-04T01:00:00Z", **BESIDE}
    later = {**EMPTY, "timestamp": "2025-03-04T02:00:00Z"}
    rows = read_log(
        {"results/a.json": json.dumps(said), "results/b.json": json.dumps(later)},
        "results/*.json",
        columns={"id": "{name:stem}", "boxes": SHARES | {"format": "yxyx"}},
    )
    is_as_made(rows)
    assert list(rows.fields["id"]) == ["a", "a", "b"]


def test_an_image_without_boxes_is_one_row_without_a_prediction():
    rows = log_of(EMPTY, {"boxes": CORNERS, **BESIDE}, EMPTY)
    assert rows.fields["prediction"].isna().tolist() == [True, False, False, True]
    is_as_made(rows, first=1)
    assert list(rows.boxes.image_of_row) == [0, 1, 1, 2]
    assert list(rows.boxes.without_boxes) == [True, False, False, True]
    assert rows.boxes.log_rows() == rows.log_rows == rows.tally.rows == 3
    assert list(rows.fields["number of boxes"]) == [0, 2, 2, 0]


def test_an_image_gets_the_numbers_of_its_boxes_on_all_of_its_rows():
    rows = log_of({"boxes": CORNERS, **BESIDE})
    expected = {
        "number of boxes": 2,
        "box area": (0.16 + 0.1) / 2,
        "smallest box area": 0.1,
        "box aspect": (1.0 + 1.6) / 2,
        "box centre x": (0.4 + 0.2) / 2,
        "box centre y": (0.3 + 0.125) / 2,
        "lowest box score": 0.5,
        "highest box score": 0.875,
    }
    assert rows.numbers == tuple(expected)
    for name, value in expected.items():
        assert rows.fields[name].tolist() == pytest.approx([value, value]), name


def test_pixels_become_shares_where_the_log_says_the_size_of_the_image():
    sizes = {"w": 200, "h": 100}
    pixels = (np.array(CORNERS) * [200, 100, 200, 100]).tolist()
    rows = log_of({"boxes": pixels, **BESIDE, **sizes}, unit="pixels", width="w", height="h")
    is_as_made(rows)
    assert rows.boxes.in_shares
    assert rows.boxes.sizes.tolist() == [[200, 100]]
    # In pixels the first box is 80 by 40.
    assert rows.fields["box aspect"].iloc[0] == pytest.approx((2.0 + 3.2) / 2)


def test_pixels_of_images_of_unknown_size_stay_pixels():
    rows = log_of({"boxes": [[10, 20, 30, 60]], "names": ["cat"], "scores": [0.5]}, unit="pixels")
    assert not rows.boxes.in_shares
    assert rows.fields["box area"].tolist() == [800]
    assert rows.boxes.corners.tolist() == [[10, 20, 30, 60]]


def test_boxes_without_classes_or_scores_have_places_alone():
    rows = log_of({"boxes": CORNERS}, classes=None, scores=None)
    assert rows.fields["prediction"].isna().all()
    assert rows.numbers[-1] == "box centre y"


@pytest.mark.parametrize(
    ("row", "reason", "counts"),
    [
        ({"boxes": [[0.5, 0.5, 0.2, 0.9]], "names": ["a"], "scores": [1]}, "inverted", 1),
        ({"boxes": [[0.5, 0.5, 0.5, 0.9]], "names": ["a"], "scores": [1]}, "without an area", 1),
        ({"boxes": [[1.2, 0.5, 1.5, 0.9]], "names": ["a"], "scores": [1]},
         "outside of the image", 1),
        ({"boxes": [[math.nan, 0.5, 1.5, 0.9]], "names": ["a"], "scores": [1]},
         "with a number that is missing, NaN or infinite", 1),
        ({"boxes": [[None, 0.5, "x", 0.9]], "names": ["a"], "scores": [1]},
         "with a number that is missing, NaN or infinite", 1),
        ({"boxes": CORNERS, "names": ["a"], "scores": SCORES}, "in lists of different lengths",
         math.nan),
        ({"boxes": [[0.1, 0.2]], "names": ["a"], "scores": [1]}, "not readable as boxes", math.nan),
        ({"boxes": "none found", "names": ["a"], "scores": [1]}, "not readable as boxes", math.nan),
        ({"boxes": {"count": 3}, "names": ["a"], "scores": [1]}, "not readable as boxes", math.nan),
        ({"boxes": [[0.1, 0.2, 0.4, 0.5]], "names": [None], "scores": [1]}, "without a class", 1),
        ({"boxes": [[0.1, 0.2, 0.4, 0.5]], "names": ["a"], "scores": ["high"]},
         "without a score that is a number", 1),
    ],
)  # fmt: skip
def test_bad_boxes_are_counted_with_their_reason_and_take_no_image_away(row, reason, counts):
    rows = log_of(row, {"boxes": CORNERS, **BESIDE})
    assert rows.tally.losses == {f"values of boxes ({reason})": 1}
    assert rows.tally.rejected == 0
    assert rows.log_rows == 2
    assert np.array_equal(rows.boxes.counts, [counts, 2], equal_nan=True)
    tally = next(one for one in rows.tally.numbers if one.role == "boxes")
    assert (tally.column, tally.examples[0].line) == ("boxes", 1)
    is_as_made(rows, first=1)


def test_a_box_that_reaches_over_the_edge_is_used_as_it_is():
    rows = log_of({"boxes": [[-0.1, 0.2, 0.4, 1.2]], "names": ["a"], "scores": [1]})
    assert rows.tally.losses == {}
    assert np.allclose(rows.boxes.corners, [[-0.1, 0.2, 0.4, 1.2]])


def test_of_ten_thousand_boxes_those_of_the_highest_scores_are_kept_and_all_are_counted():
    many = 10_000
    scores = np.linspace(0, 1, many).tolist()
    rows = log_of({"boxes": [CORNERS[0]] * many, "names": ["a"] * many, "scores": scores}, EMPTY)
    assert len(rows) == MOST_BOXES + 1
    assert rows.fields["number of boxes"].tolist()[-2:] == [many, 0]
    assert rows.fields["confidence"].min() == pytest.approx(scores[many - MOST_BOXES])
    assert rows.tally.losses == {
        "values of boxes (beyond the 1,000 of an image that are kept)": many - MOST_BOXES
    }


def test_empty_cells_are_images_without_boxes_and_counted():
    rows = log_of({"boxes": None}, {"boxes": CORNERS, **BESIDE})
    assert rows.boxes.empty_cells == 1
    assert rows.fields["number of boxes"].tolist() == [0, 2, 2]


def test_other_columns_of_a_log_with_boxes_are_read_once_a_row():
    rows = log_of({"boxes": CORNERS, **BESIDE, "speed": "fast"}, {**EMPTY, "speed": "1.5"})
    assert rows.raw["speed"].tolist() == ["fast", "fast", "1.5"]
    lines = [json.dumps({"timestamp": "2025-03-04T01:00:00Z", "speed": "fast", "boxes": CORNERS})]
    boxes = {"column": "boxes", "unit": "shares"}
    rows = read_log(
        {"log.jsonl": lines[0]}, "log.jsonl", columns={"boxes": boxes, "numbers": ["speed"]}
    )
    assert rows.tally.losses == {"values of speed (not a number)": 1}


def test_a_pattern_for_numbers_takes_no_column_of_boxes_in():
    boxes = {"columns": ["x0", "y0", "x1", "y1"]}
    log = "timestamp,x0,y0,x1,y1,speed\n2025-03-04T01:00:00Z,1,2,3,4,5\n"
    rows = read_log({"log.csv": log}, columns={"boxes": boxes, "numbers": ["*"]})
    assert rows.numbers[0] == "speed"
    assert not {"x0", "y0", "x1", "y1"} & set(rows.numbers)


def test_a_missing_column_of_boxes_is_told_with_its_key():
    with pytest.raises(ColumnMissingError, match=r"predictions\.columns\.boxes\.column"):
        read_log({"log.csv": "timestamp,a\n2025-03-04T01:00:00Z,1\n"}, columns={"boxes": SHARES})


def test_numbers_called_like_those_of_boxes_are_refused():
    log = '{"timestamp": "2025-03-04T01:00:00Z", "boxes": [], "box area": 1}'
    columns = {"boxes": {"column": "boxes"}, "numbers": ["box area"]}
    with pytest.raises(ObjectError, match="box area"):
        read_log({"log.jsonl": log}, "log.jsonl", columns=columns)


def test_a_log_without_boxes_has_none():
    rows = read_log({"log.csv": "timestamp,a\n2025-03-04T01:00:00Z,1\n"})
    assert rows.boxes is None
    assert rows.log_rows == 1


def test_more_boxes_than_rows_may_be_held_are_refused():
    lines = [json.dumps({"timestamp": "2025-03-04T01:00:00Z", "boxes": CORNERS * 4})] * 3
    request = WindowRequest(end=WINDOW_END, last=timedelta(days=1), most_rows=20)
    with pytest.raises(TooManyBoxesError, match="24 boxes"):
        read_log(
            {"log.jsonl": "\n".join(lines)},
            "log.jsonl",
            columns={"boxes": {"column": "boxes", "unit": "shares"}, "id": None},
            request=request,
        )
