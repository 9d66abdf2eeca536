"""Folders named after days of a clock in another zone than that of the log's times."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from drift.setup.images.try_templates import Shelf, TriedTemplate, try_template

_BY_DAY = re.compile(r"\{(?P<column>[^{}]+?):(?P<format>[^{}]*%-?d[^{}]*)\}")
_ON_A_CLOCK = re.compile(r":(?:utc|[+-]\d\d:\d\d) ")
# The clocks of inhabited zones, by their minutes ahead of UTC.
_HALF_HOURS = (-210, 210, 270, 330, 345, 390, 570, 630)
_CLOCKS = (*range(-12 * 60, 15 * 60, 60), *_HALF_HOURS)
_ENOUGH_MISSING = 0.03
_CLEARLY_MORE = 0.1


def on_another_clock(
    best: TriedTemplate, table: pd.DataFrame, shelf: Shelf, day_first: bool | None
) -> TriedTemplate | None:
    """Return the template with its days on the clock that finds most; None where none helps.

    Near midnight a row's day is another one on a clock some hours ahead; images then seem to be
    missing for these hours of every day.

    Parameters
    ----------
    best
        The best template so far.
    table
        Rows of the log, all columns as text.
    """
    if 1 - best.share <= _ENOUGH_MISSING or not shelf.is_complete or best.allowed_prefixes:
        return None
    tried = [try_template(path, table, shelf, day_first) for path in _on_clocks(best.path)]
    if not tried:
        return None
    most = max(one.share for one in tried)
    if most < best.share + _CLEARLY_MORE:
        return None
    equal = [one for one in tried if one.share == most]
    return equal[len(equal) // 2]


def clock_of(path: str) -> str:
    """Return how far the clock of a template's days is from UTC, such as ``+09:00``, or nothing."""
    found = re.search(r"\{[^{}]+?:([+-]\d\d:\d\d) [^{}]*%", path)
    return found[1] if found else ""


def _on_clocks(path: str) -> Iterator[str]:
    if not _BY_DAY.search(path) or _ON_A_CLOCK.search(path):
        return
    for minutes in sorted(_CLOCKS):
        sign = "-" if minutes < 0 else "+"
        clock = f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
        yield re.sub(r"\{([^{}:]+):([^{}]*%[^{}]*)\}", rf"{{\1:{clock} \2}}", path)
