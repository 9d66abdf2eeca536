"""Processor time, hours and bytes as people say them, with two digits at most."""

from __future__ import annotations

_MINUTE_S = 60.0
_HOUR_S = 3600.0
# From so many minutes on they are said as hours.
_MANY_MINUTES = 90


def in_core_time(seconds: float) -> str:
    """Return processor time in words.

    Examples
    --------
    >>> in_core_time(7), in_core_time(61), in_core_time(150), in_core_time(4320 * 2)
    ('a core-minute', 'a core-minute', '3 core-minutes', '2.4 core-hours')
    """
    minutes = round(seconds / _MINUTE_S)
    if minutes <= 1:
        return "a core-minute"
    if minutes < _MANY_MINUTES:
        return f"{_two_digits(minutes)} core-minutes"
    return f"{_two_digits(seconds / _HOUR_S)} core-hours"


def in_hours(hours: float) -> str:
    """Return hours in words, days from two of them on."""
    return f"{_two_digits(hours / 24)} days" if hours >= 48 else f"{_two_digits(hours)} hours"


def in_milliseconds(seconds: float) -> str:
    """Return a short time in milliseconds: ``0.13 ms``, ``48 ms``."""
    return f"{_two_digits(1000 * seconds)} ms"


def in_size(size_bytes: float) -> str:
    """Return a number of bytes in MB, GB or TB: ``1 MB``, ``3.1 GB``."""
    if size_bytes < 0.95e9:
        return f"{_two_digits(max(1.0, size_bytes / 1e6))} MB"
    if size_bytes < 0.95e12:
        return f"{_two_digits(size_bytes / 1e9)} GB"
    return f"{_two_digits(size_bytes / 1e12)} TB"


def _two_digits(value: float) -> str:
    """Return a positive number with two digits that count, thousands grouped."""
    text = f"{value:.2g}"
    return f"{float(text):,.0f}" if abs(value) >= 10 else text
