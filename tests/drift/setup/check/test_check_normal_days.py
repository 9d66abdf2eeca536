"""What ``drift check`` says of the normal days that runs will measure."""

import dataclasses
from datetime import timedelta

import pandas as pd
import pytest

from drift.observations.window_images import WindowImages
from drift.pinned_profile import pinned_profile
from drift.run_request import RunOptions, requested_window
from drift.setup.check.images import CheckedImages
from drift.setup.check.normal_days import check_normal_days
from drift.setup.check.result import CheckState
from jobs.times.windows import TimeWindow
from tests.support.day_world import NOW, day, job_with, make_days, place_of, run_days

TRIED = CheckedImages(
    checks=(),
    images=2_000,
    window=WindowImages(rows=pd.DataFrame(), features=pd.DataFrame({"size_bytes": [1e6, 3e6]})),
    seconds_an_image=0.05,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("days") / "bucket"
    make_days(folder)
    run_days(place_of(job_with(folder)), day(5))
    return folder


def checked(folder, *, until=6, tried=TRIED, pinned=None, rows=None, **baseline):
    job = job_with(folder, baseline=baseline)
    request = requested_window(job, RunOptions(until=day(until), rows=rows), NOW)
    window = TimeWindow(start=request.start or day(until - 1), end=request.end)
    return list(check_normal_days(place_of(job), request, window, tried, pinned))


def test_it_says_how_many_images_bytes_and_minutes(folder):
    (one,) = checked(folder, days=28)

    assert one.state is CheckState.LOOK
    assert "the 28 days before the window take at most 8,400 images, 16,800 MB" in one.found
    assert "about 7 minutes, once" in one.found
    assert "after about 2 runs" in one.mend


def test_days_that_one_run_measures_are_fine(folder):
    small = dataclasses.replace(TRIED, images=20, seconds_an_image=0.01)

    (one,) = checked(folder, tried=small, days=7)

    assert one.state is CheckState.OK
    assert "at most 140 images" in one.found
    assert "half a minute" in one.found


def test_days_of_so_few_images_that_they_teach_nothing_are_said(folder):
    small = dataclasses.replace(TRIED, images=4)

    (one,) = checked(folder, tried=small, days=7)

    assert one.state is CheckState.LOOK
    assert "a day of the window holds 4 images; those of fewer than 5" in one.found


def test_days_that_are_measured_are_not_counted_again(folder):
    pinned = pinned_profile(place_of(job_with(folder))).id

    (some,) = checked(folder, pinned=pinned, days=7)
    (all_of_them,) = checked(folder, pinned=pinned, days=3)

    assert some.found.startswith("6 of the 7 days before the window are measured")
    assert "at most 300 images" in some.found
    assert all_of_them.found == "the 3 days before the window are measured"


def test_days_measured_before_a_segment_was_named_are_told(folder):
    job = job_with(folder, baseline={"days": 3}, segments={"columns": ["camera"]})
    place = place_of(job)
    request = requested_window(job, RunOptions(until=day(6)), NOW)
    window = TimeWindow(start=request.start or day(5), end=request.end)
    pinned = pinned_profile(place_of(job_with(folder))).id

    (one,) = check_normal_days(place, request, window, TRIED, pinned)

    assert one.state is CheckState.LOOK
    assert "are measured, 3 of them without camera" in one.found
    assert "drift baseline rebuild" in one.mend


def test_jobs_without_days_and_runs_without_time_are_told(folder):
    (none,) = checked(folder, days=0)
    (never,) = checked(folder, days=28, most_minutes=0)

    assert "compared with the reference" in none.found
    assert never.state is CheckState.LOOK
    assert "Runs measure none" in never.mend


def test_windows_of_rows_have_blocks_of_rows(folder):
    (one,) = checked(folder, rows=500, days=4)

    assert "the 4 times 500 rows before the window take at most 1,200 images" in one.found


def test_what_was_tried_tells_the_size(folder):
    empty = CheckedImages(checks=())

    assert empty.bytes_an_image == 0.0
    assert TRIED.bytes_an_image == 2e6
    assert timedelta(seconds=TRIED.seconds_an_image) > timedelta()
