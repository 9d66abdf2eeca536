"""The calendar of the index: a month is a table of weeks, a day a cell with the day's verdict."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from reports.findings.answers import Verdict
from reports.history.history import HistoryRow
from reports.pages.index.days import WORST_FIRST, Tally, tally_of
from reports.words import numbers, wording

MONTHS_OPEN = 3
MOST_MONTHS = 12
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCell:
    """One day.

    Attributes
    ----------
    number
        The day of the month.
    verdict
        The worst verdict among the day's runs; None if the day has no run.
    is_gap
        Whether this day has no run although there are runs before and after it.
    link
        A link to the day's runs; empty if there are none.
    words
        The day and its runs in words.
    count
        The number of runs, or ``3/24`` if 3 of 24 runs have the verdict; empty for a single run.
    """

    number: int
    verdict: Verdict | None = None
    is_gap: bool = False
    link: str = ""
    words: str = ""
    count: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthGrid:
    """One month: weeks of seven cells, None where a day belongs to another month.

    Weeks before the first run and after the newest one are left out.
    """

    title: str
    weeks: tuple[tuple[DayCell | None, ...], ...]


def month_title(day: date) -> str:
    """Return a day's month as ``March 2025``."""
    return f"{_MONTHS[day.month - 1]} {day.year}"


def calendar_months(
    days: Mapping[date, Sequence[HistoryRow]], link: Callable[[date], str]
) -> tuple[MonthGrid, ...]:
    """Return the months up to the newest run, newest first, at most `MOST_MONTHS`.

    Parameters
    ----------
    days
        The runs by day, oldest day first.
    link
        A function that returns the link to the runs of a day.
    """
    if not days:
        return ()
    first, last = min(days), max(days)
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    newest = last.year * 12 + last.month - 1
    return tuple(
        _month(divmod(newest - back, 12), days, (first, last), link)
        for back in range(min(months, MOST_MONTHS))
    )


def tally_words(tally: Tally) -> str:
    """Return how many runs had each verdict, in words: ``3 drift, 21 steady``."""
    parts = (
        f"{tally.counts[verdict]:,} {wording.VERDICT_LABELS[verdict].lower()}"
        for verdict in WORST_FIRST
        if tally.counts[verdict]
    )
    return ", ".join(parts)


def _month(
    month: tuple[int, int],
    days: Mapping[date, Sequence[HistoryRow]],
    span: tuple[date, date],
    link: Callable[[date], str],
) -> MonthGrid:
    year, zero_based = month
    weeks = calendar.Calendar().monthdatescalendar(year, zero_based + 1)
    return MonthGrid(
        title=month_title(date(year, zero_based + 1, 1)),
        weeks=tuple(
            tuple(
                _cell(day, days.get(day, ()), span, link) if day.month == zero_based + 1 else None
                for day in week
            )
            for week in weeks
            if week[0] <= span[1] and week[-1] >= span[0]
        ),
    )


def _cell(
    day: date,
    rows: Sequence[HistoryRow],
    span: tuple[date, date],
    link: Callable[[date], str],
) -> DayCell:
    if not rows:
        return DayCell(number=day.day, is_gap=span[0] < day < span[1])
    tally = tally_of(rows)
    worst = tally.worst
    said = tally_words(tally) if tally.runs > 1 else wording.VERDICT_LABELS[worst].lower()
    runs = f"{tally.runs:,} runs, " if tally.runs > 1 else ""
    return DayCell(
        number=day.day,
        verdict=worst,
        link=link(day),
        words=f"{numbers.day(day.isoformat())}: {runs}{said}",
        count=_count(tally) if tally.runs > 1 else "",
    )


def _count(tally: Tally) -> str:
    worst = tally.counts[tally.worst]
    return f"{tally.runs:,}" if worst == tally.runs else f"{worst:,}/{tally.runs:,}"
