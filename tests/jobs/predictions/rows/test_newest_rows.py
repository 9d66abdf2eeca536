"""Where rejected rows stand among those that could be read, timed or not."""

from datetime import timedelta

import pytest

from jobs.times.windows import WindowRequest
from tests.support.log_window import WINDOW_END, read_log

HEADER = "timestamp,id,name"
NEWEST_20 = WindowRequest(end=WINDOW_END, rows=20)


def good(minute: int) -> str:
    return f"2025-03-04T10:{minute:02d}:00,{minute},a"


def long(minute: int) -> str:
    return f"{good(minute)},more"


def timeless(minute: int) -> str:
    return f"later,{minute},a"


def read(lines, request=NEWEST_20, **parts):
    objects = {"a.csv": lines, **parts}
    return read_log(
        {name: "".join(f"{line}\n" for line in [HEADER, *rows]) for name, rows in objects.items()},
        "*.csv",
        request=request,
    ).tally.newest


@pytest.mark.parametrize("bad", [long, timeless])
def test_rejected_rows_at_the_growing_end_are_newer_and_part_of_the_window(bad):
    newest = read(
        [good(minute) for minute in range(40)] + [bad(minute) for minute in range(50, 58)]
    )
    assert newest.newer == 8
    assert newest.first_newer.line == 42
    assert (newest.asked, newest.asked_rejected, newest.reaches_back) == (20, 8, 8)


def test_the_age_of_the_newest_readable_row_is_known():
    newest = read([good(minute) for minute in range(30)] + [long(minute) for minute in (50, 55)])
    assert (newest.newest - newest.newest_read) == timedelta(minutes=26) // timedelta(
        microseconds=1
    )


@pytest.mark.parametrize("bad", [long, timeless])
def test_rejected_rows_between_others_are_not_newer(bad):
    newest = read([(good, bad)[minute % 5 == 2](minute) for minute in range(40)])
    assert newest.newer == 0
    assert (newest.asked, newest.asked_rejected) == (20, 4)


@pytest.mark.parametrize(
    "request_", [NEWEST_20, WindowRequest(end=WINDOW_END, last=timedelta(hours=13, minutes=40))]
)
def test_rows_without_a_time_count_where_they_stand(request_):
    old = [timeless(minute) for minute in range(50)]
    newest = read([good(0), *old, *(good(minute) for minute in range(1, 59))], request_)
    assert (newest.newer, newest.asked_rejected) == (0, 0)


def test_rows_of_a_log_that_grows_at_its_beginning_are_found_there():
    rows = [good(minute) for minute in range(40)]
    assert read([*(timeless(minute) for minute in range(6)), *reversed(rows)]).newer == 6


def test_an_object_without_any_time_stands_where_its_name_does():
    rows = [good(minute) for minute in range(40)]
    lost = [timeless(minute) for minute in range(10)]
    assert read(rows, **{"b.csv": lost}).newer == 10
    later = [f"2025-03-04T11:{minute:02d}:00,{minute},a" for minute in range(40)]
    assert read(rows, **{"b.csv": lost, "c.csv": later}).newer == 0


def test_rows_at_or_behind_the_end_are_of_no_window():
    rows = [good(minute) for minute in range(40)]
    behind = [f"2025-03-06T10:00:0{second},1,a,more" for second in range(9)]
    assert read([*rows, *behind, *(timeless(minute) for minute in range(9))]).newer == 0


def test_json_lines_are_placed_among_the_rows_outside_the_window_too():
    rows = [f'{{"timestamp": "2025-03-04T10:{minute:02d}:00"}}' for minute in range(40)]
    old = [f'{{"timestamp": "2025-01-0{day}"}}' for day in range(1, 9)]
    lines = [*old[:4], "broken", *old[4:], *rows, *["broken"] * 7]
    tally = read_log({"log.jsonl": "\n".join(lines)}, "log.jsonl").tally
    assert (tally.newest.newer, tally.newest.asked_rejected) == (7, 7)


def test_rows_without_a_time_that_reach_into_a_window_count_in_it():
    """The row before them is older than the window, most of them are not."""
    lost = [timeless(minute) for minute in range(30)]
    rows = [good(minute) for minute in range(10)], [good(minute) for minute in range(40, 50)]
    start = timedelta(hours=13, minutes=45)
    newest = read([*rows[0], *lost, *rows[1]], WindowRequest(end=WINDOW_END, last=start))
    assert (newest.asked - newest.asked_rejected, newest.newer) == (10, 0)
    assert newest.asked_rejected in range(23, 26)


def test_rows_without_a_time_at_an_object_s_end_lie_beside_those_of_objects_that_go_on():
    """Of two servers one writes no times since 10:10; the other's rows are the window's."""
    one = [good(minute) for minute in range(60)]
    other = [*(good(minute) for minute in range(10)), *(timeless(minute) for minute in range(50))]
    start = timedelta(hours=13, minutes=30)
    request = WindowRequest(end=WINDOW_END, last=start)
    newest = read(one, request, **{"b.csv": other})
    assert newest.asked - newest.asked_rejected == 30
    assert newest.asked_rejected in range(28, 33)


def test_rows_without_a_time_that_stand_before_the_window_are_not_lost_from_it():
    lines = [*(timeless(minute) for minute in range(5)), *(good(minute) for minute in range(40))]
    text = "".join(f"{line}\n" for line in [HEADER, *lines])
    tally = read_log({"a.csv": text}, "*.csv", request=NEWEST_20).tally
    assert (tally.rejected, tally.losses) == (5, {})
    whole = read_log({"a.csv": text}, "*.csv", request=WindowRequest(end=WINDOW_END, rows=60)).tally
    assert whole.losses == {"unreadable timestamp": 5}
