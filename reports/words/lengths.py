"""Lengths of time as people say them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

_SECOND, _MINUTE = timedelta(seconds=1), timedelta(minutes=1)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_PAIRS = (
    (_DAY, _HOUR, ("day", "hour")),
    (_HOUR, _MINUTE, ("hour", "minute")),
    (_MINUTE, _SECOND, ("minute", "second")),
)
_MONTH_DAYS, _YEAR_DAYS = 30.436875, 365.2425
# From this many days on, months are clearer than days and hours.
_MANY_DAYS = 120
_MANY_MONTHS = 36
# Below this, a whole number of hours is clearer than days and hours: 36 hours.
_FEW_HOURS = 72
# From this many units on, the next smaller unit is left out.
_FEW = 5
_LAST_MOMENT = timedelta(microseconds=1)


def span_words(length: timedelta) -> str:
    """Return a length: ``7 days``, ``36 hours``, ``12 days 3 hours``, ``about 21 months``.

    At most two units are named; if that leaves a remainder, the words begin with "about".
    """
    if length >= _DAY and length % _DAY == timedelta(0):
        return _counted(length // _DAY, "day")
    if length >= _MANY_DAYS * _DAY:
        return _long_words(length / _DAY)
    if length % _HOUR == timedelta(0) and _HOUR <= length <= _FEW_HOURS * _HOUR:
        return _counted(length // _HOUR, "hour")
    for large, small, names in _PAIRS:
        if length >= large:
            return _two_units(length, small, large // small, names)
    return _counted(round(length / _SECOND), "second")


def rough_words(length: timedelta) -> str:
    """Return a length within about a tenth: ``about 9 hours``; short ones as `span_words` does."""
    for unit, name in ((_DAY, "day"), (_HOUR, "hour")):
        if _FEW * unit <= length < _MANY_DAYS * _DAY and length % unit:
            return f"about {_counted(round(length / unit), name)}"
    return span_words(length)


def _long_words(days: float) -> str:
    months = round(days / _MONTH_DAYS)
    if months < _MANY_MONTHS:
        return f"about {_counted(months, 'month')}"
    years = round(days / _YEAR_DAYS, 1)
    return f"about {years:.0f} years" if years == round(years) else f"about {years:.1f} years"


def _two_units(length: timedelta, small: timedelta, factor: int, names: tuple[str, str]) -> str:
    count = round(length / small)
    about = "" if length == count * small else "about "
    large, rest = divmod(count, factor)
    parts = [_counted(large, names[0])] * bool(large) + [_counted(rest, names[1])] * bool(rest)
    return about + " ".join(parts)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun if number == 1 else noun + 's'}"


def last_day(start: datetime, end: datetime) -> date:
    """Return the day that a run is called by: the last one of its window, in the zone of `end`.

    A window of whole days may begin at any hour, such as the midnight of another zone: its last
    day is then the one that holds most of its last 24 hours. Of other windows it is the day of
    their last moment, so that one up to midnight ends the day before.

    >>> last_day(datetime(2026, 11, 25, 5), datetime(2026, 11, 26, 5))
    datetime.date(2026, 11, 25)
    """
    return (end - _reach(end - start)).date()


def first_day(start: datetime, end: datetime) -> date:
    """Return the first day of a window, as `last_day` tells its last one."""
    return (start + _reach(end - start) - _LAST_MOMENT).date()


def _reach(length: timedelta) -> timedelta:
    """Return how far before its end a window's last day is asked for."""
    days = round(length / _DAY)
    # A day on which clocks change has 23 or 25 hours.
    of_days = days > 0 and abs(length - days * _DAY) <= _HOUR
    return _DAY / 2 if of_days else _LAST_MOMENT
