"""Windows of consecutive scheduled runs tile time, whatever the clocks do."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.run_request import RunOptions, requested_window
from jobs.job_file.job import Job
from jobs.times.cron import parse_cron
from tests.support.worlds import job_of

# Changes by one hour and by half of one, at midnight and at noon UTC, in both hemispheres; one zone
# that has none, and one that left out 30 December 2011.
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "America/Havana",
    "America/St_Johns",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Asia/Beirut",
    "Pacific/Apia",
    "Africa/Casablanca",
)
LATENESS_S = st.integers(0, 600)


def job_in(tmp_path_factory: pytest.TempPathFactory, window: dict, schedule: dict) -> Job:
    return job_of(tmp_path_factory.getbasetemp(), window=window, schedule=schedule)


def windows(job: Job, fired: list[datetime], late_s: int) -> list[tuple[datetime, datetime]]:
    requests = [
        requested_window(job, RunOptions(), moment + timedelta(seconds=late_s)) for moment in fired
    ]
    return [(request.start, request.end) for request in requests]


@given(
    zone=st.sampled_from(ZONES),
    hour=st.integers(0, 23),
    # A run that is so late that it starts on the next day is about the next day.
    minute=st.integers(0, 49),
    begin=st.datetimes(datetime(1995, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC)),
    late_s=LATENESS_S,
    by_schedule=st.booleans(),
)
def test_daily_windows_in_a_zone_tile_time(
    tmp_path_factory, zone, hour, minute, begin, late_s, by_schedule
):
    cron = f"{minute} {hour} * * *"
    if by_schedule:
        job = job_in(tmp_path_factory, {"last": "1d"}, {"cron": cron, "timezone": zone})
    else:
        job = job_in(tmp_path_factory, {"last": "1d", "timezone": zone}, {})
    schedule, fired = parse_cron(cron), [begin]
    for _ in range(400):
        fired.append(schedule.next_after(fired[-1], ZoneInfo(zone)))
    spans = windows(job, fired[1:], late_s)
    for (start, end), (following, _) in pairwise(spans):
        assert start < end == following


@pytest.mark.parametrize(
    ("fired", "start", "end"),
    [
        ("2026-10-25T03:00:00+00:00", "2026-10-23T22:00:00+00:00", "2026-10-24T22:00:00+00:00"),
        ("2026-10-26T03:00:00+00:00", "2026-10-24T22:00:00+00:00", "2026-10-25T23:00:00+00:00"),
        ("2026-03-30T03:00:00+00:00", "2026-03-28T23:00:00+00:00", "2026-03-29T22:00:00+00:00"),
    ],
)
def test_a_day_of_a_zone_has_as_many_hours_as_it_has(tmp_path, fired, start, end):
    job = job_of(tmp_path, window={"last": "1d", "timezone": "Europe/Berlin"})
    request = requested_window(job, RunOptions(), datetime.fromisoformat(fired))
    assert (request.start, request.end) == tuple(map(datetime.fromisoformat, (start, end)))


def test_a_week_of_a_zone_is_seven_of_its_days(tmp_path):
    job = job_of(tmp_path, window={"last": "1w", "timezone": "Europe/Berlin"})
    request = requested_window(job, RunOptions(), datetime(2026, 10, 27, 9, tzinfo=UTC))
    assert request.start == datetime(2026, 10, 19, 22, tzinfo=UTC)
    assert request.end - request.start == timedelta(hours=7 * 24 + 1)


def test_a_given_start_is_taken_exactly_in_any_zone(tmp_path):
    job = job_of(tmp_path, window={"last": "1d", "timezone": "Europe/Berlin"})
    since, until = (datetime(2026, 10, day, 12, tzinfo=UTC) for day in (25, 26))
    request = requested_window(job, RunOptions(since=since, until=until), until)
    assert (request.start, request.end) == (since, until)


@pytest.mark.parametrize(
    ("window", "schedule"),
    [
        ({"last": "1d"}, {}),
        ({"last": "1d"}, {"cron": "0 3 * * *"}),
        ({"last": "1d"}, {"cron": "0 */6 * * *", "timezone": "Europe/Berlin"}),
        ({"last": "6h"}, {"cron": "0 3 * * *", "timezone": "Europe/Berlin"}),
        ({"last": "6h", "timezone": "Europe/Berlin"}, {}),
    ],
    ids=["no zone", "UTC", "several a day", "hours", "hours in a zone"],
)
def test_elsewhere_a_window_ends_at_the_last_full_hour(tmp_path, window, schedule):
    job = job_of(tmp_path, window=window, schedule=schedule)
    request = requested_window(job, RunOptions(), datetime(2026, 10, 26, 9, 30, tzinfo=UTC))
    assert request.end == datetime(2026, 10, 26, 9, tzinfo=UTC)
    assert request.last == job.window.last


def test_a_window_of_rows_has_no_days(tmp_path):
    job = job_of(tmp_path, window={"rows": 100, "timezone": "Europe/Berlin"})
    request = requested_window(job, RunOptions(), datetime(2026, 10, 26, 9, 30, tzinfo=UTC))
    assert (request.end, request.rows) == (datetime(2026, 10, 26, 9, tzinfo=UTC), 100)
