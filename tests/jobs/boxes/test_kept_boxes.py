"""What is kept of an image's boxes: the most certain ones, in shares where the size is known."""

import numpy as np

from jobs.boxes.kept_boxes import MOST_BOXES, keep_boxes


def kept(corners, scores=None, **values):
    corners = np.array(corners, dtype=np.float64).reshape(-1, 4)
    given = {"in_shares": False, "size": None, "classes": ["dog"] * len(corners)} | values
    scores = np.full(len(corners), np.nan) if scores is None else np.array(scores, dtype=np.float64)
    return keep_boxes(corners, scores=scores, **given)


def test_pixels_become_shares_where_the_size_is_known():
    found = kept([[50, 30, 100, 60]], size=(200.0, 120.0))

    assert found.corners == ((0.25, 0.25, 0.5, 0.5),)
    assert found.in_shares
    assert found.size == (200.0, 120.0)


def test_pixels_of_an_unknown_size_stay_pixels_and_shares_stay_shares():
    assert kept([[50, 30, 100.123, 60]]).corners == ((50.0, 30.0, 100.12, 60.0),)
    assert not kept([[50, 30, 100, 60]]).in_shares
    shares = kept([[0.1, 0.2, 0.3, 0.4]], in_shares=True, size=(200.0, 120.0))
    assert shares.corners == ((0.1, 0.2, 0.3, 0.4),)


def test_of_many_boxes_those_with_the_highest_scores_are_kept_and_all_are_counted():
    number = MOST_BOXES + 20
    scores = np.arange(number) / number
    found = kept([[0, 0, at, 1] for at in range(number)], scores)

    assert found.count == number
    assert found.scores == tuple(scores[::-1][:MOST_BOXES].tolist())
    assert [one[2] for one in found.corners] == list(range(number - 1, number - 1 - MOST_BOXES, -1))


def test_boxes_without_scores_keep_their_order_and_follow_those_with_one():
    found = kept([[0, 0, at, 1] for at in range(4)], [np.nan, 0.2, np.nan, 0.4])

    assert found.scores == (0.4, 0.2, None, None)
    assert [one[2] for one in found.corners] == [3, 1, 0, 2]
    first = kept([[0, 0, at, 1] for at in range(100)])
    assert [one[2] for one in first.corners] == list(range(MOST_BOXES))


def test_a_box_without_a_place_is_counted_and_not_kept_and_long_classes_are_cut():
    found = kept([[0, 0, np.nan, 1], [0, 0, 1, 1]], classes=["a", "b" * 500])

    assert (found.count, len(found.corners)) == (2, 1)
    assert found.classes == ("b" * 80,)
    assert kept([[0, 0, 1, 1]], classes=[None]).classes == (None,)
    assert kept([]).corners == ()
