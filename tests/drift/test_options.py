"""Which window a run is about, and what its id is."""

from datetime import UTC, datetime, timedelta

import pytest

from drift.run_request import RunOptions, requested_window, run_id
from tests.support.worlds import job_of

NOW = datetime(2025, 3, 4, 10, 47, 12, 345678, tzinfo=UTC)


@pytest.fixture
def job(tmp_path):
    return job_of(tmp_path)


def test_without_an_end_the_window_ends_at_the_last_full_hour(job):
    request = requested_window(job, RunOptions(), NOW)
    assert request.end == datetime(2025, 3, 4, 10, tzinfo=UTC)
    assert request.start == datetime(2025, 3, 3, 10, tzinfo=UTC)


def test_a_delay_waits_for_late_rows(tmp_path):
    job = job_of(tmp_path, window={"last": "1d", "delay": "50m"})
    assert requested_window(job, RunOptions(), NOW).end == datetime(2025, 3, 4, 9, tzinfo=UTC)


def test_a_given_end_is_taken_exactly(job):
    assert requested_window(job, RunOptions(until=NOW), NOW + timedelta(days=9)).end == NOW


def test_options_override_the_job_files_window(job):
    request = requested_window(job, RunOptions(rows=500), NOW)
    assert (request.rows, request.last) == (500, None)
    request = requested_window(job, RunOptions(last=timedelta(hours=6)), NOW)
    assert (request.rows, request.last) == (None, timedelta(hours=6))


def test_a_retry_within_the_hour_is_the_same_run_and_the_next_hour_is_another(job):
    ids = [
        run_id(job, requested_window(job, RunOptions(), NOW + timedelta(minutes=late)))
        for late in (0, 12, 13)
    ]
    assert ids[0] == ids[1] != ids[2]
    assert ids[0].startswith("20250304T100000Z-")


@pytest.mark.parametrize(
    "tables",
    [
        {"window": {"last": "2d"}},
        {"window": {"rows": 100}},
        {"window": {"last": "1d", "min_images": 20}},
        {"detection": {"false_alarm_rate": 0.02}},
        {"name": "cats"},
    ],
)
def test_another_job_window_or_detection_is_another_run(tmp_path, job, tables):
    other = job_of(tmp_path, **tables)
    options = RunOptions(until=NOW)
    first, second = (run_id(one, requested_window(one, options, NOW)) for one in (job, other))
    assert first != second
    assert first.rpartition("-")[0] == second.rpartition("-")[0]


def test_where_things_lie_does_not_change_the_id(tmp_path, job):
    other = job_of(tmp_path / "moved", images={"path": "pictures/{id}"})
    options = RunOptions(until=NOW)
    first, second = (run_id(one, requested_window(one, options, NOW)) for one in (job, other))
    assert first == second


def test_a_fraction_of_a_second_is_in_the_id(job):
    assert run_id(job, requested_window(job, RunOptions(until=NOW), NOW)).startswith(
        "20250304T104712.345678Z-"
    )
