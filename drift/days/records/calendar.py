"""How time is cut into blocks, seen from a window: its own blocks, and those before it."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from drift.days.blocks import Block
from jobs.times.windows import TimeWindow, WindowRequest, days_before

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
# Windows of a minute have 1,440 neighbours in a day; so many show how hours differ.
_MOST_NEIGHBOURS = 96
NO_PHASE = -1


class BlockKind(enum.Enum):
    """What a block is."""

    DAY = enum.auto()
    """A day, of which the window has one or more."""
    LENGTH = enum.auto()
    """A stretch as long as the window."""
    ROWS = enum.auto()
    """A stretch with as many rows as the window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockCalendar:
    """The blocks that a window is made of and held beside.

    Attributes
    ----------
    window
        The window.
    kind
        What a block is.
    rows
        How many rows a block has; None where blocks are stretches of time.
    zone
        The zone whose days count.
    """

    window: TimeWindow
    kind: BlockKind
    rows: int | None
    zone: tzinfo

    @classmethod
    def of(cls, request: WindowRequest, window: TimeWindow, zone: ZoneInfo | None) -> BlockCalendar:
        """Return the calendar of a window.

        Parameters
        ----------
        request
            What was asked for: it tells windows of rows from others.
        window
            What the window is.
        zone
            `Job.day_zone`; None for days of 24 hours.
        """
        kind = BlockKind.LENGTH
        if request.rows is not None:
            kind = BlockKind.ROWS
        elif _days_between(window, zone):
            kind = BlockKind.DAY
        return cls(window=window, kind=kind, rows=request.rows, zone=zone or UTC)

    @property
    def unit(self) -> str:
        """What a block is called: ``day``, ``hour``, ``window`` or ``500 rows``."""
        if self.kind is BlockKind.ROWS:
            return f"{self.rows} rows"
        if self.kind is BlockKind.DAY:
            return "day"
        return "hour" if self._length == _HOUR else "window"

    def window_blocks(self) -> tuple[Block, ...]:
        """Return the blocks that the window consists of, in order of time."""
        whole = Block(start=self.window.start, end=self.window.end)
        if self.kind is not BlockKind.DAY:
            return (whole,)
        return self._days_before(self.window.end, _days_between(self.window, self._zone))[::-1]

    def blocks_before(self, days: int) -> tuple[Block, ...]:
        """Return the blocks before the window, newest first; none where they are known by rows.

        Windows of days have so many days before them. Shorter windows have the stretches of the
        last day, and those of the same time on the days before. Windows longer than a day that are
        no whole days have so many stretches of their own length.
        """
        if self.kind is BlockKind.ROWS or not days:
            return ()
        if self.kind is BlockKind.DAY:
            return self._days_before(self.window.start, days)
        if self._length > _DAY:
            return tuple(self._neighbours(days))
        near = list(self._neighbours(min(_MOST_NEIGHBOURS, _DAY // self._length)))
        oldest = near[-1].start
        far = (self._same_time(number) for number in range(1, days + 1))
        return (*near, *(block for block in far if block.end <= oldest))

    def positions(self, blocks: Sequence[Block]) -> NDArray[np.float64]:
        """Return where blocks lie, in blocks from the window's start on; negative before it.

        Blocks of rows are given in order of time, and the last of them ends the window or lies
        before it.
        """
        if self.kind is BlockKind.ROWS:
            own = bool(blocks) and blocks[-1].end > self.window.start
            return np.arange(len(blocks), dtype=np.float64) - len(blocks) + own
        since = [block.start - self.window.start for block in blocks]
        if self.kind is BlockKind.DAY:
            # Days have 23 to 25 hours.
            return np.array([float(round(one / _DAY)) for one in since])
        return np.array([one / self._length for one in since], dtype=np.float64)

    def phases(self, blocks: Iterable[Block]) -> NDArray[np.int64]:
        """Return the weekday of days, the slot of the day of shorter blocks, else -1."""
        return np.array([self._phase(block) for block in blocks], dtype=np.int64)

    def dates(self, blocks: Iterable[Block]) -> NDArray[np.int64]:
        """Return a number for the day on which each block begins, in the zone whose days count."""
        starts = (block.start.astimezone(self.zone) for block in blocks)
        return np.array([start.toordinal() for start in starts], dtype=np.int64)

    @property
    def _length(self) -> timedelta:
        return self.window.end - self.window.start

    @property
    def _zone(self) -> ZoneInfo | None:
        return self.zone if isinstance(self.zone, ZoneInfo) else None

    def _phase(self, block: Block) -> int:
        start = block.start.astimezone(self.zone)
        if self.kind is BlockKind.DAY:
            return start.weekday()
        if self.kind is BlockKind.ROWS or self._length > _DAY:
            return NO_PHASE
        since_midnight = timedelta(
            hours=start.hour, minutes=start.minute, seconds=start.second
        ) + timedelta(microseconds=start.microsecond)
        return since_midnight // self._length

    def _days_before(self, end: datetime, days: int) -> tuple[Block, ...]:
        """Return so many days before a moment, newest first."""
        edges = [end, *(_before(end, number, self._zone) for number in range(1, days + 1))]
        pairs = zip(edges[1:], edges, strict=False)
        return tuple(Block(start=start, end=stop) for start, stop in pairs)

    def _neighbours(self, number: int) -> Iterable[Block]:
        for one in range(number):
            end = self.window.start - one * self._length
            yield Block(start=end - self._length, end=end)

    def _same_time(self, days: int) -> Block:
        end = _before(self.window.end, days, self._zone)
        return Block(start=end - self._length, end=end)


def _days_between(window: TimeWindow, zone: ZoneInfo | None) -> int:
    """Return how many whole days a window has; 0 where it is not made of days."""
    days = round((window.end - window.start) / _DAY)
    return days if days and _before(window.end, days, zone) == window.start else 0


def _before(end: datetime, days: int, zone: ZoneInfo | None) -> datetime:
    return end - days * _DAY if zone is None else days_before(end, days, zone)
