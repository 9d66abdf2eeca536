"""Where rows whose time cannot be read stand among those whose time can.

A log grows at one end. Rows without a readable time are taken to lie evenly between the times of
the rows before and after them in their object; where an object holds no readable time at all,
between the objects whose names stand before and after its own. Where an object ends with such rows,
they lie between its last time and those of the objects that go on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from jobs.timestamp_parts import Integers

_UNKNOWN = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedRows:
    """Rows without a readable time, between the same two rows with one.

    Attributes
    ----------
    source, line
        Where the first of them stands.
    count
        How many they are.
    before, after
        The times beside them, in microseconds since 1970-01-01 UTC; None where there is none.
    until
        Where nothing stands behind them: a time up to which other objects go on, else None.
    """

    source: str
    line: int
    count: int
    before: int | None
    after: int | None
    until: int | None = None

    def moments(self, unknown: int, most: int | None = None) -> Integers:
        """Return the times that they are counted at; `unknown` where no time is beside them.

        Of more than `most` rows only so many, as evenly spread as all of them.
        """
        count = self.count if most is None else min(self.count, most)
        first = self.after if self.before is None else self.before
        last = self.until if self.after is None else self.after
        if first is None:
            return np.full(count, unknown, np.int64)
        span = max(0, last - first) if last is not None else 0
        # In floating point: the product of a span and a number of rows may be too large.
        steps = np.arange(1, count + 1) / (count + 1)
        return first + (span * steps).astype(np.int64)

    def are_newer_than(self, newest: int) -> bool:
        """Tell whether they stand behind the row of that time, at the log's growing end."""
        if self.before is None and self.after is None:
            return True
        if self.before is None:
            return self.after is not None and self.after >= newest
        return self.before >= newest and (self.after is None or self.after > newest)


@dataclass(slots=True)
class _ObjectPlaces:
    """The times and the rows without one of an object that is being read."""

    lines: list[Integers] = field(default_factory=list)
    moments: list[Integers] = field(default_factory=list)
    untimed: list[Integers] = field(default_factory=list)
    waiting: int = 0
    first_waiting: int = 0
    last: int = _UNKNOWN
    oldest: int = _UNKNOWN
    newest: int = _UNKNOWN
    # Columns: first line, count, before, after.
    placed: list[Integers] = field(default_factory=list)

    def know(self, lines: Integers, moments: Integers) -> None:
        low, high = int(moments.min()), int(moments.max())
        self.oldest = low if self.oldest == _UNKNOWN else min(self.oldest, low)
        self.newest = max(self.newest, high)
        self.lines.append(lines)
        self.moments.append(moments)

    def settle(self, start: int | None = None, end: int | None = None) -> None:
        """Place the rows of the lines that were read since this was last done.

        Those that surely lie outside of ``[start, end)`` are forgotten.
        """
        if not self.untimed and not self.waiting:
            if self.moments:
                self._remember_last()
            return
        lines = _joined(self.lines)
        order = np.argsort(lines, kind="stable")
        lines, moments = lines[order], _joined(self.moments)[order]
        untimed = np.sort(_joined(self.untimed))
        if self.waiting and len(lines):
            split = int(np.searchsorted(untimed, lines[0]))
            self._wait(untimed[:split])
            self._place(self.first_waiting, self.waiting, self.last, int(moments[0]))
            self.waiting, untimed = 0, untimed[split:]
        self._place_between(lines, moments, untimed)
        if start is not None and end is not None and self.placed:
            self._forget_outside(start, end)
        if len(moments):
            self.last = int(moments[-1])
        self.lines, self.moments, self.untimed = [], [], []

    def _forget_outside(self, start: int, end: int) -> None:
        _, _, before, after = self.placed[-1]
        is_known = (before != _UNKNOWN) & (after != _UNKNOWN)
        outside = is_known & ((np.maximum(before, after) < start) | (before >= end))
        self.placed[-1] = self.placed[-1][:, ~outside]
        if not self.placed[-1].size:
            self.placed.pop()

    def _remember_last(self) -> None:
        last = max(zip(self.lines, self.moments, strict=True), key=lambda part: int(part[0][-1]))
        self.last = int(last[1][-1])
        self.lines, self.moments = [], []

    def _place_between(self, lines: Integers, moments: Integers, untimed: Integers) -> None:
        gaps, firsts, counts = np.unique(
            np.searchsorted(lines, untimed), return_index=True, return_counts=True
        )
        inner = gaps < len(lines)
        times = np.concatenate(([self.last], moments))
        self.placed.append(
            np.stack(
                (untimed[firsts[inner]], counts[inner], times[gaps[inner]], times[gaps[inner] + 1])
            )
        )
        if not inner.all():
            self._wait(untimed[firsts[-1] :])

    def _wait(self, untimed: Integers) -> None:
        if len(untimed) and not self.waiting:
            self.first_waiting = int(untimed[0])
        self.waiting += len(untimed)

    def _place(self, line: int, count: int, before: int, after: int) -> None:
        self.placed.append(np.array([[line], [count], [before], [after]], np.int64))


class RowPlaces:
    """Takes in the lines of all objects, and places those without a readable time."""

    def __init__(self) -> None:
        self._objects: dict[str, _ObjectPlaces] = {}

    def know(self, source: str, lines: Integers, moments: Integers) -> None:
        """Take in lines whose time is known, in or outside of the window."""
        if len(lines):
            self._objects.setdefault(source, _ObjectPlaces()).know(lines, moments)

    def ask(self, source: str, lines: Integers) -> None:
        """Take in rejected lines whose time is not known."""
        if len(lines):
            self._objects.setdefault(source, _ObjectPlaces()).untimed.append(lines)

    def settle(self, source: str, start: int | None, end: int) -> None:
        """Say that a stretch of an object was read; every later line follows on it.

        What surely lies outside of the window ``[start, end)`` is forgotten.
        """
        places = self._objects.get(source)
        if places is not None:
            places.settle(start, end)

    def placed(self) -> Iterator[PlacedRows]:
        """Yield the rows without a readable time with their places."""
        for source, places in sorted(self._objects.items()):
            places.settle()
            for part in places.placed:
                for line, count, before, after in part.T.tolist():
                    yield _placed(source, line, count, before, after)
            if places.waiting:
                before = places.last
                after = _UNKNOWN
                if before == _UNKNOWN:
                    before, after = self._around(source)
                placed = _placed(source, places.first_waiting, places.waiting, before, after)
                yield replace(placed, until=self._goes_on(before))

    def _goes_on(self, moment: int) -> int | None:
        """Return how far other objects go beyond a time, or where the next begins."""
        spans = [(one.oldest, one.newest) for one in self._objects.values()]
        spanning = [newest for oldest, newest in spans if _UNKNOWN < oldest <= moment < newest]
        return max(spanning, default=min((old for old, _ in spans if old > moment), default=None))

    def _around(self, source: str) -> tuple[int, int]:
        """Return the newest time of the objects before one and the oldest of those behind it."""
        known = {name: one for name, one in self._objects.items() if one.newest != _UNKNOWN}
        before = [one.newest for name, one in known.items() if name < source]
        after = [one.oldest for name, one in known.items() if name > source]
        return max(before, default=_UNKNOWN), min(after, default=_UNKNOWN)


def _placed(source: str, line: int, count: int, before: int, after: int) -> PlacedRows:
    return PlacedRows(
        source=source,
        line=line,
        count=count,
        before=None if before == _UNKNOWN else before,
        after=None if after == _UNKNOWN else after,
    )


def _joined(parts: list[Integers]) -> Integers:
    return np.concatenate(parts) if parts else np.empty(0, np.int64)
