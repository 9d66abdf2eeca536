"""Which labelled days are judged together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

from drift.model_quality.judging.judgement import DayScore, NewestRule
from drift.model_quality.judging.numbers import Numbers

_DAY = timedelta(days=1)


def newest_stretch(
    days: Sequence[DayScore], rule: NewestRule, min_labels: int
) -> tuple[DayScore, ...]:
    """Return the newest days that are judged, the oldest first; nothing where labels are too few.

    Parameters
    ----------
    days
        With labels, in order of time, none behind the window's end.
    """
    first = first_of_window(days, rule.window_end, rule.window_days)
    allowed = 0
    if rule.newest_from is not None:
        allowed = sum(day.start < rule.newest_from for day in days)
    start = stretch_start(
        np.array([day.images for day in days], dtype=np.float64),
        max(first, allowed),
        allowed,
        fewest=rule.window_days,
        min_labels=min_labels,
    )
    return () if start is None else tuple(days[start:])


def first_of_window(days: Sequence[DayScore], end: datetime, window_days: int) -> int:
    """Return the position of the first day of a window that ends at `end`.

    Days of 23 and 25 hours count as one: half a day is allowed for.
    """
    earliest = end - (window_days + 0.5) * _DAY
    return sum(day.start < earliest for day in days)


def stretch_start(
    images: Numbers, first: int, allowed: int, *, fewest: int, min_labels: int
) -> int | None:
    """Return where the stretch begins that ends with the last day.

    Parameters
    ----------
    images
        Labelled images by day.
    first
        Where the window begins: the answer where it has enough labels.
    allowed
        The first day that may be taken.
    fewest
        So many labelled days are taken at least where the window has too few labels.
    """
    if images[first:].sum() >= min_labels:
        return first
    # From the newest day backwards: the sums are those of the newest 1, 2, ... days.
    sums = np.cumsum(images[allowed:][::-1])
    enough = int(np.searchsorted(sums, min_labels)) + 1
    taken = max(enough, fewest)
    if enough > len(sums):
        return None
    return max(len(images) - taken, allowed)
