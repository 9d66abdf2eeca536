"""A run that is killed while it makes records: the next one goes on, and nothing is there twice."""

import shutil

import pytest

from tests.support.counting_bucket import CountingBucket
from tests.support.day_world import day, job_with, make_days, place_of, run_days

REPORTS = "data_drift_reports/dogs"
WRITES = {"write", "create", "replace"}


class KilledError(BaseException):
    """Stands for the end of the process."""


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    """A bucket whose profile is pinned and whose images are in the cache; no day has a record."""
    folder = tmp_path_factory.mktemp("days") / "bucket"
    make_days(folder)
    run_days(place_of(job_with(folder)), day(6))
    for name in ("days", "runs"):
        shutil.rmtree(folder / REPORTS / name)
    return folder


@pytest.fixture(scope="module")
def undisturbed(before, tmp_path_factory):
    folder = shutil.copytree(before, tmp_path_factory.mktemp("whole") / "bucket")
    run_days(place_of(job_with(folder)), day(6))
    return contents(folder)


def contents(folder):
    """Return what there is of days and runs, but for the cache of records."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for name in ("days", "runs")
        for path in (folder / REPORTS / name).rglob("*.json")
    }


@pytest.mark.parametrize("number", range(8))
def test_a_run_that_is_killed_at_a_write_is_resumed(before, undisturbed, tmp_path, number):
    folder = shutil.copytree(before, tmp_path / "bucket")
    seen = []

    def kill(method, name):
        if method in WRITES and f"{REPORTS}/" in name:
            seen.append(name)
            if len(seen) > number:
                raise KilledError

    bucket = []

    def wrap(inner):
        bucket.append(CountingBucket(inner))
        bucket[0].before = kill
        return bucket[0]

    with pytest.raises(KilledError):
        run_days(place_of(job_with(folder), wrap), day(6))
    half = contents(folder)
    known = run_days(place_of(job_with(folder)), day(6))

    assert len(half) == min(number, 7)
    assert half.items() <= undisturbed.items()
    assert contents(folder) == undisturbed
    assert len(known.records) == 5
