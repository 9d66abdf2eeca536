"""Where the rejected rows of a window stand among those that could be read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from jobs.predictions.rejections import RejectedRows
from jobs.predictions.row_places import PlacedRows
from jobs.predictions.rows import NewestRows, RejectedRow
from jobs.timestamp_parts import Flags, Integers

# More rows without a time are placed by so many of them.
_MOST_PLACES = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedPlaces:
    """The rejected rows that belong to a window.

    Attributes
    ----------
    timed
        Those whose time is known.
    placed
        Those whose time is not, by the rows beside them.
    """

    timed: Sequence[RejectedRows]
    placed: Sequence[PlacedRows]

    def moments(self, unknown: int) -> tuple[Integers, Integers]:
        """Return their times, and how many rows each time stands for.

        One time a row, `unknown` where not even a neighbour has one; but of very many rows without
        a time, each time stands for several.
        """
        total = sum(rows.count for rows in self.placed)
        share = min(1.0, _MOST_PLACES / max(1, total))
        times = [rows.moments for rows in self.timed]
        weights = [np.ones(len(rows), np.int64) for rows in times]
        for rows in self.placed:
            found = rows.moments(unknown, max(1, round(rows.count * share)))
            more, rest = divmod(rows.count, len(found))
            times.append(found)
            weights.append(more + (np.arange(len(found)) < rest))
        none = np.empty(0, np.int64)
        return np.concatenate([none, *times]), np.concatenate([none, *weights])


def in_window(placed: Iterable[PlacedRows], start: int | None, end: int) -> list[PlacedRows]:
    """Return the rows without a readable time of which some are counted in the window."""
    return [
        rows for rows in placed if _inside(rows.moments(end - 1, _MOST_PLACES), start, end).any()
    ]


def newest_rows(
    accepted: Integers, rejected: RejectedPlaces, *, wanted: int | None, start: int | None, end: int
) -> NewestRows:
    """Return where rejected rows stand among the accepted ones.

    Parameters
    ----------
    accepted
        The times of the accepted rows, ascending.
    wanted
        The number of rows that the window should have; None for a window by time.
    start, end
        The window's start, None where it takes all rows before its end; and its end.
    """
    lost, weights = rejected.moments(end - 1)
    inside = _inside(lost, start, end)
    every = np.concatenate((accepted, lost[inside]))
    if not len(every):
        return NewestRows()
    order = np.argsort(every, kind="stable")[::-1]
    every = every[order]
    counted = np.cumsum(np.concatenate((np.ones(len(accepted), np.int64), weights[inside]))[order])
    asked = int(counted[-1] if wanted is None else min(wanted, counted[-1]))
    asked_start = int(every[np.searchsorted(counted, asked)])
    asked_read = int((accepted >= asked_start).sum())
    newest_read = int(accepted[-1]) if len(accepted) else None
    newer, first = (0, None) if newest_read is None else _newer(rejected, newest_read)
    return NewestRows(
        asked=asked,
        asked_rejected=max(0, asked - asked_read),
        newer=newer,
        first_newer=first,
        newest=int(every[0]),
        newest_read=newest_read,
        asked_start=asked_start,
        reaches_back=len(accepted) - asked_read,
    )


def _inside(moments: Integers, start: int | None, end: int) -> Flags:
    inside: Flags = moments < end
    return inside if start is None else inside & (moments >= start)


def _newer(rejected: RejectedPlaces, newest: int) -> tuple[int, RejectedRow | None]:
    """Return how many rows are newer than that time, and the first of them."""
    count = 0
    found: list[RejectedRow] = []
    for rows in rejected.timed:
        later = np.flatnonzero(rows.moments > newest)
        if len(later):
            row = int(later[np.argmin(rows.lines[later])])
            found.append(
                RejectedRow(
                    source=rows.source,
                    line=int(rows.lines[row]),
                    reason=rows.reason,
                    detail=rows.details[row],
                )
            )
        count += len(later)
    for placed in rejected.placed:
        if placed.are_newer_than(newest):
            count += placed.count
            found.append(RejectedRow(source=placed.source, line=placed.line, reason=""))
    return count, min(found, default=None)
