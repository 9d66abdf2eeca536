"""Which records of normal days ``drift prune`` deletes."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from drift.days.blocks import Block
from drift.days.records.calendar import BlockCalendar
from drift.days.records.stored.names import RecordName, days_folder
from drift.days.records.stored.pin import pin_name
from drift.pruning.days import NeededDays
from drift.pruning.keep import Keep
from drift.pruning.plan import Kind
from drift.pruning.survey import survey
from drift.run_request import as_text
from drift.workplace import Workplace
from jobs.times.windows import TimeWindow, WindowRequest
from reports.history.history import history_row
from reports.rollup import ROLLUP_NAME
from tests.support.job_folder import PREFIX, fill_job, run_id, run_of_day
from tests.support.memory_bucket import MemoryBucket
from tests.support.worlds import job_of

NOW = datetime(2025, 3, 12, 1, tzinfo=UTC)
NEWEST = datetime(2025, 3, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def bucket():
    """A job with ten runs, from 3 to 12 March, of which that of 4 March was accepted."""
    bucket = MemoryBucket()
    fill_job(bucket)
    return bucket


def write_days(bucket, profile, starts, length=DAY, view_id=""):
    names = []
    for start in starts:
        block = Block(start=start, end=start + length)
        name = RecordName(block=block, key="0123abcd", view_id=view_id)
        names.append(days_folder(PREFIX, profile) + name.text)
        bucket.write(names[-1], b"{}")
    bucket.write(days_folder(PREFIX, profile) + ROLLUP_NAME, b"")
    return names


def plan_for(bucket, runs, **tables):
    place = Workplace(
        job=job_of("memory", **tables),
        bucket=bucket,
        open_bucket=lambda url: bucket,
        clock=lambda: NOW,
        progress=None,
        writes=False,
    )
    return survey(place, Keep(runs=runs)).plan


def pruned(bucket, runs, **tables):
    plan = plan_for(bucket, runs, **tables)
    assert not [one for one in plan.unknown if "/days/" in one.name]
    days = [one for one in plan.removals if one.kind is Kind.DAY]
    return {info.name for one in days for info in one.objects}, plan


@pytest.mark.parametrize("view_id", ["", "v-0123456789ab"])
def test_days_go_that_neither_kept_runs_nor_later_ones_look_at(bucket, view_id):
    starts = [NEWEST - number * DAY for number in range(1, 30)]
    names = write_days(bucket, "p-new", starts, view_id=view_id)

    going, _ = pruned(bucket, 1, baseline={"days": 3})

    # The newest run's window begins on 11 March, the accepted one's on 3 March; a day may have 25
    # hours, so that one day more stays.
    kept = {NEWEST - number * DAY for number in (1, 2, 3, 4, 5, 9, 10, 11, 12, 13)}
    stay = [name for name, start in zip(names, starts, strict=True) if start in kept]
    assert sorted({*names} - going) == sorted(stay)


@pytest.mark.parametrize("hours", [1, 6, 24, 36, 48, 168])
def test_what_stays_is_what_the_next_window_can_look_at(bucket, hours):
    """As the calendar of blocks says; windows begin where the newest one began, or later."""
    length = timedelta(hours=hours)
    row = history_row(run_of_day(12))
    newest = dataclasses.replace(row, window_start=as_text(row.end - length))
    job = job_of("memory", baseline={"days": 9})
    needed = NeededDays.of(job, [newest], frozenset())
    calendar = BlockCalendar.of(
        WindowRequest(end=newest.end, last=length),
        TimeWindow(start=newest.start, end=newest.end),
        None,
    )
    blocks = calendar.blocks_before(9)
    assert all(needed.needs(block) for block in blocks)
    oldest = min(block.start for block in blocks)
    far = Block(start=oldest - timedelta(hours=3) - length, end=oldest - timedelta(hours=3))
    assert not needed.needs(far)


def test_days_of_a_profile_that_goes_go_with_it(bucket):
    names = write_days(bucket, "p-older", [NEWEST - DAY])

    going, plan = pruned(bucket, 5)

    assert going >= {*names, days_folder(PREFIX, "p-older") + ROLLUP_NAME}
    assert "p-older" in {one.name for one in plan.removals if one.kind is Kind.PROFILE}


def test_what_a_run_was_held_beside_goes_with_its_report(bucket):
    bucket.write(pin_name(PREFIX, run_id(6)), b"{}")
    bucket.write(pin_name(PREFIX, run_id(12)), b"{}")

    _, plan = pruned(bucket, 1)

    going = {info.name for info in plan.objects}
    assert pin_name(PREFIX, run_id(6)) in going
    assert pin_name(PREFIX, run_id(12)) not in going


def test_other_objects_among_the_days_are_left(bucket):
    name = days_folder(PREFIX, "p-older") + "notes.txt"
    bucket.write(name, b"mine")

    plan = plan_for(bucket, 1)

    assert name in {one.name for one in plan.unknown}
