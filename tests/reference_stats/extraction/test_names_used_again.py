"""Which rows a picture describes whose name is used more than once."""

from __future__ import annotations

import numpy as np
import pytest

from reference_stats.extraction.names_used_again import NamesUsedAgain, names_used_again
from reference_stats.image_uses import Sighting

HOUR = 3_600_000_000
NAME = "latest.jpg"


def _found(uses: list[float], seen: Sighting) -> NamesUsedAgain:
    """Return what is found for rows that use one name at these hours."""
    moments = np.array([round(use * HOUR) for use in uses], dtype=np.int64)
    return names_used_again(np.array([NAME] * len(uses), dtype=object), moments, {NAME: seen})


def _seen(written: float | None, **more: int) -> Sighting:
    return Sighting(version="1", written=None if written is None else round(written * HOUR), **more)


@pytest.mark.parametrize("written", [-1.0, 1.0])
def test_a_picture_from_before_its_first_use_describes_all_rows(written: float) -> None:
    found = _found([1, 2, 3], _seen(written))
    assert not found.gone.any()
    assert (found.names, found.unsure, found.past, found.later) == (1, 0, 0, 0)


@pytest.mark.parametrize(
    ("written", "gone"),
    [
        # Just before the last use: the picture is the last use's.
        (2.99, [True, True, False]),
        # Just behind the second one: it was stored late, and not overwritten for the third.
        (2.05, [True, False, False]),
        # Just behind the last one: stored late, too.
        (3.05, [True, True, False]),
    ],
)
def test_rows_before_the_use_that_a_picture_was_written_for_have_lost_theirs(
    written: float, gone: list[bool]
) -> None:
    found = _found([1, 2, 3], _seen(written))
    assert found.gone.tolist() == gone
    assert found.unsure == 0


@pytest.mark.parametrize("written", [50.0, None])
def test_of_a_copied_bucket_it_is_not_known_whether_earlier_rows_showed_the_picture(
    written: float | None,
) -> None:
    found = _found([1, 2, 3], _seen(written))
    assert not found.gone.any()
    assert (found.names, found.unsure, found.past, found.later) == (1, 2, 0, 0)
    assert found.spread == 1
    assert _found([1, 1.15], _seen(written)).spread == 0


def test_a_picture_of_a_later_use_that_is_known_leaves_nothing_of_the_window() -> None:
    found = _found([1], _seen(7.99, used_later=8 * HOUR))
    assert found.gone.tolist() == [True]
    assert (found.names, found.past, found.later) == (0, 1, 0)


def test_a_picture_that_is_newer_than_a_later_use_may_be_that_of_it() -> None:
    found = _found([1], _seen(50.0, used_later=8 * HOUR))
    assert not found.gone.any()
    assert (found.past, found.later) == (0, 1)


def test_a_later_use_of_an_unchanged_picture_takes_nothing_away() -> None:
    found = _found([1], _seen(0.5, used_later=8 * HOUR))
    assert not found.gone.any()
    assert (found.past, found.later) == (0, 0)


def test_a_picture_that_came_after_the_remembered_one_may_be_another() -> None:
    assert _found([1], _seen(50.0, replaced=True)).later == 1


def test_rows_of_one_second_are_one_use() -> None:
    found = _found([1, 1 + 0.9 / 3600], _seen(50.0))
    assert (found.names, found.unsure) == (0, 0)


def test_other_names_are_not_touched() -> None:
    paths = np.array([NAME, "a.jpg", NAME, "b.jpg"], dtype=object)
    moments = np.array([1, 1, 2, 3]) * HOUR
    found = names_used_again(paths, moments, {NAME: _seen(1.9)})
    assert found.gone.tolist() == [True, False, False, False]
