"""Time windows: half-open, in UTC; and which window a run looks at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MOST_ROWS = 10_000_000
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_LONGEST = timedelta(days=36_525)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeWindow:
    """The half-open interval ``[start, end)`` in UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRequest:
    """The rows that a run asks the log for: those before `end`, and how far back.

    Exactly one of `last` and `rows` is set.

    Attributes
    ----------
    end
        The window's end in UTC; rows at or after it are not in the window.
    last
        The window's length.
    rows
        The number of newest rows.
    most_rows
        The most rows that the window may hold; reading the log ends with an error beyond.
    """

    end: datetime
    last: timedelta | None = None
    rows: int | None = None
    most_rows: int = MOST_ROWS

    @property
    def start(self) -> datetime | None:
        """The window's start, or None if it depends on the number of rows."""
        return None if self.last is None else self.end - self.last


def parse_duration(text: str) -> timedelta:
    """Return the length that a text such as ``30m``, ``12h``, ``7d`` or ``2w`` names.

    Raises
    ------
    ValueError
        If the text has another form, or its length is zero.
    """
    match = re.fullmatch(r"(\d{1,6})([mhdw])", text.strip())
    if match is None or int(match[1]) == 0:
        raise ValueError('a number followed by m, h, d or w, such as "7d"')
    length = timedelta(**{_UNITS[match[2]]: int(match[1])})
    if length > _LONGEST:
        raise ValueError('at most a hundred years, such as "7d"')
    return length


def format_duration(length: timedelta) -> str:
    """Return the shortest text that `parse_duration` reads as `length` (whole minutes)."""
    minutes = int(length.total_seconds() // 60)
    for unit, size in (("w", 10080), ("d", 1440), ("h", 60)):
        if minutes % size == 0:
            return f"{minutes // size}{unit}"
    return f"{minutes}m"


def floor_time(moment: datetime, step: timedelta) -> datetime:
    """Return the last multiple of `step` since 1970-01-01 UTC that is not after `moment`."""
    return moment - (moment - _EPOCH) % step


def floor_day(moment: datetime, zone: ZoneInfo, days: int = 1) -> datetime:
    """Return the start, in UTC, of the day in `zone` that `moment` lies in.

    Parameters
    ----------
    days
        If more than 1: the last day whose number since 1970-01-01 is a multiple of `days`.
    """
    today = moment.astimezone(zone).date()
    number = (today - _EPOCH.date()).days
    return _midnight(today - timedelta(days=number % days), zone)


def days_before(end: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Return the moment so many days of `zone` before `end`, at the same time of day, in UTC.

    A day on which the clocks change has 23 to 25 hours. If the time of day is skipped, it comes
    later by as much; if it is repeated, the first occurrence counts. A day that the zone left out
    of its calendar is not counted.
    """
    local = end.astimezone(zone)
    day, start = local.date(), end
    # If midnight is skipped, the day begins at one o'clock local time.
    clock = time() if _midnight(day, zone) == end else local.time()
    for _ in range(days):
        before = start
        while before >= start:
            day -= timedelta(days=1)
            before = _moment(day, clock, zone)
        start = before
    return start


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return _moment(day, time(), zone)


def _moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock.replace(fold=0), tzinfo=zone).astimezone(UTC)
