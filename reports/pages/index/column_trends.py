"""The course of each column over the runs, for the index: beside normal days where known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from reference_stats.model_view.measures import measures_named
from reports.findings.answers import State
from reports.findings.effect_sizes import PILE, TAILS
from reports.history.history import HistoryRow
from reports.pages.index.band_plots import BandCourse, band_plot
from reports.pages.index.days import Week, when_words
from reports.pages.index.plots import Course, PlotPoint, small_plot
from reports.pages.index.time_axis import TimeAxis
from reports.pages.links import JobLinks
from reports.words import numbers, wording
from reports.words.movements import deviations

# Links make up most of a page's bytes: with more columns than this, the plots have no links.
MOST_LINKED_PLOTS = 36
MOST_PLOTS = 200
_WAYS = {
    "up": "up ",
    "down": "down ",
    "spread": "spread ",
    "upper_tail": "far up ",
    "lower_tail": "far down ",
    PILE: "piled up ",
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
    scale
        The sizes at the plot's edges, in words.
    """

    name: str
    title: str
    state: State | None
    now: str
    alarms: str
    scale: str
    plot: Markup


def top_words(course: Course) -> str:
    """Return the size at the upper edge of a plot, in words."""
    return f"{deviations(course.top)}{' or more' if course.is_cut else ''}"


def known_size(size: float | None) -> float | None:
    """Return a size as a number that can be drawn, or None if it cannot."""
    return size if size is not None and math.isfinite(size) else None


def column_trends(
    names: Sequence[str],
    recent: Sequence[HistoryRow],
    weeks: Sequence[Week],
    axis: TimeAxis,
    links: JobLinks,
) -> list[ColumnTrend]:
    """Return the course of each column, in the order of the names, up to `MOST_PLOTS`."""
    titles = measures_named(names)
    moments = [when_words(row) for row in recent]
    targets = [links.to_run(row.run_id) for row in recent]
    columns = []
    for number, name in enumerate(names[:MOST_PLOTS]):
        linked = targets if number < MOST_LINKED_PLOTS else [None] * len(targets)
        points = [
            _column_point(row, name, moment, link)
            for row, moment, link in zip(recent, moments, linked, strict=True)
        ]
        scale, plot = _column_plot(axis, name, points, recent, weeks)
        columns.append(
            ColumnTrend(
                name=name,
                title=wording.column_title(name, titles),
                state=recent[-1].states.get(name),
                now=_moved(recent[-1], name),
                alarms=_alarms(recent, name),
                scale=scale,
                plot=Markup(plot),  # noqa: S704
            )
        )
    return columns


def _column_plot(
    axis: TimeAxis,
    name: str,
    points: Sequence[PlotPoint],
    recent: Sequence[HistoryRow],
    weeks: Sequence[Week],
) -> tuple[str, str]:
    """Return the scale in words and the plot: beside normal days where any run knows them."""
    bands = [row.band(name) for row in recent]
    if any(band is not None for band in bands):
        moves = BandCourse(
            runs=[
                replace(point, size=row.shifts.get(name))
                for point, row in zip(points, recent, strict=True)
            ],
            bands=bands,
            weeks=[week.shifts.get(name) for week in weeks],
        )
        low, high = (f"{end:.1f}".replace("-", "\N{MINUS SIGN}") for end in moves.ends)
        return f"{low} to {high}\N{NO-BREAK SPACE}{numbers.SIGMA}", band_plot(axis, moves)
    course = Course(
        runs=points,
        weeks=[
            PlotPoint(size=week.effects.get(name), mark=None, title="", link=None) for week in weeks
        ],
        limits=known_limits(recent),
    )
    return f"to {top_words(course)}", small_plot(axis, course)


def known_limits(recent: Sequence[HistoryRow]) -> list[float | None]:
    """Return the limits of runs that know no normal days: on those, small moves are usual."""
    return [None if row.widest_band is not None else row.minimum_effect for row in recent]


def moving_columns(recent: Sequence[HistoryRow]) -> list[str]:
    """Return the columns with an effect in any run: drift first, then by how far they moved."""
    sizes: dict[str, float] = {}
    for row in recent:
        for name in row.effects:
            size = known_size(row.effect_in_deviations(name))
            if size is not None:
                sizes[name] = max(size, sizes.get(name, 0.0))
    newest = recent[-1]

    def order(name: str) -> tuple[bool, float, float, str]:
        now = known_size(newest.distance(name)) or 0.0
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
    if row.band(name) is not None and row.states.get(name) is not State.DRIFT:
        return f"{deviations(known_size(row.distance(name)) or 0.0)} from usual"
    direction = row.directions.get(name)
    if direction in TAILS and size == 0:
        return "no image far out"
    if direction == "shares":
        points = round(100 * abs(row.effects[name] or 0.0))
        return f"by {numbers.counted(points, 'point')}" if points else "under 1 point"
    way = _WAYS.get(direction or "", "")
    if direction in {*TAILS, PILE}:
        return f"{way}in {100 * abs(row.effects[name] or 0.0):.0f} % more images"
    return f"{way}{deviations(size)}"


def _alarms(recent: Sequence[HistoryRow], name: str) -> str:
    alarms = sum(row.states.get(name) is State.DRIFT for row in recent)
    if not alarms:
        return f"no drift in {len(recent)} runs"
    return f"drift in {alarms} of {len(recent)} runs"
