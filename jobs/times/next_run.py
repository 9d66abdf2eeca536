"""When the next run of a job is expected: by its cron expression, or by the rhythm of its runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from jobs.times.cron import parse_cron

# Two hours of a day: a run takes its time, and schedulers start late.
_PARTS_OF_A_STEP = 12
_LEAST_GRACE = timedelta(minutes=30)
# Clocks differ: a run that ends so shortly before its time by its machine's clock is that run.
_CLOCKS_APART = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedRun:
    """When a run is expected, in UTC.

    Attributes
    ----------
    at
        When it should start.
    late_after
        Without a run by then, the job has not run when it should have: a twelfth of the time
        between two runs later, and half an hour at least.
    """

    at: datetime
    late_after: datetime


def expected_by_cron(cron: str, timezone: str, made: datetime) -> ExpectedRun:
    """Return the first run that a cron expression names after a run that was made at `made`.

    One that it names less than two minutes after `made` is the run itself.

    Raises
    ------
    ValueError
        If `cron` is no cron expression.
    """
    schedule, zone = parse_cron(cron), ZoneInfo(timezone)
    first = schedule.next_after(made + _CLOCKS_APART, zone).astimezone(UTC)
    second = schedule.next_after(first, zone).astimezone(UTC)
    return ExpectedRun(at=first, late_after=first + _grace(second - first))


def expected_by_rhythm(step: timedelta, made: datetime) -> ExpectedRun:
    """Return the run that follows the one of `made` where a run comes every `step`."""
    return ExpectedRun(at=made + step, late_after=made + step + _grace(step))


def _grace(step: timedelta) -> timedelta:
    return max(step / _PARTS_OF_A_STEP, _LEAST_GRACE)
