"""Which run a person means by a text."""

import dataclasses

import pytest

from drift.across_runs.find_run import find_run
from drift.workplace import open_workplace
from jobs.errors import UsageError
from reports.history.history import history_row
from tests.support.job_folder import run_of_day
from tests.support.worlds import job_of


@pytest.fixture
def place(tmp_path):
    return open_workplace(job_of(tmp_path), writes=False)


def row_of(day, suffix="1a2b3c4d", end=None):
    row = history_row(run_of_day(day))
    end = end or row.window_end
    return dataclasses.replace(row, run_id=f"202503{day:02d}T000000Z-{suffix}", window_end=end)


ROWS = (row_of(3), row_of(4), row_of(5), row_of(5, "9f8e7d6c"), row_of(13))


@pytest.mark.parametrize(
    ("wanted", "number"),
    [
        ("latest", 4),
        ("20250304T000000Z-1a2b3c4d", 1),
        ("20250304", 1),
        ("20250305T000000Z-9", 3),
        ("2025031", 4),
        # The window that ends with the third of March is the day before's.
        ("2025-03-02", 0),
        ("2025-03-12", 4),
    ],
)
def test_one_run_is_found(wanted, number, place):
    assert find_run(ROWS, wanted, place) is ROWS[number]


def test_an_id_that_begins_another_one_is_that_run(place):
    longer = dataclasses.replace(ROWS[0], run_id=f"{ROWS[0].run_id}-2")
    assert find_run((ROWS[0], longer), ROWS[0].run_id, place) is ROWS[0]


def test_a_day_is_one_of_the_zone_whose_days_the_job_compares(tmp_path):
    berlin = job_of(tmp_path, window={"last": "1d", "timezone": "Europe/Berlin"})
    place = open_workplace(berlin, writes=False)
    evening = row_of(5, end="2025-03-04T23:00:00Z")
    assert find_run((evening,), "2025-03-04", place) is evening


def test_the_day_on_which_the_window_ends_will_do_where_it_is_one_runs(place):
    assert find_run(ROWS[:2], "2025-03-04", place) is ROWS[1]


def test_an_unknown_day_is_answered_with_days(place):
    with pytest.raises(UsageError, match="newest days with a run are: 2025-03-12, 2025-03-04, "):
        find_run(ROWS, "2025-04-30", place)


@pytest.mark.parametrize("wanted", ["20250305", "2025-03-04"])
def test_of_several_all_are_named_with_their_windows(wanted, place):
    with pytest.raises(UsageError, match=rf"'{wanted}' names 2 runs of ") as refused:
        find_run(ROWS, wanted, place)
    said = refused.value.message
    assert all(row.run_id in said for row in ROWS[2:4])
    assert "2025-03-04T00:00:00Z to 2025-03-05T00:00:00Z" in said
    assert ROWS[1].run_id not in said


def test_of_very_many_the_newest_are_named(place):
    with pytest.raises(UsageError, match=r"names 12 runs of .*; and 7 more"):
        find_run([row_of(day) for day in range(1, 13)], "2", place)


@pytest.mark.parametrize("wanted", ["", "2025-03-30", "20260101", "1a2b3c4d"])
def test_none_is_answered_with_runs_that_are_there(wanted, place):
    with pytest.raises(UsageError, match=r"has no run .* Or say latest"):
        find_run(ROWS, wanted, place)
