"""Blocks of time around a window: days, hours, and the days on which clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drift.days.blocks import Block
from drift.days.records.calendar import BlockCalendar, BlockKind
from jobs.times.windows import TimeWindow, WindowRequest

BERLIN = ZoneInfo("Europe/Berlin")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MONDAY = datetime(2025, 3, 3, tzinfo=UTC)


def calendar_of(end, length, zone=None):
    window = TimeWindow(start=end - length, end=end)
    return BlockCalendar.of(WindowRequest(end=end, last=length), window, zone)


def test_a_days_window_has_whole_days_before_it():
    calendar = calendar_of(MONDAY, DAY)

    before = calendar.blocks_before(28)

    assert calendar.unit == "day"
    assert calendar.window_blocks() == (Block(start=MONDAY - DAY, end=MONDAY),)
    assert before[0] == Block(start=MONDAY - 2 * DAY, end=MONDAY - DAY)
    assert len(before) == 28
    assert calendar.positions(before).tolist() == [-float(one) for one in range(1, 29)]
    assert calendar.phases(before[:3]).tolist() == [5, 4, 3]
    assert calendar.positions(calendar.window_blocks()).tolist() == [0.0]


def test_a_week_is_seven_days():
    calendar = calendar_of(MONDAY, 7 * DAY)

    own = calendar.window_blocks()

    assert calendar.unit == "day"
    assert calendar.positions(own).tolist() == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    assert calendar.phases(own).tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert calendar.blocks_before(3)[0].end == own[0].start


@pytest.mark.parametrize(
    ("day", "hours"), [(datetime(2025, 3, 30), 23), (datetime(2025, 10, 26), 25)]
)
def test_a_day_on_which_the_clocks_change_is_a_day(day, hours):
    start = day.replace(tzinfo=BERLIN).astimezone(UTC)
    end = (day + DAY).replace(tzinfo=BERLIN).astimezone(UTC)
    later = (day + 3 * DAY).replace(tzinfo=BERLIN).astimezone(UTC)
    after = calendar_of(later, later - (day + 2 * DAY).replace(tzinfo=BERLIN), BERLIN)

    own = calendar_of(end, end - start, BERLIN)

    assert own.kind is BlockKind.DAY
    assert own.window_blocks() == (Block(start=start, end=end),)
    assert end - start == hours * HOUR
    assert Block(start=start, end=end) in after.blocks_before(5)
    assert after.positions(after.blocks_before(5)).tolist() == [-1.0, -2.0, -3.0, -4.0, -5.0]


def test_hours_have_those_of_the_last_day_and_the_same_hour_of_the_days_before():
    end = MONDAY + 9 * HOUR
    calendar = calendar_of(end, HOUR)

    before = calendar.blocks_before(5)

    assert calendar.unit == "hour"
    assert [block.end for block in before[:24]] == [end - one * HOUR for one in range(1, 25)]
    assert [block.end for block in before[24:]] == [end - one * DAY for one in range(2, 6)]
    assert calendar.phases(before[23:]).tolist() == [8] * 5
    assert calendar.positions(before[24:]).tolist() == [-48.0, -72.0, -96.0, -120.0]


def test_the_same_hour_is_that_of_the_clock_on_the_wall():
    end = datetime(2025, 3, 31, 9, tzinfo=BERLIN).astimezone(UTC)

    before = calendar_of(end, HOUR, BERLIN).blocks_before(4)

    assert {block.start.astimezone(BERLIN).hour for block in before[24:]} == {8}


def test_short_windows_do_not_have_a_thousand_neighbours():
    assert len(calendar_of(MONDAY, timedelta(minutes=1)).blocks_before(28)) < 150


def test_a_window_of_no_whole_days_is_held_beside_stretches_of_its_length():
    calendar = calendar_of(MONDAY, 36 * HOUR)

    assert calendar.unit == "window"
    assert calendar.positions(calendar.blocks_before(3)).tolist() == [-1.0, -2.0, -3.0]
    assert set(calendar.phases(calendar.blocks_before(3)).tolist()) == {-1}


def test_blocks_of_rows_are_counted_from_the_window():
    window = TimeWindow(start=MONDAY, end=MONDAY + HOUR)
    calendar = BlockCalendar.of(WindowRequest(end=window.end, rows=500), window, BERLIN)
    past = [
        Block(start=MONDAY - 9 * HOUR, end=MONDAY - 4 * HOUR),
        Block(start=MONDAY - HOUR, end=MONDAY),
    ]

    assert calendar.unit == "500 rows"
    assert calendar.blocks_before(28) == ()
    assert calendar.positions(past).tolist() == [-2.0, -1.0]
    assert calendar.positions(calendar.window_blocks()).tolist() == [0.0]
    assert calendar.phases(past).tolist() == [-1, -1]


def test_no_days_asked_for_are_no_blocks():
    assert calendar_of(MONDAY, HOUR).blocks_before(0) == ()
    assert calendar_of(MONDAY, DAY).blocks_before(0) == ()


@settings(max_examples=60)
@given(
    minutes=st.integers(1, 60 * 24 * 12),
    since=st.integers(0, 60 * 24 * 365),
    zone=st.sampled_from([None, BERLIN, ZoneInfo("Asia/Kolkata"), ZoneInfo("America/Santiago")]),
    days=st.integers(1, 30),
)
def test_blocks_never_overlap_and_end_before_the_window(minutes, since, zone, days):
    end = MONDAY + timedelta(minutes=since)
    calendar = calendar_of(end, timedelta(minutes=minutes), zone)

    before = calendar.blocks_before(days)
    edges = [end - timedelta(minutes=minutes)]
    for block in before:
        assert block.start < block.end <= edges[-1]
        edges.append(block.start)

    positions = calendar.positions(before)
    assert np.all(positions < 0)
    assert np.all(np.diff(positions) < 0)
    assert calendar.window_blocks()[0].start == end - timedelta(minutes=minutes)
    assert calendar.window_blocks()[-1].end == end


def test_a_block_is_of_the_day_on_which_it_begins_in_the_zone():
    end = datetime(2025, 3, 10, 1, tzinfo=BERLIN)
    calendar = calendar_of(end, HOUR, BERLIN)

    dates = calendar.dates(calendar.blocks_before(3)[:4])

    assert calendar.dates(calendar.window_blocks()).tolist() == [end.toordinal()]
    assert dates.tolist() == [end.toordinal() - 1] * 4
    assert len(set(calendar.dates(calendar.blocks_before(7)).tolist())) == 7
