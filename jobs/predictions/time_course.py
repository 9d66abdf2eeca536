"""How the times of one object run from line to line, and which of them carry a zone.

What is here depends on the order of the log's lines: `drift init` and `drift check` say it, a
report never does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jobs.timestamp_parts import Flags, Integers

# Writers in parallel and clocks set right move times by less.
CONSIDERABLE_US = 3_600_000_000
_MOST_JUMPS = 3
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
    """

    source: str
    rows: int = 0
    zoneless: int = 0
    first_zoned: int | None = None
    first_zoneless: int | None = None
    jumps: int = 0
    first_jump: TimeJump | None = None
    newest: int | None = None
    _last: int | None = None

    @property
    def zoned(self) -> int:
        """Rows whose time carries a zone."""
        return self.rows - self.zoneless

    @property
    def jumps_stand_out(self) -> bool:
        """Whether the object is in order but for a few jumps; a shuffled one has many."""
        return 0 < self.jumps <= max(_MOST_JUMPS, _LARGEST_SHARE * self.rows) <= self.rows / 3

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
        newest = int(moments.max())
        self.newest = newest if self.newest is None else max(self.newest, newest)
        before = np.concatenate(([moments[0] if self._last is None else self._last], moments[:-1]))
        back = np.flatnonzero(before - moments > CONSIDERABLE_US)
        if len(back) and self.first_jump is None:
            row = int(back[0])
            self.first_jump = TimeJump(
                line=int(lines[row]), before=int(before[row]), after=int(moments[row])
            )
        self.jumps += len(back)
        self._last = int(moments[-1])
