"""Times as remarks write them."""

from __future__ import annotations

from jobs.times.timestamps import to_datetime


def time_words(moment: int) -> str:
    """Return a time in UTC, given microseconds since 1970-01-01."""
    return f"{to_datetime(moment):%Y-%m-%d %H:%M} UTC"
