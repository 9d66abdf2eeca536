"""The runs of a job by day, by week and by month: what the calendar and the tables are made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, pairwise

from reports.findings.answers import Verdict
from reports.history.history import HistoryRow
from reports.words import numbers
from reports.words.lengths import last_day

# A day or a week with several verdicts is shown with the first of these.
WORST_FIRST = (Verdict.DRIFT, Verdict.INCONCLUSIVE, Verdict.STEADY)
# A page with this many runs stays well under a megabyte.
RUNS_PER_TABLE = 1000
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The number of runs with each verdict."""

    counts: Mapping[Verdict, int]

    @property
    def runs(self) -> int:
        """The number of all runs."""
        return sum(self.counts.values())

    @property
    def worst(self) -> Verdict:
        """The verdict to be shown for all of them together."""
        return next(verdict for verdict in WORST_FIRST if self.counts.get(verdict))


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """The runs of one week.

    Attributes
    ----------
    monday
        Its first day.
    newest
        The newest run of the week.
    largest_effect
        The largest effect of any column in any run of the week; None if no run has an effect.
    effects
        The largest effect of each column, in reference standard deviations.
    shifts
        The lowest and the highest move of each numeric column against the reference, in the same
        unit, with its sign.
    """

    monday: date
    tally: Tally
    newest: HistoryRow
    largest_effect: float | None
    effects: Mapping[str, float]
    shifts: Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTable:
    """The runs of one month that share a page, oldest first.

    Attributes
    ----------
    month
        The first day of the month.
    part
        1, or more where the month has more than `RUNS_PER_TABLE` runs.
    """

    month: date
    part: int
    rows: tuple[HistoryRow, ...]

    @property
    def name(self) -> str:
        """The name of the table's page, below the job's folder ``index/``."""
        part = "" if self.part == 1 else f"-{self.part}"
        return f"{self.month:%Y-%m}{part}.html"


def day_of(row: HistoryRow) -> date:
    """Return the day that a run is called by, of UTC: see `reports.words.lengths.last_day`."""
    return last_day(row.start, row.end)


def when_words(row: HistoryRow) -> str:
    """Return the day that a run is about; for a window shorter than a day, the time it ended."""
    if row.end - row.start >= timedelta(days=1):
        return numbers.day(day_of(row).isoformat())
    return numbers.moment(row.window_end)


def monday_of(row: HistoryRow) -> date:
    """Return the first day of the week that a run's day is in."""
    day = day_of(row)
    return day - timedelta(days=day.weekday())


def fragment_of(day: date) -> str:
    """Return the identifier of a day's first line in a table of runs."""
    return f"d{day.isoformat()}"


def tally_of(rows: Iterable[HistoryRow]) -> Tally:
    """Return the number of runs with each verdict, 0 included."""
    counts = Counter(row.verdict for row in rows)
    return Tally(counts={verdict: counts[verdict] for verdict in WORST_FIRST})


def by_day(rows: Sequence[HistoryRow]) -> dict[date, tuple[HistoryRow, ...]]:
    """Group sorted rows by their day; the order stays."""
    return {day: tuple(of_day) for day, of_day in groupby(rows, day_of)}


def weeks_of(rows: Sequence[HistoryRow]) -> tuple[Week, ...]:
    """Return the weeks of sorted rows, oldest first; weeks without runs are left out."""
    return tuple(_week(monday, list(of_week)) for monday, of_week in groupby(rows, monday_of))


def weeks_between(earlier: Week, later: Week) -> int:
    """Return the number of weeks without a run between two weeks."""
    return (later.monday - earlier.monday) // _WEEK - 1


def tables_of(rows: Sequence[HistoryRow], first_recent: int) -> tuple[RunTable, ...]:
    """Return the tables behind an index, oldest first.

    A month has no table if the index shows all its runs; any other month's tables hold all of
    its runs. A new run changes the newest table only; a run of an earlier window changes the
    tables of its month.

    Parameters
    ----------
    rows
        All rows, sorted.
    first_recent
        The position of the first row that the index shows as a line of its own.
    """
    if first_recent <= 0:
        return ()
    last_month = _month(rows[first_recent - 1])
    months = [
        (month, list(of_month)) for month, of_month in groupby(rows, _month) if month <= last_month
    ]
    return tuple(
        RunTable(
            month=month,
            part=start // RUNS_PER_TABLE + 1,
            rows=tuple(of_month[start : start + RUNS_PER_TABLE]),
        )
        for month, of_month in months
        for start in range(0, len(of_month), RUNS_PER_TABLE)
    )


def lasting(rows: Sequence[HistoryRow]) -> Sequence[HistoryRow]:
    """Return the latest runs without a change of verdict, from sorted rows."""
    first = len(rows)
    while first > 0 and rows[first - 1].verdict is rows[-1].verdict:
        first -= 1
    return rows[first:]


def usual_step(rows: Sequence[HistoryRow]) -> timedelta | None:
    """Return the usual time between two windows' ends, or None if there is none.

    It is the median of the times between runs. There must be at least three, and at least half of
    them within a tenth of the median.
    """
    steps = sorted(two.end - one.end for one, two in pairwise(rows) if two.end > one.end)
    if len(steps) < 3:
        return None
    median = steps[len(steps) // 2]
    usual = [step for step in steps if abs(step - median) <= median / 10]
    return median if 2 * len(usual) >= len(steps) else None


def _week(monday: date, rows: Sequence[HistoryRow]) -> Week:
    effects: dict[str, float] = {}
    for row in rows:
        for name in row.effects:
            size = row.effect_in_deviations(name)
            if size is not None and size >= effects.get(name, 0.0):
                effects[name] = size
    return Week(
        monday=monday,
        tally=tally_of(rows),
        newest=rows[-1],
        largest_effect=max(
            (row.largest_effect for row in rows if row.largest_effect is not None), default=None
        ),
        effects=effects,
        shifts=_ranges(rows),
    )


def _ranges(rows: Sequence[HistoryRow]) -> dict[str, tuple[float, float]]:
    ranges: dict[str, tuple[float, float]] = {}
    for row in rows:
        for name, shift in row.shifts.items():
            low, high = ranges.get(name, (shift, shift))
            ranges[name] = (min(low, shift), max(high, shift))
    return ranges


def _month(row: HistoryRow) -> date:
    return day_of(row).replace(day=1)
