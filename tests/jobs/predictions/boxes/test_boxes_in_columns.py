"""A log with a row a box: the rows of one image and time are one image."""

import numpy as np
import pytest

from jobs.errors import ColumnMissingError
from tests.support.log_window import read_log

BOXES = {"columns": ["x0", "y0", "x1", "y1"], "classes": "said", "scores": "sure"}
HEADER = "timestamp,image,x0,y0,x1,y1,said,sure,w,h"
ROWS = (
    "2025-03-04T01:00:00Z,a.jpg,10,20,30,60,cat,0.9,100,200",
    "2025-03-04T01:00:00Z,b.jpg,0,0,50,100,dog,0.7,100,200",
    "2025-03-04T01:00:00Z,a.jpg,40,50,60,60,dog,0.5,100,200",
    "2025-03-04T02:00:00Z,a.jpg,40,50,60,60,dog,0.6,100,200",
    "2025-03-04T03:00:00Z,c.jpg,,,,,,,100,200",
)


def read(*rows, **settings):
    log = "\n".join([HEADER, *rows]) + "\n"
    columns = {"boxes": BOXES | settings}
    return read_log({"log.csv": log}, columns=columns, extra_columns=["image"])


def by_image(rows, name):
    hours, images = rows.fields["timestamp"].dt.hour, rows.raw["image"]
    return dict(zip(zip(hours, images, strict=True), rows.fields[name], strict=True))


def test_the_rows_of_one_image_and_time_are_one_image():
    rows = read(*ROWS)
    assert len(rows) == rows.log_rows == 5
    expected = {(1, "a.jpg"): 2, (1, "b.jpg"): 1, (2, "a.jpg"): 1, (3, "c.jpg"): 0}
    assert by_image(rows, "number of boxes") == expected
    assert by_image(rows, "box area")[1, "a.jpg"] == (800 + 200) / 2
    assert by_image(rows, "smallest box area")[1, "a.jpg"] == 200
    assert by_image(rows, "lowest box score")[1, "a.jpg"] == 0.5
    assert len(rows.boxes.counts) == 4
    assert len(rows.boxes) == 4


def test_classes_and_scores_in_columns_are_prediction_and_confidence():
    rows = read(*ROWS)
    boxed = rows.fields.iloc[rows.boxes.row]
    assert sorted(boxed["prediction"]) == ["cat", "dog", "dog", "dog"]
    assert sorted(boxed["confidence"]) == [0.5, 0.6, 0.7, 0.9]
    corners = dict(zip(boxed["confidence"], rows.boxes.corners.tolist(), strict=True))
    assert corners[0.9] == [10, 20, 30, 60]


def test_sizes_in_columns_make_shares():
    rows = read(*ROWS, width="w", height="h")
    assert by_image(rows, "box area")[1, "b.jpg"] == pytest.approx(0.25)


def test_a_row_of_which_a_number_is_lost_stays_and_is_counted():
    rows = read(ROWS[0], "2025-03-04T02:00:00Z,a.jpg,40,?,60,60,dog,0.6,100,200", ROWS[4])
    assert rows.tally.losses == {
        "values of x0, y0, x1, y1 (with a number that is missing, NaN or infinite)": 1
    }
    assert by_image(rows, "number of boxes")[2, "a.jpg"] == 1
    assert np.isnan(by_image(rows, "box area")[2, "a.jpg"])


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"classes": "what"}, "classes"),
        ({"scores": "p"}, "scores"),
        ({"columns": ["x0", "y0", "x1", "z1"]}, "columns"),
        ({"width": "w", "height": "tall"}, "height"),
    ],
)
def test_a_missing_column_is_told_with_the_key_that_names_it(settings, key):
    with pytest.raises(ColumnMissingError, match=rf"predictions\.columns\.boxes\.{key} names"):
        read(*ROWS, **settings)
