"""Cron expressions with the meaning that crontab(5) gives them.

APScheduler's own cron trigger means something else in three places: it counts weekdays from Monday,
it wants both the day of the month and the weekday to match where cron wants either, and it leaves
out a day whose time is skipped when the clocks go forward at midnight. This parser is
plain arithmetic on dates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
# 29 February falls on a given weekday at least every 40 years, the gap around 2100 included.
_SEARCHED_DAYS = 41 * 366
_PART = re.compile(r"(?:\*|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>\w+))?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    name: str
    article: str = "a"
    low: int
    high: int
    names: tuple[str, ...] = ()

    @property
    def span(self) -> str:
        return f"{self.low}-{self.high}"

    @property
    def title(self) -> str:
        return f"{self.article} {self.name}"


_FIELDS = (
    _Field(name="minute", low=0, high=59),
    _Field(name="hour", article="an", low=0, high=23),
    _Field(name="day of month", low=1, high=31),
    _Field(name="month", low=1, high=12, names=_MONTHS),
    _Field(name="day of week", low=0, high=7, names=_WEEKDAYS),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CronSchedule:
    """The moments that a cron expression names.

    Attributes
    ----------
    minutes, hours, days, months
        The values that match, in increasing order.
    weekdays
        The weekdays that match, with Sunday as 0.
    either_day
        Whether a day matches if it is in `days` or in `weekdays`; if not, it must be in both.
    every_hour
        Whether the field of the minute or of the hour starts with ``*``. Such a schedule follows
        the real hours when the clocks change. Any other schedule names times of the day. If a time
        is skipped, it comes later by as much as the clocks went forward; if it is repeated, it
        comes once.
    """

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    either_day: bool
    every_hour: bool

    @property
    def comes_once_a_day(self) -> bool:
        """Whether the schedule names a single time of the day."""
        return len(self.minutes) == len(self.hours) == 1

    def next_after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """Return the first moment after `moment` (with a zone) that matches, in `zone`.

        Raises
        ------
        ValueError
            If there is none within 41 years; `parse_cron` refuses such expressions.
        """
        first_day = moment.astimezone(zone).date() - timedelta(days=1)
        for offset in range(_SEARCHED_DAYS):
            day = first_day + timedelta(days=offset)
            if not self._has_day(day):
                continue
            later = [found for found in self._moments(day, zone) if found > moment]
            if later:
                return min(later).astimezone(zone)
        raise ValueError("the schedule names no day that ever comes")

    def _has_day(self, day: date) -> bool:
        if day.month not in self.months:
            return False
        in_days = day.day in self.days
        in_weekdays = day.isoweekday() % 7 in self.weekdays
        return in_days or in_weekdays if self.either_day else in_days and in_weekdays

    def _moments(self, day: date, zone: ZoneInfo) -> Iterator[datetime]:
        for hour, minute in product(self.hours, self.minutes):
            local = datetime.combine(day, time(hour, minute), tzinfo=zone)
            first = local.astimezone(UTC)
            if not self.every_hour:
                yield first
            elif first.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
                yield first
                yield local.replace(fold=1).astimezone(UTC)


def parse_cron(expression: str) -> CronSchedule:
    """Return the schedule that a cron expression of five fields names.

    The fields are minute, hour, day of month, month and day of week, each with ``*``, numbers,
    ranges, steps (``*/15``, ``8-18/2``) and lists of those. Months and weekdays have their English
    names of three letters too, in any case; Sunday is 0 and 7. Where both the day of the month and
    the day of the week are restricted, a day that matches either counts; a field that starts with
    ``*`` counts as not restricted, as in crontab(5).

    Raises
    ------
    ValueError
        If the expression is not valid; the message says what was expected.
    """
    texts = expression.split()
    if len(texts) != len(_FIELDS):
        raise ValueError(
            "five fields (minute, hour, day of month, month, day of week), such as "
            f'"15 3 * * *" for every day at 03:15; found {len(texts)}'
        )
    minutes, hours, days, months, weekdays = (
        _parse_field(text, field) for text, field in zip(texts, _FIELDS, strict=True)
    )
    schedule = CronSchedule(
        minutes=minutes,
        hours=hours,
        days=days,
        months=months,
        weekdays=tuple(sorted({weekday % 7 for weekday in weekdays})),
        either_day=not (texts[2].startswith("*") or texts[4].startswith("*")),
        every_hour=texts[0].startswith("*") or texts[1].startswith("*"),
    )
    if not schedule.either_day and not _days_exist(schedule):
        raise ValueError(f'a day that exists: no month of "{texts[3]}" has a day "{texts[2]}"')
    return schedule


def _days_exist(schedule: CronSchedule) -> bool:
    return any(
        day <= _LONGEST_MONTHS[month - 1] for month in schedule.months for day in schedule.days
    )


def _parse_field(text: str, field: _Field) -> tuple[int, ...]:
    values: set[int] = set()
    for part in text.split(","):
        values.update(_parse_part(part, field))
    return tuple(sorted(values))


def _parse_part(part: str, field: _Field) -> range:
    match = _PART.fullmatch(part)
    if match is None:
        raise ValueError(
            f"{field.title} of numbers {field.span}, ranges, lists, steps or *; "
            f'"{part}" is none of them'
        )
    first, last, step = match["first"], match["last"], match["step"]
    if step is not None and first is not None and last is None:
        raise ValueError(
            f'{field.title} with a range before its step, such as "{first}-{field.high}/{step}" '
            f'in place of "{part}"'
        )
    low = field.low if first is None else _parse_value(first, field)
    high = field.high if first is None else low
    if last is not None:
        high = _parse_range_end(last, low, field)
    if low > high:
        raise ValueError(f'{field.title} range from low to high; "{part}" runs backwards')
    return range(low, high + 1, _parse_step(step, field))


def _parse_range_end(text: str, low: int, field: _Field) -> int:
    value = _parse_value(text, field)
    if text.lower() == _WEEKDAYS[0] and low > 0:
        # Sunday is 0 and 7; only 7 can end a range such as fri-sun.
        return 7
    return value


def _parse_value(text: str, field: _Field) -> int:
    if text.lower() in field.names:
        return field.low + field.names.index(text.lower())
    if not text.isdigit() or not field.low <= int(text) <= field.high:
        names = f" or {field.names[0]}-{field.names[-1]}" if field.names else ""
        raise ValueError(f'{field.title} in {field.span}{names}; found "{text}"')
    return int(text)


def _parse_step(text: str | None, field: _Field) -> int:
    if text is None:
        return 1
    longest = field.high - field.low + 1
    if not text.isdigit() or not 1 <= int(text) <= longest:
        raise ValueError(f'a step of the {field.name} in 1-{longest}; found "/{text}"')
    return int(text)
