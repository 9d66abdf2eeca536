"""Which blocks of rows a window is held beside: spread over days, however many a day has."""

from datetime import UTC, datetime, timedelta

import pytest

from drift.days.blocks import Block
from drift.days.records.choosing import (
    NO_ROWS,
    TOO_FEW,
    chosen_by_rows,
    distance_of_blocks,
    since_the_first_rows,
)

END = datetime(2025, 3, 20, 17, tzinfo=UTC)


def every(length, number=2_000):
    """Return blocks of one length that follow each other, up to the end."""
    return [Block(start=END - (at + 1) * length, end=END - at * length) for at in range(number)]


@pytest.mark.parametrize(
    ("number", "distance"),
    [(28, timedelta(hours=12)), (14, timedelta(days=1)), (3, timedelta(days=1))],
)
def test_blocks_are_spread_over_two_weeks_or_a_day_each(number, distance):
    assert distance_of_blocks(number) == distance


@pytest.mark.parametrize("minutes", [1, 10, 100, 700])
def test_blocks_of_many_a_day_are_of_many_days(minutes):
    chosen = chosen_by_rows(every(timedelta(minutes=minutes), 60_000 // minutes), END, 28)

    assert len(chosen) == 28
    assert chosen[0].end == END
    assert len({block.start.date() for block in chosen}) >= 14
    hours = {block.end.hour for block in chosen}
    assert min(hours) < 12 <= max(hours)


def test_long_blocks_follow_each_other():
    blocks = every(timedelta(days=3), 40)

    assert chosen_by_rows(blocks, END, 28) == tuple(blocks[:28])


def test_blocks_that_overlap_are_left_out():
    blocks = [
        Block(start=END - timedelta(hours=20 + at), end=END - timedelta(hours=at))
        for at in range(100)
    ]

    chosen = chosen_by_rows(blocks, END, 28)

    assert [(END - block.end) // timedelta(hours=1) for block in chosen] == [0, 20, 40, 60, 80]


@pytest.mark.parametrize(
    ("reasons", "counted"),
    [
        ([NO_ROWS, NO_ROWS, "", NO_ROWS], ["", NO_ROWS]),
        ([NO_ROWS, TOO_FEW], [TOO_FEW]),
        ([NO_ROWS], []),
        ([], []),
    ],
)
def test_blocks_before_the_first_rows_of_the_log_are_not_kept_out(reasons, counted):
    assert since_the_first_rows(reasons) == counted
