"""Templates over objects' names where the job file otherwise names a column of the log."""

from __future__ import annotations

import re
from collections.abc import Iterable

from jobs.job_file.names.patterns import NamePattern
from jobs.times.time_formats import TimeFormat

OBJECT_COLUMNS = ("name", "path", "written")
"""What every object has: the last part of its name, its name, and when it was written."""

_BRACES = re.compile(r"\{([^{}]+)\}")


def is_template(column: str | None) -> bool:
    """Tell whether a template stands where a column may be named: all of it is in braces.

    >>> is_template("{name:stem}"), is_template("id")
    (True, False)
    """
    return column is not None and _BRACES.fullmatch(column) is not None


def templates_among(columns: Iterable[str]) -> tuple[str, ...]:
    """Return those that are templates: no log has a column of that name, so it has to be made."""
    return tuple(column for column in columns if is_template(column))


def check_template(column: str) -> str:
    """Return the name of a column or a template as it is.

    Raises
    ------
    ValueError
        If its format of times tells no day; the message says what is expected.
    """
    found = _BRACES.fullmatch(column)
    name, _, time_format = found[1].partition(":") if found else ("", "", "")
    if name and "%" in time_format and not time_format.startswith("after="):
        TimeFormat(time_format)
    return column


def needs_own_time(timestamp: object, pattern: object) -> bool:
    """Tell whether neither a column nor a pattern says when an image was made."""
    if timestamp is not None:
        return False
    try:
        there = NamePattern(pattern).columns if isinstance(pattern, str) else ()
    except ValueError:
        return False
    return "timestamp" not in there
