"""Boxes of some of a window's rows, and of several stretches together."""

import numpy as np
import pytest

from jobs.boxes.image_boxes import ImageBoxes, joined
from jobs.boxes.per_image import lowest_of, mean_of


def boxes_of(counts, *, in_cells=True):
    """Return boxes of images with so many boxes each; an image without any has a row as well."""
    image_of_row = np.repeat(np.arange(len(counts)), np.maximum(counts, 1))
    row = np.flatnonzero(np.array(counts)[image_of_row] > 0)
    return ImageBoxes(
        row=row,
        corners=np.column_stack([row, row, row + 1, row + 1]).astype(np.float64),
        in_shares=False,
        image_of_row=image_of_row,
        sizes=np.full((len(counts), 2), np.nan),
        counts=np.array(counts, np.float64),
        in_cells=in_cells,
    )


def test_rows_of_the_log_are_counted_once_where_they_hold_several_boxes():
    assert boxes_of([2, 0, 3]).log_rows() == 3
    assert boxes_of([2, 0, 3], in_cells=False).log_rows() == 6
    assert boxes_of([2, 0, 3]).log_rows(np.array([0, 1, 5])) == 2
    assert list(boxes_of([2, 0, 3]).first_of_log) == [True, False, True, True, False, False]


def test_some_rows_keep_their_boxes():
    some = boxes_of([2, 0, 3]).take(np.array([1, 2, 4]))
    assert list(some.row) == [0, 2]
    assert list(some.corners[:, 0]) == [1, 4]
    assert list(some.image_of_row) == [0, 1, 2]
    assert list(some.without_boxes) == [False, True, False]


def test_stretches_together_have_the_boxes_of_all():
    both = joined([boxes_of([2, 0]), boxes_of([1, 3])])
    whole = boxes_of([2, 0, 1, 3])
    assert list(both.row) == list(whole.row)
    assert list(both.image_of_row) == list(whole.image_of_row)
    assert list(both.counts) == list(whole.counts)


def test_means_do_not_depend_on_the_order_of_boxes():
    random = np.random.default_rng(3)
    image, values = random.integers(0, 5, 400), random.random(400)
    order = random.permutation(400)
    mean, again = mean_of(image, values, 6), mean_of(image[order], values[order], 6)
    assert np.array_equal(mean, again, equal_nan=True)
    assert mean[2] == pytest.approx(values[image == 2].mean())
    assert lowest_of(image, values, 6)[2] == values[image == 2].min()
    assert np.isnan(mean[5])
    assert np.isnan(lowest_of(image, values, 6)[5])
