"""Rows that reach the log after the run that judged their window."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import numpy as np

from drift.across_runs.late_rows import find_late_rows, rows_by_day
from jobs.predictions.row_times.seen import SeenTimes
from jobs.times.timestamps import to_moment
from reports.history.history import HistoryRow, history_row
from tests.support import findings as examples

END = datetime(2025, 3, 5, tzinfo=UTC)
DAY = timedelta(days=1)


def seen(*times: datetime, start: datetime = END - DAY) -> SeenTimes:
    found = SeenTimes(end=to_moment(END))
    found.begin_before(to_moment(start))
    moments = np.array([to_moment(time) for time in times], np.int64)
    found.add(moments, np.zeros(len(moments), np.bool_))
    return found


def judged(rows: int, *, end: datetime = END - DAY, last: timedelta = DAY) -> HistoryRow:
    """Return the history of a run that saw so many rows on the last day of its window."""
    return dataclasses.replace(
        history_row(examples.steady()),
        run_id=f"run-{end:%dT%H}-{last.days}",
        window_start=(end - last).isoformat(),
        window_end=end.isoformat(),
        rows_by_day={(end - timedelta(hours=1)).date().isoformat(): rows},
        log_digest="same",
    )


YESTERDAY = [END - DAY - timedelta(minutes=10 * number) for number in range(1, 8)]


def test_rows_that_came_after_a_run_are_counted():
    found = find_late_rows(seen(*YESTERDAY), [judged(4)], "same")
    assert found.by_run == {"run-04T00-1": 3}
    assert found.runs[0].days == ("2025-03-03",)


def test_a_day_that_has_as_many_rows_as_then_is_not_late():
    assert not find_late_rows(seen(*YESTERDAY), [judged(7)], "same").runs
    assert not find_late_rows(seen(*YESTERDAY), [judged(9)], "same").runs


def test_rows_are_told_once():
    told = dataclasses.replace(
        judged(0, end=END - timedelta(hours=1)), late_rows={"run-04T00-1": 2}, rows_by_day=None
    )
    found = find_late_rows(seen(*YESTERDAY), [judged(4), told], "same")
    assert found.by_run == {"run-04T00-1": 1}


def test_runs_that_counted_in_another_way_are_not_compared():
    assert not find_late_rows(seen(*YESTERDAY), [judged(4)], "other").runs
    old = dataclasses.replace(judged(4), rows_by_day=None, log_digest="")
    assert not find_late_rows(seen(*YESTERDAY), [old], "").runs


def test_what_was_not_read_again_is_not_compared():
    partly = seen(*YESTERDAY)
    partly.add_unread(to_moment(END - DAY - timedelta(hours=5)), to_moment(END - DAY))
    assert not find_late_rows(partly, [judged(4)], "same").runs
    older = judged(0, end=END - 2 * DAY)
    assert not find_late_rows(seen(*YESTERDAY), [older], "same").runs


def test_overlapping_windows_lack_the_same_rows():
    week = judged(1, last=7 * DAY)
    found = find_late_rows(seen(*YESTERDAY), [judged(4), week], "same")
    assert found.by_run == {"run-04T00-1": 3, "run-04T00-7": 6}
    assert [one.rows for one in found.apart()] == [6]


def test_a_window_is_counted_by_day():
    times = seen(*YESTERDAY, END - timedelta(hours=3))
    counts = rows_by_day(times, END - timedelta(hours=25), END)
    assert counts == {"2025-03-03": 6, "2025-03-04": 1}
    assert rows_by_day(times, END - timedelta(hours=25, seconds=1), END) == {"2025-03-04": 1}
    assert rows_by_day(None, END - DAY, END) == {}


def test_of_a_long_window_the_days_with_rows_are_kept():
    old = END - 400 * DAY
    times = seen(old + timedelta(hours=1), END - timedelta(hours=3), start=old)
    assert rows_by_day(times, old, END) == {f"{old:%Y-%m-%d}": 1, "2025-03-04": 1}
    short = rows_by_day(times, END - 3 * DAY, END)
    assert list(short.values()) == [0, 0, 1]
