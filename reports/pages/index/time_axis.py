"""Where runs, and the weeks before them, stand along the time axis of the index's plots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate, pairwise

# The time between two runs is a gap if it is more than the first number of usual steps; it is
# drawn no wider than the second.
_GAP, _WIDEST = 1.5, 8.0
# The share of the width for earlier weeks, and where the runs begin and end to the right of them.
_WEEKS_END, _RUNS_START, _RUNS_END = 0.24, 0.29, 0.985


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeAxis:
    """The positions of the runs, and of the weeks before them, along the x axis: 0 to 1.

    Attributes
    ----------
    runs, weeks
        One position each, in order of time.
    gaps
        The stretches in which runs are missing: start and end.
    """

    runs: tuple[float, ...]
    weeks: tuple[float, ...]
    gaps: tuple[tuple[float, float], ...]


def time_axis(times: Sequence[datetime], mondays: Sequence[date]) -> TimeAxis:
    """Return the positions of runs, oldest first, and of the weeks before them, by their times.

    Positions are in proportion to time, but a long gap is drawn shorter, so that the runs beside
    it are not squeezed together.
    """
    steps = [(two - one).total_seconds() for one, two in pairwise(times)]
    usual = _median([step for step in steps if step > 0]) or 1.0
    # Runs at the same time are drawn beside each other, not on top of each other.
    widths = [min(max(step, usual / 4), _WIDEST * usual) for step in steps]
    total = sum(widths) or 1.0
    start = _RUNS_START if mondays else 1 - _RUNS_END
    room = _RUNS_END - start
    places = [start + room * done / total for done in accumulate(widths, initial=0.0)]
    if len(places) == 1:
        places = [start + room / 2]
    margin = room * usual / total / 2
    gaps = tuple(
        (left + margin, right - margin)
        for (left, right), step in zip(pairwise(places), steps, strict=True)
        if step > _GAP * usual
    )
    return TimeAxis(runs=tuple(places), weeks=_week_places(mondays), gaps=gaps)


def _week_places(mondays: Sequence[date]) -> tuple[float, ...]:
    numbers = [(monday - mondays[0]) // timedelta(weeks=1) for monday in mondays]
    return tuple(_WEEKS_END * (number + 0.5) / (numbers[-1] + 1) for number in numbers)


def _median(values: Sequence[float]) -> float | None:
    ordered = sorted(values)
    return ordered[len(ordered) // 2] if ordered else None
