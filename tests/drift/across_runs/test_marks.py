"""What people said of past windows: where levels begin, which blocks never teach."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from drift.across_runs.marks import PersonsMarks
from drift.days.blocks import Block
from reports.findings.answers import Verdict
from reports.history.history import AcceptedWindow, HistoryRow

DAY = timedelta(days=1)
START = datetime(2025, 3, 1, tzinfo=UTC)
BLOCKS = [Block(start=START + day * DAY, end=START + (day + 1) * DAY) for day in range(6)]
ACCEPTED = AcceptedWindow(statistics={}, reference_units=100, current_units=50)


def _row(first: int, last: int, **marks: object) -> HistoryRow:
    row = HistoryRow(
        run_id=f"run-{first}",
        window_start=BLOCKS[first].start.isoformat(),
        window_end=BLOCKS[last].end.isoformat(),
        verdict=Verdict.DRIFT,
        summary="",
        images=50,
        false_alarm_rate=0.01,
        profile_id="p-1",
    )
    return replace(row, **marks)


def test_a_level_begins_with_the_accepted_window() -> None:
    rows = [_row(2, 2, accepted=ACCEPTED), _row(4, 4, accepted=ACCEPTED), _row(1, 1)]
    marks = PersonsMarks.of(rows, "p-1")
    assert marks.levels(BLOCKS).tolist() == [0, 0, 1, 1, 2, 2]
    assert marks.level_at(START + 9 * DAY) == 2
    assert marks.newest_level is not None
    assert marks.newest_level.run_id == "run-4"


def test_a_window_that_was_accepted_as_two_runs_begins_one_level() -> None:
    rows = [_row(2, 2, accepted=ACCEPTED), _row(2, 3, accepted=ACCEPTED)]
    assert PersonsMarks.of(rows, "p-1").levels(BLOCKS).tolist() == [0, 0, 1, 1, 1, 1]


def test_every_block_that_a_rejected_window_touches_is_kept_out() -> None:
    marks = PersonsMarks.of([_row(1, 3, rejected=True)], "p-1")
    assert marks.are_rejected(BLOCKS).tolist() == [False, True, True, True, False, False]
    assert marks.newest_level is None


def test_marks_of_another_profile_do_not_count_and_texts_tell_them_apart() -> None:
    rows = [_row(2, 2, accepted=ACCEPTED), _row(3, 3, rejected=True)]
    assert PersonsMarks.of(rows, "p-2") == PersonsMarks()
    texts = PersonsMarks.of(rows, "p-1").texts
    assert [text.split()[0] for text in texts] == ["accepted", "rejected"]
    assert PersonsMarks.of(rows[::-1], "p-1").texts == texts
