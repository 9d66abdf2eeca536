"""The course of every column's effect over the runs, and of the largest one, for the index."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from markupsafe import Markup

from jobs.visible_text import visible
from reference_stats.features.registry import features_named
from reports.findings.answers import State
from reports.findings.effect_sizes import TAILS
from reports.history.history import HistoryRow
from reports.pages.index.calendar import tally_words
from reports.pages.index.days import Week, day_of, when_words
from reports.pages.index.plots import Course, PlotPoint, TimeAxis, small_plot, time_axis, wide_plot
from reports.pages.links import JobLinks
from reports.words import numbers, wording
from reports.words.movements import deviations

# The plots leave out weeks that are more than this long before the last week.
_LONGEST_BEFORE = timedelta(weeks=52)
PLOTS_OPEN = 6
MOST_PLOTS_OPEN = 12
# Links make up most of a page's bytes: with more columns than this, the plots have no links.
MOST_LINKED_PLOTS = 36
MOST_PLOTS = 200
_WAYS = {
    "up": "up ",
    "down": "down ",
    "spread": "spread ",
    "upper_tail": "far up ",
    "lower_tail": "far down ",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnTrend:
    """One column over the runs; texts are not yet escaped, `Markup` is.

    Attributes
    ----------
    state
        The column's state in the newest run; None if that run does not have the column.
    now
        How far it moved in the newest run, in words.
    alarms
        In how many of the runs the column drifted, in words.
    top
        The size at the plot's upper edge, in words.
    """

    name: str
    title: str
    state: State | None
    now: str
    alarms: str
    top: str
    plot: Markup


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
        limits=[row.minimum_effect for row in recent],
    )
    title = f"Largest effect of any column in the last {len(recent)} runs"
    names = _sorted_names(recent)
    columns = _columns(names, recent, weeks, axis, links)
    shown = min(max(PLOTS_OPEN, sum(_alarms_now(one) for one in columns)), MOST_PLOTS_OPEN)
    first = day_of(recent[0])
    known = [limit for limit in course.limits if limit is not None]
    return Trends(
        # The plots escape their titles and links; everything else in them is numbers.
        largest=Markup(wide_plot(axis, course, title)),  # noqa: S704
        top=_top_words(course),
        limit=deviations(known[-1]) if known else "",
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


def _top_words(course: Course) -> str:
    return f"{deviations(course.top)}{' or more' if course.is_cut else ''}"


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


def known_size(size: float | None) -> float | None:
    """Return a size as a number that can be drawn, or None if it cannot."""
    return size if size is not None and math.isfinite(size) else None


def _columns(
    names: Sequence[str],
    recent: Sequence[HistoryRow],
    weeks: Sequence[Week],
    axis: TimeAxis,
    links: JobLinks,
) -> list[ColumnTrend]:
    titles = {feature.name: feature for feature in features_named(names)}
    moments = [when_words(row) for row in recent]
    targets = [links.to_run(row.run_id) for row in recent]
    limits = [row.minimum_effect for row in recent]
    columns = []
    for number, name in enumerate(names[:MOST_PLOTS]):
        linked = targets if number < MOST_LINKED_PLOTS else [None] * len(targets)
        course = Course(
            runs=[
                _column_point(row, name, moment, link)
                for row, moment, link in zip(recent, moments, linked, strict=True)
            ],
            weeks=[
                PlotPoint(size=week.effects.get(name), mark=None, title="", link=None)
                for week in weeks
            ],
            limits=limits,
        )
        columns.append(
            ColumnTrend(
                name=name,
                title=wording.column_title(name, titles),
                state=recent[-1].states.get(name),
                now=_moved(recent[-1], name),
                alarms=_alarms(recent, name),
                top=_top_words(course),
                plot=Markup(small_plot(axis, course)),  # noqa: S704
            )
        )
    return columns


def _sorted_names(recent: Sequence[HistoryRow]) -> list[str]:
    """Return the columns with an effect in any run: drift first, then by how far they moved."""
    sizes: dict[str, float] = {}
    for row in recent:
        for name in row.effects:
            size = known_size(row.effect_in_deviations(name))
            if size is not None:
                sizes[name] = max(size, sizes.get(name, 0.0))
    newest = recent[-1]

    def order(name: str) -> tuple[bool, float, float, str]:
        now = known_size(newest.effect_in_deviations(name)) or 0.0
        return (newest.states.get(name) is not State.DRIFT, -now, -sizes[name], name)

    return sorted(sizes, key=order)


def _column_point(row: HistoryRow, name: str, moment: str, link: str | None) -> PlotPoint:
    state = row.states.get(name)
    said = "not known" if state is None else wording.STATE_LABELS[state]
    return PlotPoint(
        size=known_size(row.effect_in_deviations(name)),
        mark=state,
        title=f"{moment}: {_moved(row, name)}, {said}",
        link=link,
    )


def _moved(row: HistoryRow, name: str) -> str:
    size = known_size(row.effect_in_deviations(name))
    if size is None:
        return "no effect"
    direction = row.directions.get(name)
    if direction in TAILS and size == 0:
        return "no image far out"
    if direction == "shares":
        points = round(100 * abs(row.effects[name] or 0.0))
        return f"by {numbers.counted(points, 'point')}" if points else "under 1 point"
    way = _WAYS.get(direction or "", "")
    if direction in TAILS:
        return f"{way}in {100 * abs(row.effects[name] or 0.0):.0f} % more images"
    return f"{way}{deviations(size)}"


def _alarms(recent: Sequence[HistoryRow], name: str) -> str:
    alarms = sum(row.states.get(name) is State.DRIFT for row in recent)
    if not alarms:
        return f"no drift in {len(recent)} runs"
    return f"drift in {alarms} of {len(recent)} runs"
