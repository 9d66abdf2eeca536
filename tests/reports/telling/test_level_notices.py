"""A level that differs from the reference is told once, until a person accepts it."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from jobs.job_file.output_settings import NotificationSettings
from reports.findings.answers import Verdict
from reports.findings.days import Basis, LevelState
from reports.findings.runs import NoticeKind
from reports.history.history import AcceptedWindow, HistoryRow
from reports.history.normal_days import DaysOfRun
from reports.telling.needed_records import records_needed_from
from reports.telling.notices import due_notice, standing_notice

FIRST = datetime(2025, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
VERDICTS = {"D": Verdict.DRIFT, "s": Verdict.STEADY, "?": Verdict.INCONCLUSIVE}
LETTERS = {
    NoticeKind.DRIFT: "D",
    NoticeKind.REMINDER: "r",
    NoticeKind.RECOVERED: "s",
    NoticeKind.INCONCLUSIVE: "?",
    NoticeKind.LEVEL: "L",
}


def row(day, verdict, level):
    """Return a run; the level is x (differs), o (alike), a (accepted before), A (this run is)."""
    end = FIRST + day * DAY
    known = None
    if level != " ":
        known = DaysOfRun(
            basis=Basis.DAYS,
            level=LevelState.ALIKE if level == "o" else LevelState.DIFFERS,
            accepted_run="r" if level == "a" else "",
        )
    accepted = AcceptedWindow(statistics={}, reference_units=0, current_units=0)
    return HistoryRow(
        run_id=f"r-{day}",
        window_start=(end - DAY).isoformat(),
        window_end=end.isoformat(),
        verdict=VERDICTS[verdict],
        summary="",
        images=100,
        false_alarm_rate=0.01,
        normal_days=known,
        accepted=accepted if level == "A" else None,
    )


def rows_of(verdicts, levels):
    return [row(day, *both) for day, both in enumerate(zip(verdicts, levels, strict=True))]


def told(verdicts, levels, **policy):
    rows = rows_of(verdicts, levels)
    due = [due_notice(rows, today, NotificationSettings(**policy)) for today in rows]
    return "".join("." if one is None else LETTERS[one.kind] for one in due)


@pytest.mark.parametrize(
    ("verdicts", "levels", "expected", "policy"),
    [
        # Once, whatever days come after it.
        ("sssss", "xxxxx", "L....", {}),
        ("sssss", "ooxxx", "..L..", {}),
        ("sssss", "     ", ".....", {}),
        ("sssss", "ooooo", ".....", {}),
        # A level at the edge of what counts is no news each time; a week of likeness is.
        ("sssssss", "xoxoxox", "L......", {}),
        ("sssssssss", "xooooooox", "L........", {}),
        ("ssssssssssss", "xooooooooxxx", "L........L..", {}),
        # Accepted: silent, and told anew where another one differs.
        ("sssss", "aaaaa", ".....", {}),
        ("sssss", "xAaaa", "L....", {}),
        ("ssssss", "xAaaxx", "L...L.", {}),
        # Rows that do not know it change nothing.
        ("sssss", "x x x", "L....", {}),
        # A drift comes first; the level waits until it is over.
        ("DDsss", "xxxxx", "D.sL.", {}),
        ("sDDss", "xxxxx", "LD.s.", {}),
        # While it is learned the run is inconclusive: the level is told all the same.
        ("??sss", "xxxxx", "L....", {}),
        ("??sss", "xxxxx", "?L...", {"inconclusive": True}),
        # It waits for a quiet period, and begins none.
        ("Dsssssss", "xxxxxxxx", "D..s..L.", {"quiet_period": "3d"}),
        ("sDssss", "xxxxxx", "LD..s.", {"quiet_period": "3d"}),
    ],
)
def test_who_is_told_of_the_level(verdicts, levels, expected, policy):
    assert told(verdicts, levels, **policy) == expected


def test_the_notice_says_since_when():
    rows = rows_of("DDss", "xxxx")
    notice = due_notice(rows, rows[-1], NotificationSettings())
    assert notice.kind is NoticeKind.LEVEL
    assert notice.since == rows[0].window_end


def test_a_level_that_reached_nobody_can_be_told_by_a_later_run_while_it_is_so():
    rows = rows_of("ssss", "xxxx")
    standing = standing_notice(rows, rows[-1], NotificationSettings())
    assert standing.notice.kind is NoticeKind.LEVEL
    assert standing.run_ids == ("r-0",)
    accepted = [*rows[:-1], dataclasses.replace(rows[-1], normal_days=row(3, "s", "a").normal_days)]
    assert standing_notice(accepted, accepted[-1], NotificationSettings()) is None


def test_records_are_needed_from_where_the_level_was_told():
    rows = rows_of("DDssss", "xxxxxx")
    assert records_needed_from(rows, NotificationSettings()) == rows[3].end
