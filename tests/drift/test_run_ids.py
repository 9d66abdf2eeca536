"""What makes a run another run, and what does not."""

from datetime import UTC, datetime

import pytest

from drift.run_request import RunOptions, requested_window, run_id
from tests.support.worlds import job_of

UNTIL = datetime(2025, 3, 5, tzinfo=UTC)


def id_of(**tables):
    job = job_of("bucket", **tables)
    return run_id(job, requested_window(job, RunOptions(until=UNTIL), UNTIL))


@pytest.mark.parametrize(
    "tables",
    [
        {"baseline": {"days": 0}},
        {"baseline": {"days": 60, "images_per_day": 1_000, "most_minutes": 0}},
        {"detection": {"basis": "auto"}},
    ],
)
def test_normal_days_make_no_other_run(tables):
    assert id_of(**tables) == id_of()


def test_a_run_beside_the_reference_is_another_one():
    assert id_of(detection={"basis": "reference"}) != id_of()
