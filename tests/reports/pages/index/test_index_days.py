import dataclasses
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.findings.answers import Verdict
from reports.history.history import HistoryRow, history_row, sort_rows
from reports.pages.index.days import (
    RUNS_PER_TABLE,
    by_day,
    day_of,
    lasting,
    tables_of,
    usual_step,
    weeks_between,
    weeks_of,
)
from tests.support import findings as examples

START = datetime(2025, 1, 1, tzinfo=UTC)
STEADY = history_row(examples.steady())


def row(end: datetime, verdict: Verdict = Verdict.STEADY, **other: object) -> HistoryRow:
    return dataclasses.replace(
        STEADY, run_id=end.isoformat(), window_end=end.isoformat(), verdict=verdict, **other
    )


hours = st.lists(st.integers(0, 24 * 500), min_size=1, max_size=40)


@given(hours, st.integers(0, 40))
def test_the_tables_hold_every_older_run_once_and_whole_months(
    ends: list[int], first_recent: int
) -> None:
    rows = sort_rows(row(START + timedelta(hours=end)) for end in ends)
    first_recent = min(first_recent, len(rows))

    tables = tables_of(rows, first_recent)

    inside = [one for table in tables for one in table.rows]
    assert inside == list(rows[: len(inside)])
    assert len(inside) >= first_recent
    months = {(day_of(one).year, day_of(one).month) for one in inside}
    rest = {(day_of(one).year, day_of(one).month) for one in rows[len(inside) :]}
    assert not months & rest
    assert len({table.name for table in tables}) == len(tables)


def test_a_month_with_more_runs_than_a_page_holds_has_parts() -> None:
    rows = [row(START + timedelta(minutes=1 + n)) for n in range(RUNS_PER_TABLE + 5)]

    tables = tables_of(rows, len(rows))

    assert [(table.name, len(table.rows)) for table in tables] == [
        ("2025-01.html", RUNS_PER_TABLE),
        ("2025-01-2.html", 5),
    ]


@given(hours)
def test_days_and_weeks_hold_every_run_once(ends: list[int]) -> None:
    rows = sort_rows(row(START + timedelta(hours=end)) for end in ends)

    assert [one for of_day in by_day(rows).values() for one in of_day] == list(rows)
    weeks = weeks_of(rows)
    assert sum(week.tally.runs for week in weeks) == len(rows)
    assert all(week.monday.weekday() == 0 for week in weeks)


def test_a_week_knows_the_largest_effect_of_each_column() -> None:
    first = row(START, effects={"mean": 0.4, "breed": 0.02}, directions={"breed": "shares"})
    second = row(START + timedelta(days=1), effects={"mean": 0.2, "edge": None}, directions={})

    (week,) = weeks_of([first, second])

    assert week.effects == pytest.approx({"mean": 0.4, "breed": 0.1})
    assert week.largest_effect == 0.4
    assert week.newest is second


def test_weeks_without_a_run_are_counted_between_two() -> None:
    one, two = weeks_of([row(START), row(START + timedelta(weeks=4))])

    assert weeks_between(one, two) == 3


def test_what_lasts_are_the_newest_runs_of_one_verdict() -> None:
    verdicts = [Verdict.DRIFT, Verdict.STEADY, Verdict.DRIFT, Verdict.DRIFT]
    rows = [row(START + timedelta(days=n), verdict) for n, verdict in enumerate(verdicts)]

    assert lasting(rows) == rows[2:]
    assert lasting(rows[2:]) == rows[2:]


def test_the_usual_step_survives_gaps_and_delays() -> None:
    days = [0, 1, 2, 3.02, 4, 9, 10, 11, 12]

    step = usual_step([row(START + timedelta(days=day)) for day in days])

    assert step is not None
    assert abs(step - timedelta(days=1)) < timedelta(hours=1)


def test_windows_without_a_rhythm_have_no_usual_step() -> None:
    assert usual_step([row(START), row(START + timedelta(days=1))]) is None
    assert usual_step([row(START)] * 9) is None


def test_midnight_belongs_to_the_day_that_it_ends() -> None:
    assert day_of(row(datetime(2025, 3, 1, tzinfo=UTC))) == date(2025, 2, 28)
    assert day_of(row(datetime(2025, 3, 1, 13, tzinfo=UTC))) == date(2025, 3, 1)


def test_a_day_that_begins_at_another_hour_is_the_one_that_holds_most_of_it() -> None:
    end = datetime(2025, 3, 1, 5, tzinfo=UTC)
    assert day_of(row(end, window_start="2025-02-28T05:00:00Z")) == date(2025, 2, 28)
