import numpy as np
import pytest

from jobs.boxes.formats import BoxFault, BoxFormat, BoxOrder, BoxUnit, to_pixels
from tests.support.box_formats import drawn_boxes, written_as

XYXY = BoxFormat(order=BoxOrder.XYXY, unit=BoxUnit.PIXELS)
SHARES = BoxFormat(order=BoxOrder.XYXY, unit=BoxUnit.SHARES)


@pytest.mark.parametrize("order", BoxOrder)
@pytest.mark.parametrize("unit", BoxUnit)
def test_boxes_of_every_format_become_the_same_corners(order, unit):
    corners, sizes = drawn_boxes(0, 50)
    box_format = BoxFormat(order=order, unit=unit)

    pixels = to_pixels(written_as(corners, sizes, box_format), sizes, box_format)

    np.testing.assert_allclose(pixels.corners, corners)
    assert pixels.count_faults() == {}
    assert pixels.usable.all()


@pytest.mark.parametrize(
    ("order", "box"),
    [
        ("xyxy", (10, 20, 40, 60)),
        ("xywh", (10, 20, 30, 40)),
        ("ltwh", (10, 20, 30, 40)),
        ("cxcywh", (25, 40, 30, 40)),
        ("yxyx", (20, 10, 60, 40)),
    ],
)
def test_the_numbers_of_a_box_are_in_the_order_of_the_format(order, box):
    box_format = BoxFormat(order=BoxOrder(order), unit=BoxUnit.PIXELS)

    pixels = to_pixels(np.array([box], float), np.array([[100.0, 80.0]]), box_format)

    assert pixels.corners.tolist() == [[10, 20, 40, 60]]


@pytest.mark.parametrize(
    ("box", "fault"),
    [
        ((0, 0, 100, 50), BoxFault.NONE),
        ((-1, -1, 101, 51), BoxFault.NONE),
        ((-1.1, 0, 10, 10), BoxFault.BEYOND_EDGE),
        ((90, 40, 100, 51.5), BoxFault.BEYOND_EDGE),
        ((100, 0, 101, 10), BoxFault.OUTSIDE),
        ((0, -9, 10, 0), BoxFault.OUTSIDE),
        ((10, 10, 10, 20), BoxFault.EMPTY),
        ((10, 20, 20, 10), BoxFault.INVERTED),
        ((20, 10, 10, 20), BoxFault.INVERTED),
        ((np.nan, 10, 20, 20), BoxFault.NOT_FINITE),
        ((0, 0, np.inf, 20), BoxFault.NOT_FINITE),
    ],
)
def test_faulty_boxes_have_their_reason(box, fault):
    pixels = to_pixels(np.array([box], float), np.array([[100.0, 50.0]]), XYXY)

    assert pixels.fault.tolist() == [fault]
    assert pixels.usable.tolist() == [fault in {BoxFault.NONE, BoxFault.BEYOND_EDGE}]
    assert pixels.count_faults() == ({fault: 1} if fault else {})
    assert np.isnan(pixels.corners).all() == (fault is BoxFault.NOT_FINITE)


def test_large_images_round_by_a_share_of_their_sides():
    sizes = np.array([[4000.0, 3000.0]])

    assert to_pixels(np.array([[0, 0, 4019, 10.0]]), sizes, XYXY).fault.tolist() == [BoxFault.NONE]
    assert to_pixels(np.array([[0, 0, 4021, 10.0]]), sizes, XYXY).fault.tolist() == [
        BoxFault.BEYOND_EDGE
    ]


@pytest.mark.parametrize("size", [(np.nan, np.nan), (0, 10), (np.inf, 10), (-5, 10)])
def test_shares_of_an_image_of_unknown_size_are_told_and_pixels_are_taken(size):
    sizes, box = np.array([size], float), np.array([[0.1, 0.1, 0.5, 0.5]])

    assert to_pixels(box, sizes, SHARES).count_faults() == {BoxFault.NO_SIZE: 1}
    assert np.isnan(to_pixels(box, sizes, SHARES).corners).all()
    assert to_pixels(box, sizes, XYXY).usable.all()


def test_numbers_that_overflow_are_not_finite():
    huge = np.array([[1e308, 0, 1e308, 10]])
    box_format = BoxFormat(order=BoxOrder.XYWH, unit=BoxUnit.PIXELS)

    for size in ((100.0, 100.0), (np.nan, np.nan)):
        pixels = to_pixels(huge, np.array([size]), box_format)

        assert pixels.count_faults() == {BoxFault.NOT_FINITE: 1}


def test_no_boxes_have_no_faults():
    pixels = to_pixels(np.empty((0, 4)), np.empty((0, 2)), SHARES)

    assert len(pixels.corners) == 0
    assert pixels.count_faults() == {}


def test_the_boxes_given_are_not_changed():
    boxes = np.array([[np.nan, 1, 2, 3]])

    to_pixels(boxes, np.array([[10.0, 10.0]]), XYXY)

    assert boxes[0, 1:].tolist() == [1, 2, 3]


def test_sizes_for_other_boxes_are_refused():
    with pytest.raises(ValueError, match=r"Expected \(n, 4\) and \(n, 2\)"):
        to_pixels(np.empty((3, 4)), np.empty((2, 2)), XYXY)


def test_a_format_is_said_in_words():
    assert str(SHARES) == "xyxy in shares"
