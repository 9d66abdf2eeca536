"""The calendar days that labels are counted by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from jobs.times.windows import days_before, floor_day

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class WholeDay:
    """A calendar day ``[start, end)`` in UTC."""

    start: datetime
    end: datetime

    def name(self, zone: ZoneInfo | None) -> str:
        """Return its date in the zone whose days count."""
        return f"{self.start.astimezone(zone or UTC):%Y-%m-%d}"


def whole_days(end: datetime, wait: timedelta, zone: ZoneInfo | None) -> tuple[WholeDay, ...]:
    """Return the days that lie wholly in the time `wait` before `end`, the oldest first.

    Parameters
    ----------
    zone
        `Job.day_zone`; None for days of UTC.
    """
    known = zone or ZoneInfo("UTC")
    first = end - wait
    stop = floor_day(end, known)
    found: list[WholeDay] = []
    while True:
        start = days_before(stop, 1, known)
        if start < first:
            return tuple(reversed(found))
        found.append(WholeDay(start=start, end=stop))
        stop = start
