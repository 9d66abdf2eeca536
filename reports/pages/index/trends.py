"""The course of every column's effect over the runs, and of the largest one, for the index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from markupsafe import Markup

from jobs.visible_text import visible
from reports.findings.answers import State, Verdict
from reports.history.history import HistoryRow
from reports.pages.index.calendar import tally_words
from reports.pages.index.column_trends import (
    ColumnTrend,
    column_trends,
    known_limits,
    known_size,
    moving_columns,
    top_words,
)
from reports.pages.index.days import Week, day_of, when_words
from reports.pages.index.plots import Course, PlotPoint, wide_plot
from reports.pages.index.time_axis import time_axis
from reports.pages.links import JobLinks
from reports.words import numbers, wording
from reports.words.movements import deviations

# The plots leave out weeks that are more than this long before the last week.
_LONGEST_BEFORE = timedelta(weeks=52)
PLOTS_OPEN = 6
MOST_PLOTS_OPEN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Trends:
    """All plots of the index.

    Attributes
    ----------
    largest
        The largest effect of any column, run by run.
    top
        The size at the upper edge of that plot, in words.
    limit
        The limit of the newest run that has one, in words; empty if no run has one.
    has_bands
        Whether any run says how far normal days go by themselves.
    drift_in_band
        Whether a run with drift is drawn no farther out than that.
    columns, more_columns
        The columns that are shown at once, and the columns that are folded away. Columns in drift
        come first, then the others by how far they moved.
    left_out
        The number of columns without a plot, because there are too many columns.
    unmoving
        The columns without an effect in any run, such as constant columns.
    any_drift
        Whether a column is in drift now.
    weeks
        The number of weeks in the plots, before the runs.
    begin, first, last
        The day on which all plots begin, and the days of the first and of the last run.
    has_gaps
        Whether runs are missing somewhere between the first and the last.
    """

    largest: Markup
    top: str
    limit: str
    has_bands: bool
    drift_in_band: bool
    columns: tuple[ColumnTrend, ...]
    more_columns: tuple[ColumnTrend, ...]
    left_out: int
    unmoving: tuple[str, ...]
    any_drift: bool
    weeks: int
    begin: str
    first: str
    last: str
    has_gaps: bool


def find_trends(
    recent: Sequence[HistoryRow], weeks: Sequence[Week], week_links: Sequence[str], links: JobLinks
) -> Trends | None:
    """Return the plots over the recent runs and the weeks before them; None for a single run.

    Parameters
    ----------
    recent
        The runs that are shown one by one, oldest first.
    weeks, week_links
        The weeks before them, oldest first, and a link to the runs of each week.
    """
    if len(recent) < 2:
        return None
    drawn = sum(weeks[-1].monday - week.monday < _LONGEST_BEFORE for week in weeks)
    weeks, week_links = weeks[len(weeks) - drawn :], week_links[len(weeks) - drawn :]
    axis = time_axis([row.end for row in recent], [week.monday for week in weeks])
    course = Course(
        runs=[_run_point(row, links) for row in recent],
        weeks=[_week_point(week, link) for week, link in zip(weeks, week_links, strict=True)],
        limits=known_limits(recent),
        bands=[row.widest_band for row in recent],
    )
    title = f"Largest effect of any column in the last {len(recent)} runs"
    names = moving_columns(recent)
    columns = column_trends(names, recent, weeks, axis, links)
    shown = min(max(PLOTS_OPEN, sum(_alarms_now(one) for one in columns)), MOST_PLOTS_OPEN)
    first = day_of(recent[0])
    known = [limit for limit in course.limits if limit is not None]
    return Trends(
        # The plots escape their titles and links; everything else in them is numbers.
        largest=Markup(wide_plot(axis, course, title)),  # noqa: S704
        top=top_words(course),
        limit=deviations(known[-1]) if known else "",
        has_bands=any(band is not None for band in course.bands),
        drift_in_band=any(map(_is_drift_inside, course.runs, course.bands)),
        columns=tuple(columns[:shown]),
        more_columns=tuple(columns[shown:]),
        left_out=len(names) - len(columns),
        unmoving=tuple(sorted({name for row in recent for name in row.states} - set(names))),
        any_drift=any(_alarms_now(one) for one in columns),
        weeks=len(weeks),
        begin=numbers.day((weeks[0].monday if weeks else first).isoformat()),
        first=numbers.day(first.isoformat()),
        last=numbers.day(day_of(recent[-1]).isoformat()),
        has_gaps=bool(axis.gaps),
    )


def _is_drift_inside(run: PlotPoint, band: float | None) -> bool:
    known = run.size is not None and band is not None
    return known and run.mark is Verdict.DRIFT and (run.size or 0.0) <= (band or 0.0)


def _alarms_now(column: ColumnTrend) -> bool:
    return column.state is State.DRIFT


def _run_point(row: HistoryRow, links: JobLinks) -> PlotPoint:
    size = known_size(row.largest_effect)
    words = "no effect known" if size is None else f"largest effect {deviations(size)}"
    label = wording.VERDICT_LABELS[row.verdict]
    return PlotPoint(
        size=size,
        mark=row.verdict,
        title=visible(f"{when_words(row)}: {label}, {words}"),
        link=links.to_run(row.run_id),
    )


def _week_point(week: Week, link: str) -> PlotPoint:
    size = known_size(week.largest_effect)
    words = "no effect known" if size is None else f"largest effect {deviations(size)}"
    monday = numbers.day(week.monday.isoformat())
    return PlotPoint(
        size=size,
        mark=week.tally.worst,
        title=f"Week of {monday}: {tally_words(week.tally)}, {words}",
        link=link,
    )
