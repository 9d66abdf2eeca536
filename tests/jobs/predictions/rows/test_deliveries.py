"""Rows that come more than once are one row, unless they may be several."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from jobs.predictions.rows.rows import PredictionRows
from jobs.times.windows import WindowRequest
from tests.support.log_window import WINDOW_END, read_log

HEADER = "timestamp,id,image,prediction,confidence"
COLUMNS = {"prediction": "prediction", "confidence": "confidence"}
DOG = "2025-03-04T10:00:01Z,1,a.jpg,dog,0.91"
CAT = "2025-03-04T10:00:01Z,2,b.jpg,cat,0.82"
LATER = "2025-03-04T11:00:00Z,3,c.jpg,cat,0.55"


def read(rows: Sequence[str], header: str = HEADER, **settings: object) -> PredictionRows:
    text = "\n".join([header, *rows]) + "\n"
    columns = COLUMNS if "id" in header.split(",") else {**COLUMNS, "id": None}
    return read_log(
        {"log.csv": text},
        columns=columns,
        extra_columns=["image"],
        **settings,  # type: ignore[arg-type]
    )


def kept(rows: PredictionRows) -> tuple[int, int]:
    """Return how many rows there are, and how many were left out as delivered again."""
    assert rows.tally.rows == len(rows) + rows.tally.rejected
    return len(rows), rows.times.delivered_again


def without_id(row: str) -> str:
    time, _, rest = row.split(",", 2)
    return f"{time},{rest}"


def test_a_row_that_comes_twice_counts_once():
    assert kept(read([DOG, CAT, DOG, LATER, DOG])) == (3, 2)


def test_a_row_of_two_objects_counts_once():
    objects = {f"{name}.csv": f"{HEADER}\n{DOG}\n{name}{CAT[1:]}\n" for name in "23"}
    rows = read_log(objects, "*.csv", columns=COLUMNS, extra_columns=["image"])
    assert kept(rows)[1] == 1


def test_rows_that_differ_in_any_column_stay():
    other = DOG.replace("0.91", "0.92")
    assert kept(read([DOG, other, LATER])) == (3, 0)


def test_rows_without_an_id_are_one_where_times_are_exact():
    header = HEADER.replace("id,", "")
    rows = [without_id(row) for row in (DOG, CAT, LATER)]
    assert kept(read([*rows, rows[0]], header)) == (3, 1)


@pytest.mark.parametrize("time", ["2025-03-04", "2025-03-04T10:00Z"])
def test_equal_rows_stay_where_times_are_coarse_and_no_id_tells(time):
    header = HEADER.replace("id,", "")
    rows = [f"{time},latest.jpg,dog,0.91"] * 3
    assert kept(read(rows, header)) == (3, 0)
    with_id = [f"{time},{number},latest.jpg,dog,0.91" for number in (1, 2, 2)]
    assert kept(read(with_id)) == (2, 1)


def test_equal_boxes_of_one_image_stay():
    header = HEADER.replace("id,", "")
    boxes = ["dog,0.91", "dog,0.91", "cat,0.50"]
    rows = [f"2025-03-04T10:0{image}:01Z,{image}.jpg,{box}" for image in "123" for box in boxes]
    assert kept(read(rows, header)) == (9, 0)


def test_a_request_of_several_boxes_that_comes_again_counts_once():
    header = HEADER.replace("id,", "")
    boxes = ["dog,0.91", "fox,0.91", "cat,0.50"]
    rows = [f"2025-03-04T10:0{image}:01Z,{image}.jpg,{box}" for image in "123" for box in boxes]
    assert kept(read([*rows, *rows[:3]], header)) == (9, 3)


def test_what_the_delivery_writes_may_differ_beside_an_id():
    header = f"{HEADER},insertId,receiveTimestamp"
    rows = [f"{row},{number},2025-03-04T10:00:0{number}Z" for number, row in enumerate((DOG, DOG))]
    assert kept(read([*rows, f"{LATER},7,x"], header)) == (2, 1)
    no_id = [without_id(row) for row in rows]
    assert kept(read(no_id, header.replace("id,", "", 1))) == (2, 0)


@pytest.mark.parametrize(("time", "again"), [("10:00:01.25", 1), ("10:00:01", 0)])
def test_what_the_delivery_writes_may_differ_where_times_are_exact_to_fractions(time, again):
    rows = [f"2025-03-04T{time}Z,a.jpg,dog,0.91,{entry}" for entry in ("x1", "y7")]
    assert kept(read(rows, "timestamp,image,prediction,confidence,insertId")) == (2 - again, again)


def test_one_time_may_be_written_in_two_ways():
    rows = [DOG, CAT, DOG.replace("Z,", "+00:00,"), DOG.replace("10:00:01Z", "11:00:01+01:00")]
    assert kept(read(rows)) == (2, 2)


def test_an_ordinary_column_may_not_differ():
    header = f"{HEADER},box"
    assert kept(read([f"{DOG},1", f"{DOG},2"], header)) == (2, 0)


def test_a_window_of_rows_is_filled_with_different_rows():
    rows = read([LATER, DOG, DOG, DOG, CAT], request=WindowRequest(end=WINDOW_END, rows=3))
    assert kept(rows) == (3, 2)


@pytest.mark.parametrize("seed", range(4))
def test_neither_order_nor_parts_change_what_is_kept(seed):
    rows = [f"2025-03-04T10:{n // 7:02}:01Z,{n % 40},{n % 40}.jpg,dog,0.5" for n in range(200)]
    rows += rows[20:60:3]
    usual = read(rows)
    mixed = random.Random(seed).sample(rows, len(rows))
    parts = {f"{n}.csv": "\n".join([HEADER, *mixed[n::3]]) + "\n" for n in range(3)}
    found = read_log(parts, "*.csv", columns=COLUMNS, extra_columns=["image"])
    assert kept(found) == kept(usual)
    assert found.fields.equals(usual.fields)
