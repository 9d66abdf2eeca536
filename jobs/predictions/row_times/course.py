"""How the times of one object run from line to line, and which of them carry a zone.

What is here depends on the order of the log's lines: `drift init` and `drift check` say it. A
report says of it only that the last lines are older than the window (`ends_before`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jobs.times.timestamp_parts import Flags, Integers

# Writers in parallel and clocks set right move times by less.
CONSIDERABLE_US = 3_600_000_000
_MOST_JUMPS = 3
_FEWEST_BEHIND = 3
_LARGEST_SHARE = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeJump:
    """A line whose time lies far before that of the line above.

    Attributes
    ----------
    line
        The later line, as in `RejectedRow`.
    before, after
        The times of the line above and of this one, microseconds since 1970-01-01 UTC.
    """

    line: int
    before: int
    after: int

    @property
    def back_us(self) -> int:
        """How far the time jumps back, in microseconds."""
        return self.before - self.after


@dataclass(slots=True)
class TimeCourse:
    """The times of one object in the order of its lines, while it is being read.

    Attributes
    ----------
    source
        The object's name.
    rows
        Rows with a readable time.
    zoneless
        Those whose time carries no zone.
    first_zoned, first_zoneless
        The first line of each kind; None where there is none.
    jumps
        How often the time jumps back by more than `CONSIDERABLE_US`.
    first_jump
        The first of them.
    newest
        The newest time; None where there is none.
    behind
        How many rows stand behind the last row of the newest time.
    behind_newest, behind_line
        The newest time of these, and the line of the first; None where there are none.
    unit
        What its lines are, as in `RejectedRow`.
    is_ordered
        Whether its lines have an order that means something: small objects that are read together
        stand in the order of their names.
    """

    source: str
    rows: int = 0
    zoneless: int = 0
    first_zoned: int | None = None
    first_zoneless: int | None = None
    jumps: int = 0
    first_jump: TimeJump | None = None
    newest: int | None = None
    behind: int = 0
    behind_newest: int | None = None
    behind_line: int | None = None
    unit: str = "line"
    is_ordered: bool = True
    _last: int | None = None

    @property
    def zoned(self) -> int:
        """Rows whose time carries a zone."""
        return self.rows - self.zoneless

    @property
    def jumps_stand_out(self) -> bool:
        """Whether the object is in order but for a few jumps; a shuffled one has many."""
        return 0 < self.jumps <= max(_MOST_JUMPS, _LARGEST_SHARE * self.rows) <= self.rows / 3

    def ends_before(self, start: int) -> bool:
        """Tell whether the object's last lines are older than `start`, and all before in order.

        A clock that was set back leaves an object so, and old rows that were added.
        """
        return (
            self.newest is not None
            and self.newest >= start
            and self.behind >= _FEWEST_BEHIND
            and self.behind_newest is not None
            and self.behind_newest < start
            and self.first_jump is not None
            and self.first_jump.line == self.behind_line
        )

    def add(self, lines: Integers, moments: Integers, zoneless: Flags) -> None:
        """Take more lines in, which come after all earlier ones."""
        if not len(moments):
            return
        self.rows += len(moments)
        self.zoneless += int(zoneless.sum())
        if self.first_zoneless is None and zoneless.any():
            self.first_zoneless = int(lines[zoneless.argmax()])
        if self.first_zoned is None and not zoneless.all():
            self.first_zoned = int(lines[zoneless.argmin()])
        if not self.is_ordered:
            return
        self._see_newest(lines, moments)
        before = np.concatenate(([moments[0] if self._last is None else self._last], moments[:-1]))
        back = np.flatnonzero(before - moments > CONSIDERABLE_US)
        if len(back) and self.first_jump is None:
            row = int(back[0])
            self.first_jump = TimeJump(
                line=int(lines[row]), before=int(before[row]), after=int(moments[row])
            )
        self.jumps += len(back)
        self._last = int(moments[-1])

    def _see_newest(self, lines: Integers, moments: Integers) -> None:
        """Take in which of further lines is the newest so far, and what stands behind it."""
        newest = int(moments.max())
        if self.newest is None or newest >= self.newest:
            self.newest = newest
            self.behind, self.behind_newest, self.behind_line = 0, None, None
            first = len(moments) - int(np.argmax(moments[::-1]))
            lines, moments = lines[first:], moments[first:]
        if len(moments):
            newest = int(moments.max())
            if self.behind_newest is None:
                self.behind_line = int(lines[0])
            else:
                newest = max(newest, self.behind_newest)
            self.behind_newest = newest
            self.behind += len(moments)
