"""What people said of past windows: where a new level begins, and which never teach."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from drift.days.blocks import Block
from reports.history.history import HistoryRow


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedWindow:
    """A window that a person accepted or rejected.

    Attributes
    ----------
    shifts
        By numeric column: how far its mean lay from the reference's, in reference standard
        deviations, with its sign; empty where the history does not say.
    units
        How many independent images it had; 0 where that is not known.
    """

    run_id: str
    start: datetime
    end: datetime
    shifts: Mapping[str, float] = field(default_factory=dict)
    units: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonsMarks:
    """The windows that people accepted or rejected, each in order of time.

    Attributes
    ----------
    accepted
        A new level begins with each of them: what is normal may have moved there.
    rejected
        Their blocks never teach what is normal.
    """

    accepted: tuple[MarkedWindow, ...] = ()
    rejected: tuple[MarkedWindow, ...] = ()

    @classmethod
    def of(cls, rows: Iterable[HistoryRow], profile_id: str) -> PersonsMarks:
        """Return the marks of earlier runs that were compared with a profile."""
        own = [row for row in rows if row.profile_id == profile_id]
        return cls(
            accepted=_windows(row for row in own if row.accepted is not None),
            rejected=_windows(row for row in own if row.rejected),
        )

    def levels(self, blocks: Sequence[Block]) -> NDArray[np.int64]:
        """Return by block a number that grows where a person accepted a new level.

        The level begins with the accepted window, so that its blocks are the first of it.
        """
        return np.array([self.level_at(block.start) for block in blocks], dtype=np.int64)

    def level_at(self, moment: datetime) -> int:
        """Return how many levels were accepted from a moment on or before it."""
        return sum(start <= moment for start in {window.start for window in self.accepted})

    def are_rejected(self, blocks: Sequence[Block]) -> NDArray[np.bool_]:
        """Return which blocks lie in a rejected window, as a whole or in part."""
        return np.array(
            [
                any(one.start < block.end and block.start < one.end for one in self.rejected)
                for block in blocks
            ],
            dtype=np.bool_,
        )

    @property
    def newest_level(self) -> MarkedWindow | None:
        """The window with which the newest level was accepted; None where none was."""
        return self.accepted[-1] if self.accepted else None

    @property
    def texts(self) -> tuple[str, ...]:
        """The marks as texts in a fixed order, for a digest."""
        return (
            *(f"accepted {one.start.isoformat()} {one.end.isoformat()}" for one in self.accepted),
            *(f"rejected {one.start.isoformat()} {one.end.isoformat()}" for one in self.rejected),
        )


def _windows(rows: Iterable[HistoryRow]) -> tuple[MarkedWindow, ...]:
    windows = [
        MarkedWindow(
            run_id=row.run_id,
            start=row.start,
            end=row.end,
            shifts=row.shifts,
            units=row.current_units,
        )
        for row in rows
    ]
    return tuple(sorted(windows, key=lambda one: (one.start, one.end, one.run_id)))
