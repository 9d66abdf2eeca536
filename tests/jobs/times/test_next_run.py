from datetime import UTC, datetime, timedelta

import pytest

from jobs.times.next_run import expected_by_cron, expected_by_rhythm

MADE = datetime(2025, 3, 7, 3, 20, tzinfo=UTC)  # a Friday


def test_a_nightly_job_is_late_two_hours_after_it_should_have_started():
    expected = expected_by_cron("15 3 * * *", "UTC", MADE)
    assert expected.at == datetime(2025, 3, 8, 3, 15, tzinfo=UTC)
    assert expected.late_after == datetime(2025, 3, 8, 5, 15, tzinfo=UTC)


def test_a_run_by_hand_is_followed_by_the_next_one_of_the_schedule():
    expected = expected_by_cron("15 3 * * *", "UTC", MADE + timedelta(hours=20))
    assert expected.at == datetime(2025, 3, 8, 3, 15, tzinfo=UTC)


def test_no_run_is_expected_on_days_that_the_schedule_leaves_out():
    expected = expected_by_cron("15 3 * * mon-fri", "UTC", MADE)
    assert expected.at == datetime(2025, 3, 10, 3, 15, tzinfo=UTC)


def test_the_schedule_is_meant_in_its_time_zone_also_when_the_clocks_change():
    made = datetime(2025, 3, 29, 2, 20, tzinfo=UTC)
    expected = expected_by_cron("15 3 * * *", "Europe/Berlin", made)
    assert expected.at == datetime(2025, 3, 30, 1, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("step", "grace"),
    [
        (timedelta(minutes=10), timedelta(minutes=30)),
        (timedelta(hours=1), timedelta(minutes=30)),
        (timedelta(days=1), timedelta(hours=2)),
        (timedelta(weeks=1), timedelta(hours=14)),
    ],
)
def test_the_time_that_a_run_may_take_grows_with_the_time_between_runs(step, grace):
    expected = expected_by_rhythm(step, MADE)
    assert (expected.at, expected.late_after) == (MADE + step, MADE + step + grace)


def test_what_is_no_cron_expression_is_refused():
    with pytest.raises(ValueError, match="five fields"):
        expected_by_cron("daily", "UTC", MADE)


def test_a_run_whose_clock_is_a_minute_behind_its_scheduler_is_no_missing_run():
    early = datetime(2025, 3, 5, 3, 14, 20, tzinfo=UTC)

    expected = expected_by_cron("15 3 * * *", "UTC", early)

    assert expected.at == datetime(2025, 3, 6, 3, 15, tzinfo=UTC)
