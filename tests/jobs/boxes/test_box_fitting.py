import numpy as np
import pytest

from jobs.boxes.fitting import CANDIDATES, better_format, fit_formats
from jobs.boxes.formats import BoxFormat, BoxOrder, BoxUnit
from tests.support.box_formats import drawn_boxes, written_as

XYXY, XYWH, CXCYWH, YXYX = (
    BoxFormat(order=order, unit=BoxUnit.PIXELS)
    for order in (BoxOrder.XYXY, BoxOrder.XYWH, BoxOrder.CXCYWH, BoxOrder.YXYX)
)
SHARES = BoxFormat(order=BoxOrder.XYXY, unit=BoxUnit.SHARES)
YXYX_SHARES = BoxFormat(order=BoxOrder.YXYX, unit=BoxUnit.SHARES)


@pytest.mark.parametrize("true", CANDIDATES, ids=str)
@pytest.mark.parametrize("said", CANDIDATES, ids=str)
@pytest.mark.parametrize("largest", [0.2, 0.5])
def test_the_format_that_fits_is_told_where_another_one_is_said(true, said, largest):
    corners, sizes = drawn_boxes(1, 400, largest=largest)

    better = better_format(written_as(corners, sizes, true), sizes, said)

    alike = {SHARES, YXYX_SHARES}
    if said == true or {said, true} == alike:
        assert better is None
    elif true in alike:
        assert better.box_format in alike
    else:
        assert better.box_format == true
        assert better.share == 1


def test_of_formats_that_fit_alike_the_order_that_is_said_is_told():
    corners, sizes = drawn_boxes(2, 100)

    for said, told in ((XYXY, SHARES), (YXYX, YXYX_SHARES)):
        boxes = written_as(corners, sizes, SHARES)
        assert better_format(boxes, sizes, said).box_format == told


def test_ltwh_is_xywh_by_another_name():
    corners, sizes = drawn_boxes(3, 100)
    said = BoxFormat(order=BoxOrder.LTWH, unit=BoxUnit.PIXELS)

    assert better_format(written_as(corners, sizes, XYWH), sizes, said) is None
    assert better_format(written_as(corners, sizes, CXCYWH), sizes, said).box_format == CXCYWH


def test_boxes_that_nobody_clipped_keep_the_format_that_is_said():
    corners, sizes = drawn_boxes(4, 300)
    beyond = np.random.default_rng(0).random(300) < 0.15
    corners[beyond] -= 60 + corners[beyond][:, [0, 1, 0, 1]]

    for box_format in CANDIDATES:
        boxes = written_as(corners, sizes, box_format)
        assert better_format(boxes, sizes, box_format) is None


def test_fewer_than_twenty_boxes_tell_nothing():
    corners, sizes = drawn_boxes(5, 19)

    assert better_format(written_as(corners, sizes, XYWH), sizes, XYXY) is None


def test_images_of_unknown_size_tell_nothing():
    corners, sizes = drawn_boxes(6, 100)
    sizes[:] = np.nan

    assert fit_formats(corners, sizes) == ()
    assert better_format(corners, sizes, XYWH) is None


def test_boxes_of_nothing_known_are_left_out():
    corners, sizes = drawn_boxes(7, 100)
    corners[:50] = np.nan

    assert fit_formats(corners, sizes)[0].box_format == XYXY
    assert fit_formats(corners, sizes)[0].share == 1


def test_boxes_that_fit_no_format_tell_none():
    corners, sizes = drawn_boxes(8, 100)

    assert better_format(corners * 1000, sizes, XYXY) is None


def test_whole_pixels_in_icons_are_not_taken_for_shares():
    boxes = np.tile([0, 0, 1.0, 1.0], (100, 1))
    sizes = np.tile([8.0, 8.0], (100, 1))

    assert better_format(boxes, sizes, XYXY) is None
