import numpy as np
import pytest

from drift.model_quality.detection.format_by_truths import WrittenBoxes, agree_by_format
from jobs.boxes.fitting import CANDIDATES
from tests.support.box_formats import drawn_boxes, written_as


@pytest.mark.parametrize("box_format", CANDIDATES, ids=str)
def test_the_format_that_meets_the_true_boxes_is_first(box_format):
    corners, sizes = drawn_boxes(0, 200)
    image = np.arange(200)

    first, second, *_ = agree_by_format(
        WrittenBoxes(image=image, numbers=written_as(corners, sizes, box_format)),
        WrittenBoxes(image=image, numbers=corners),
        sizes,
    )

    assert first.box_format == box_format
    assert first.share == 1
    assert second.share < 0.6


def test_boxes_that_are_faulty_in_a_format_meet_nothing_in_it():
    numbers = np.array([[np.nan, 0, 1, 1], [0.5, 0.5, 0.1, 0.1]])
    boxes = WrittenBoxes(image=np.array([0, 0]), numbers=numbers)
    true = WrittenBoxes(image=np.array([0]), numbers=np.array([[45, 45, 55, 55.0]]))

    best = agree_by_format(boxes, true, np.array([[100.0, 100.0]]))[0]

    assert (str(best.box_format), best.share) == ("cxcywh in shares", 1)


def test_without_true_boxes_nothing_is_told():
    none = WrittenBoxes(image=np.array([], np.int64), numbers=np.empty((0, 4)))

    assert agree_by_format(none, none, np.empty((0, 2))) == ()
