"""Folders named after days or hours of a clock in another zone than that of the log's times."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import pandas as pd

from drift.setup.images.try_templates import Shelf, TriedTemplate, try_template
from drift.setup.names.name_shapes import shape_of
from jobs.images.template import Placeholder

_BY_DAY = re.compile(r"\{(?P<column>[^{}]+?):(?P<format>[^{}]*%-?d[^{}]*)\}")
_ON_A_CLOCK = re.compile(r":(?:utc|[+-]\d\d:\d\d) ")
# The clocks of inhabited zones, by their minutes ahead of UTC.
_HALF_HOURS = (-210, 210, 270, 330, 345, 390, 570, 630)
_CLOCKS = (*range(-12 * 60, 15 * 60, 60), *_HALF_HOURS)
# Zones whose clocks change, each for all that change with it.
_ZONES = (
    "Europe/Berlin", "America/New_York", "America/Los_Angeles", "America/Chicago",
    "America/Denver", "Europe/London", "Europe/Helsinki", "Australia/Sydney",
    "Pacific/Auckland", "America/Halifax", "America/Santiago", "Australia/Adelaide",
    "Asia/Jerusalem", "Africa/Cairo", "America/St_Johns",
)  # fmt: skip
_MARK = "CLOCK"
_TEMPLATES = 3
_MOST_FOUND = 0.5
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
    if not _BY_DAY.search(best.path) or _ON_A_CLOCK.search(best.path):
        return None
    marked = re.sub(r"\{([^{}:]+):([^{}]*%[^{}]*)\}", rf"{{\1:{_MARK} \2}}", best.path)
    found = _on_the_best_clock(marked, table, shelf, day_first)
    return found if found.share >= best.share + _CLEARLY_MORE else None


def on_clock_of_folders(
    names: Iterable[tuple[str, str, Placeholder]],
    times: Sequence[str],
    table: pd.DataFrame,
    shelf: Shelf,
    day_first: bool | None,
) -> TriedTemplate | None:
    """Return a template whose folders tell the time on another clock; None where none fits.

    Parameters
    ----------
    names
        Objects, a row's value that each holds, and the placeholder for that value.
    times
        The columns of times, the likeliest first.
    """
    if not times or not shelf.is_complete:
        return None
    marked = Counter(
        template
        for name, text, placeholder in names
        if (template := _marked(name, text, placeholder, times[0]))
    )
    tried = [
        _on_the_best_clock(template, table, shelf, day_first)
        for template, _ in marked.most_common(_TEMPLATES)
    ]
    best = max(tried, key=lambda one: one.share, default=None)
    return best if best is not None and best.share > _MOST_FOUND else None


def _marked(name: str, text: str, placeholder: Placeholder, time: str) -> str:
    """Return a template with a mark for the clock; empty where no folder tells a time."""
    *folders, last = shape_of(name).parts
    if not any(one.time_format for part in folders for one in part):
        return ""
    written = "".join(one.text for one in last)
    if text not in written:
        return ""
    parts = [
        "".join(
            f"{{{time}:{_MARK} {one.time_format}}}" if one.time_format else one.text for one in part
        )
        for part in folders
    ]
    joined = "/".join([*parts, written.replace(text, str(placeholder), 1)])
    return joined.replace(f"}}/{{{time}:{_MARK} ", "/")


def _on_the_best_clock(
    marked: str, table: pd.DataFrame, shelf: Shelf, day_first: bool | None
) -> TriedTemplate:
    """Return a template on the clock that finds most; a zone's only where its changes are seen."""
    fixed = [
        try_template(marked.replace(_MARK, clock), table, shelf, day_first) for clock in _clocks()
    ]
    most = max(one.share for one in fixed)
    equal = [one for one in fixed if one.share == most]
    best = equal[len(equal) // 2]
    if best.share == 1 or best.share < _CLEARLY_MORE:
        return best
    zones = [try_template(marked.replace(_MARK, zone), table, shelf, day_first) for zone in _ZONES]
    return max([best, *zones], key=lambda one: one.share)


def clock_of(path: str) -> str:
    """Return how far the clock of a template's days is from UTC, such as ``+09:00``, or nothing."""
    found = re.search(r"\{[^{}]+?:([+-]\d\d:\d\d) [^{}]*%", path)
    return found[1] if found else ""


def zone_of_folders(path: str) -> str:
    """Return the zone that `on_clock_of_folders` may have put into a template, or nothing."""
    return next((zone for zone in _ZONES if f":{zone} %" in path), "")


def _clocks() -> Iterator[str]:
    for minutes in sorted(_CLOCKS):
        sign = "-" if minutes < 0 else "+"
        yield f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
