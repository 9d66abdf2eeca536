"""Times and lengths of time as remarks write them."""

from __future__ import annotations

from jobs.timestamps import to_datetime

_MINUTE = 60_000_000
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR


def time_words(moment: int) -> str:
    """Return a time in UTC, given microseconds since 1970-01-01."""
    return f"{to_datetime(moment):%Y-%m-%d %H:%M} UTC"


def length_words(microseconds: int) -> str:
    """Return a length in one unit: ``40 minutes``, ``9 hours``, ``3 days``."""
    for size, name in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        count = round(microseconds / size)
        if microseconds >= size and count:
            return f"{count:,} {name}{'s' * (count != 1)}"
    return "less than a minute"
