"""What a page says of boxes that are not as the job file says."""

import json

import numpy as np
import pytest

from drift.remarks.boxes import about_boxes, ends_beyond_images
from drift.setup.check.boxes import check_boxes
from drift.setup.check.result import CheckState
from jobs.job_file.prediction_settings import LogColumns
from reports.findings.remarks import RemarkWeight
from tests.support.log_window import read_log

SIZE = (640, 480)


def corners(count=60):
    """Return boxes in pixels of an image of `SIZE`."""
    random = np.random.default_rng(2)
    sides = random.uniform(30, 150, (count, 2))
    at = random.uniform(0, 1, (count, 2)) * (SIZE - sides)
    return np.hstack([at, at + sides]).round(1)


def read(boxes, **settings):
    lines = [
        {"timestamp": f"2025-03-04T01:{minute:02}:00Z", "w": SIZE[0], "h": SIZE[1],
         "boxes": boxes[minute::10].tolist()}
        for minute in range(10)
    ]  # fmt: skip
    columns = LogColumns.model_validate({"boxes": {"column": "boxes", **settings}})
    return columns, read_log(
        {"log.jsonl": "\n".join(map(json.dumps, lines))}, "log.jsonl", columns=columns.model_dump()
    )


def sizes(boxes):
    return np.hstack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]])


@pytest.mark.parametrize(
    ("boxes", "said", "fits"),
    [
        (corners() / (*SIZE, *SIZE), {}, "xyxy in shares"),
        (corners() / (*SIZE, *SIZE), {"width": "w", "height": "h"}, "xyxy in shares"),
        (corners(), {"unit": "shares"}, "xyxy in pixels"),
        (corners(), {"format": "xywh", "width": "w", "height": "h"}, "xyxy in pixels"),
        (sizes(corners()), {"width": "w", "height": "h"}, "xywh in pixels"),
        (sizes(corners()), {}, "xywh in pixels"),
    ],
)
def test_another_format_is_told_with_what_to_set(boxes, said, fits):
    columns, rows = read(boxes, **said)
    (remark,) = about_boxes(rows)
    assert remark.weight is RemarkWeight.NOT_STEADY
    assert remark.headline.startswith(f"The boxes look like {fits}, not ")
    order, unit = fits.split(" in ")
    assert f'predictions.columns.boxes.format = "{order}" and unit = "{unit}"' in remark.text
    first, second = check_boxes(columns, rows)
    assert (first.state, second.state) == (CheckState.OK, CheckState.LOOK)
    assert second.found == remark.text


@pytest.mark.parametrize(
    ("boxes", "said"),
    [
        (corners(), {}),
        (corners(), {"width": "w", "height": "h"}),
        (sizes(corners()), {"format": "xywh", "width": "w", "height": "h"}),
        (corners() / (*SIZE, *SIZE), {"unit": "shares"}),
        (corners(12) / (*SIZE, *SIZE), {}),
    ],
)
def test_nothing_is_said_of_boxes_that_fit_or_are_too_few_to_tell(boxes, said):
    columns, rows = read(boxes, **said)
    assert list(about_boxes(rows)) == []
    (only,) = check_boxes(columns, rows)
    assert f"{len(boxes)} boxes of 10 images" in only.found


def test_empty_cells_are_told():
    log = '{"timestamp": "2025-03-04T01:00:00Z", "boxes": null, "a": 1}'
    rows = read_log({"log.jsonl": log}, "log.jsonl", columns={"boxes": {"column": "boxes"}})
    (remark,) = about_boxes(rows)
    assert (remark.code, remark.weight) == ("boxes_empty", RemarkWeight.NOTE)
    assert remark.text.startswith("In 1 of 1 row the cell of the boxes is empty.")


@pytest.mark.parametrize(
    ("inside", "a_little", "far", "beyond"),
    [
        (1019, 50, 8, False),  # a detector that does not clip its boxes
        (78, 22, 0, True),  # images stored a little smaller than the model saw them
        (94, 0, 6, True),
        (96, 0, 4, False),
        (0, 0, 0, False),
    ],
)
def test_boxes_fit_unless_many_of_them_end_beyond_the_image(inside, a_little, far, beyond):
    ends = np.repeat([0.7, 1.05, 1.4], [inside, a_little, far])
    assert ends_beyond_images(ends) is beyond
