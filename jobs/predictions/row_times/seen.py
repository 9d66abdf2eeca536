"""The times of all rows that were read near a window, by minute, whatever else is in the rows.

Everything here is independent of the log's order and, as long as the objects' names tell their
days truly, of how it is cut into objects: a day before the window is always read.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from jobs.times.timestamp_parts import Flags, Integers

MINUTE_US = 60_000_000
DAY_US = 86_400_000_000
# How far before a window all rows are surely read: names may be a zone away from UTC.
NEAR_US = 10 * 3_600_000_000
_PIECES = 64


@dataclass(slots=True)
class MinuteCounts:
    """How many times lie in which minute."""

    _minutes: list[Integers] = field(default_factory=list)
    _counts: list[Integers] = field(default_factory=list)

    def add(self, moments: Integers) -> None:
        """Take more times in."""
        minutes, counts = np.unique(moments // MINUTE_US, return_counts=True)
        self._minutes.append(minutes)
        self._counts.append(counts.astype(np.int64))
        if len(self._minutes) > _PIECES:
            self._join()

    def forget_before(self, start: int) -> None:
        """Drop the minutes before that of a time."""
        self._join()
        if self._minutes:
            keep = self._minutes[0] >= start // MINUTE_US
            self._minutes, self._counts = [self._minutes[0][keep]], [self._counts[0][keep]]

    def count(self, start: int, end: int) -> int:
        """Return how many times lie between two whole minutes."""
        self._join()
        if not self._minutes:
            return 0
        first, stop = np.searchsorted(self._minutes[0], [start // MINUTE_US, end // MINUTE_US])
        return int(self._counts[0][first:stop].sum())

    def _join(self) -> None:
        if len(self._minutes) > 1:
            minutes, places = np.unique(np.concatenate(self._minutes), return_inverse=True)
            counts = np.bincount(places, np.concatenate(self._counts)).astype(np.int64)
            self._minutes, self._counts = [minutes], [counts]


@dataclass(slots=True)
class SeenTimes:
    """Times of rows, good or bad, before the window's end, while the log is being read.

    Attributes
    ----------
    end
        The window's end in microseconds since 1970-01-01 UTC; later rows are not counted.
    start
        Where counting begins: a day before the window; None while that is not known.
    newest_zoned, newest_zoneless
        The newest time with a zone and the newest without one; None where there is none.
    unread
        Stretches of time of which rows may lie in what was not read.
    unread_behind
        Whether rows behind the window may lie in what was not read.
    """

    end: int
    start: int | None = None
    newest_zoned: int | None = None
    newest_zoneless: int | None = None
    unread: list[tuple[int, int]] = field(default_factory=list)
    unread_behind: bool = False
    _all: MinuteCounts = field(default_factory=MinuteCounts)
    _zoneless: MinuteCounts = field(default_factory=MinuteCounts)

    def begin_before(self, window_start: int | None) -> None:
        """Count from a day before a window on, and forget what is older."""
        self.start = None if window_start is None else window_start - DAY_US
        if self.start is not None:
            self._all.forget_before(self.start)
            self._zoneless.forget_before(self.start)

    def add(self, moments: Integers, zoneless: Flags) -> None:
        """Take more rows in; `zoneless` tells which times carry no zone."""
        keep = moments < self.end
        if self.start is not None:
            keep &= moments >= self.start
        if not keep.any():
            return
        near = moments[keep]
        self._all.add(near)
        without = near[zoneless[keep]]
        self.newest_zoned = _newest(self.newest_zoned, near[~zoneless[keep]])
        self.newest_zoneless = _newest(self.newest_zoneless, without)
        if len(without):
            self._zoneless.add(without)

    def add_unread(self, start: int, end: int) -> None:
        """Remember that rows of this stretch may be in what was not read."""
        if start < self.end:
            self.unread.append((start, end))
        self.unread_behind |= end > self.end

    def count(self, start: int, end: int) -> int | None:
        """Return how many rows lie in ``[start, end)``; None where not all of it was read.

        Both have to be whole minutes.
        """
        begin = self.start
        if begin is None or start < begin or end > self.end or start % MINUTE_US or end % MINUTE_US:
            return None
        if any(low < end and start < high for low, high in self.unread):
            return None
        return self._all.count(start, end)

    def zoned_and_zoneless(self, start: int) -> tuple[int, int]:
        """Return how many times from a minute on carry a zone, and how many carry none."""
        without = self._zoneless.count(start, self.end + MINUTE_US)
        return self._all.count(start, self.end + MINUTE_US) - without, without


def _newest(known: int | None, moments: Integers) -> int | None:
    if not len(moments):
        return known
    newest = int(moments.max())
    return newest if known is None else max(known, newest)


def day_pieces(start: int, end: int) -> list[tuple[int, int]]:
    """Return ``[start, end)`` cut at the days of UTC; pieces of broken minutes are left out."""
    days = range(start // DAY_US, -(-end // DAY_US))
    pieces = [(max(start, day * DAY_US), min(end, (day + 1) * DAY_US)) for day in days]
    return [piece for piece in pieces if not any(edge % MINUTE_US for edge in piece)]
