"""Past rows of the log, read in as few parts as can be held."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Generic, TypeVar

from drift.model_quality.whole_days import WholeDay
from jobs.errors import TooManyObjectsError, TooManyRowsError

# A day in stretches of a quarter of an hour.
_MOST_PARTS = 96
_MINUTE = timedelta(minutes=1)

Rows = TypeVar("Rows")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowReader(Generic[Rows]):
    """How the rows of a stretch of the log are read.

    Attributes
    ----------
    read
        Returns those of the stretch; raises `TooManyRowsError` where they are too many to be held
        with all their columns.
    together
        Returns rows that follow each other together.
    """

    read: Callable[[WholeDay], Rows]
    together: Callable[[Sequence[Rows]], Rows]


def parts_of_days(
    days: Sequence[WholeDay], reader: RowReader[Rows]
) -> Iterator[tuple[Sequence[WholeDay], Rows]]:
    """Yield the rows of days that follow each other, so many days at once as can be held.

    Parameters
    ----------
    days
        The oldest first.

    Raises
    ------
    ObjectError
        If the log cannot be read.
    """
    if not days:
        return
    try:
        yield days, reader.read(WholeDay(start=days[0].start, end=days[-1].end))
        return
    except (TooManyRowsError, TooManyObjectsError):
        if len(days) == 1:
            yield days, _in_parts(days[0], reader)
            return
    middle = len(days) // 2
    yield from parts_of_days(days[:middle], reader)
    yield from parts_of_days(days[middle:], reader)


def _in_parts(day: WholeDay, reader: RowReader[Rows]) -> Rows:
    """Return a day's rows, read in more and more parts until each has few enough."""
    parts = 2
    while True:
        try:
            return reader.together([reader.read(one) for one in _cut(day, parts)])
        except TooManyRowsError:
            if parts >= _MOST_PARTS:
                raise
            parts = min(4 * parts, _MOST_PARTS)


def _cut(day: WholeDay, parts: int) -> Iterator[WholeDay]:
    """Yield about so many parts of a day, oldest first; they meet at whole minutes."""
    minutes = (day.end - day.start) // _MINUTE
    places = [number * minutes // parts for number in range(1, parts)]
    edges = [day.start, *(day.start + one * _MINUTE for one in places), day.end]
    for start, end in pairwise(edges):
        yield WholeDay(start=start, end=end)
