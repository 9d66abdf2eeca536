"""Which labelled days are judged together: the newest ones, at two lengths.

The shorter stretch tells a bad day at once. Where a day has few labels it shows little, and the
longer one shows a drop that lasts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from drift.model_quality.judging.judgement import DayScore, NewestRule
from drift.model_quality.judging.numbers import Numbers

WANTED_LABELS = 300
"""The longer stretch holds so many: with them a drop of ten points is mostly seen."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLimits:
    """Which days a stretch that ends with the last day may hold, by their position.

    Attributes
    ----------
    window
        The first day of the window.
    allowed
        The first day that may be taken at all.
    fewest
        So many labelled days are taken at least where the window has too few labels.
    """

    window: int
    allowed: int
    fewest: int


def limits_of(days: Sequence[DayScore], rule: NewestRule) -> DayLimits:
    """Return the limits of the newest days.

    Parameters
    ----------
    days
        With labels, in order of time, none behind the window's end.
    """
    allowed = 0
    if rule.newest_from is not None:
        allowed = sum(day.start < rule.newest_from for day in days)
    first = first_of_window(days, rule.window_end, rule.window_days)
    return DayLimits(window=max(first, allowed), allowed=allowed, fewest=rule.window_days)


def first_of_window(days: Sequence[DayScore], end: datetime, window_days: int) -> int:
    """Return the position of the first day of a window that ends at `end`.

    Days of 23 and 25 hours count as one: half a day is allowed for.
    """
    earliest = end - (window_days + 0.5) * _DAY
    return sum(day.start < earliest for day in days)


def short_stretch(images: Numbers, limits: DayLimits, min_labels: int) -> slice | None:
    """Return the shorter stretch: the window, or as few days as will do; None without so many.

    Parameters
    ----------
    images
        Labelled images by day.
    """
    last = len(images)
    if images[limits.window :].sum() >= min_labels:
        return slice(limits.window, last)
    # From the newest day backwards: the sums are those of the newest 1, 2, ... days.
    sums = np.cumsum(images[limits.allowed :][::-1])
    enough = int(np.searchsorted(sums, min_labels)) + 1
    if enough > len(sums):
        return None
    return slice(max(last - max(enough, limits.fewest), limits.allowed), last)


def long_stretch(images: Numbers, short: slice, limits: DayLimits, beside: Numbers) -> slice:
    """Return the longer stretch, which may be the shorter one.

    It holds `WANTED_LABELS` and as many labelled days as the window has days, but at most half as
    many labels as it is compared with: a third of all.

    Parameters
    ----------
    images
        Labelled images by day.
    beside
        By day, with how many labels a stretch would be compared that begins there.
    """
    last = len(images)
    sums = np.cumsum(images[::-1])[::-1]
    wanted = int((sums >= WANTED_LABELS).sum()) - 1
    fair = int((2 * sums > beside).sum())
    start = max(min(wanted, last - limits.fewest), limits.allowed, fair)
    return slice(min(start, int(short.start)), last)


def both_lengths(
    images: Numbers, short: slice, limits: DayLimits, beside: Numbers
) -> tuple[slice, ...]:
    """Return the two stretches, the shorter one first; only one where they are the same days."""
    long = long_stretch(images, short, limits, beside)
    return (short,) if long == short else (short, long)
