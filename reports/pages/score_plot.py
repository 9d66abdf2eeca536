"""Scores over time as inline SVG: points with their intervals; no script, no style attribute.

Positions along x are per cent, so that a plot fills whatever width the page has. What is new and
what was before differ in shape as well as in colour.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby, pairwise

from jobs.visible_text import visible
from reports.findings.model_quality.scores import Estimate

HEIGHT = 190
_TOP, _GROUND = 18.0, 166.0
# Where the points begin, to the right of the scale, and where they end.
_FIRST, _LAST = 9.0, 98.0
_LOWEST_TOP = 0.9
_TRIANGLE = "M0 5.5L6 -4.5H-6Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorePoint:
    """A score at its place between the first day, 0, and the last one, 1.

    Attributes
    ----------
    kind
        ``earlier``, ``newest`` or ``dropped``.
    title
        What the pointer shows.
    """

    place: float
    score: Estimate
    kind: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreBand:
    """The score of a whole stretch, with its interval as a band; ``before`` or ``now``."""

    start: float
    end: float
    score: Estimate
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreLine:
    """Another number over the same days, without intervals: a line, or the space between two.

    Attributes
    ----------
    kind
        Names its style, such as ``mean``.
    points
        A place and a number each; None breaks the line.
    lows
        With as many points: the lower edge of an area whose upper edge is `points`.
    """

    kind: str
    points: Sequence[tuple[float, float | None]]
    lows: Sequence[tuple[float, float | None]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorePlot:
    """What one plot shows.

    Attributes
    ----------
    lines
        What is drawn beside the points.
    lowest
        The lower edge; None for one that fits what is drawn.
    joined
        The numbers of the points that a line leads to from the point before, counted from 0; none
        for points without a line.
    since
        The place and the words of a dashed line from top to bottom; None for none.
    """

    points: Sequence[ScorePoint]
    title: str
    levels: Sequence[ScoreBand] = ()
    joined: frozenset[int] = frozenset()
    since: tuple[float, str] | None = None
    lines: Sequence[ScoreLine] = ()
    lowest: float | None = None
    height: int = HEIGHT


def score_plot_svg(plot: ScorePlot) -> str:
    """Return the plot; screen readers are told its title, and a table belongs beside it."""
    scale = _Scale.of(plot)
    since = "" if plot.since is None else _since(*plot.since, scale.ground)
    return (
        f'<svg class="score-plot" role="img" width="100%" height="{plot.height}">'
        f"<title>{_text(plot.title)}</title>{''.join(_grid(scale))}"
        f"{''.join(_level(one, scale) for one in plot.levels)}{_lines(plot, scale)}{since}"
        f"{''.join(_course(plot, scale))}"
        f"{''.join(_points(plot, scale))}</svg>"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    """The scores at the lower and the upper edge, and the step between two lines."""

    low: float
    high: float
    step: float
    ground: float = _GROUND

    @classmethod
    def of(cls, plot: ScorePlot) -> _Scale:
        levels = [one.score for one in plot.levels]
        known = [one.score.value for one in plot.points] + [one.value for one in levels]
        known += [end for one in levels for end in (one.low, one.high) if end is not None]
        known += [
            value
            for line in plot.lines
            for _, value in (*line.points, *line.lows)
            if value is not None
        ]
        # The widest intervals are cut, so that a day with one label does not flatten all others.
        least = min(min(known, default=0.0) - 0.02, _LOWEST_TOP)
        least = least if plot.lowest is None else plot.lowest
        step = 0.2 if least < 0.45 else 0.1 if least < 0.78 else 0.05
        low = max(math.floor(least / step + 1e-9) * step, 0.0)
        ground = plot.height - (HEIGHT - _GROUND)
        return cls(low=low, high=1.0, step=step, ground=ground)

    def y(self, score: float) -> float:
        part = (min(max(score, self.low), self.high) - self.low) / (self.high - self.low)
        return self.ground - (self.ground - _TOP) * part


def _grid(scale: _Scale) -> Iterator[str]:
    for number in range(round((scale.high - scale.low) / scale.step) + 1):
        score = scale.low + number * scale.step
        y = _short(scale.y(score))
        kind = "axis" if number == 0 else "grid"
        decimals = 2 if scale.step < 0.1 else 1
        yield (
            f'<line class="{kind}" x1="0" y1="{y}" x2="100%" y2="{y}"/>'
            f'<text x="0" y="{_short(scale.y(score) - 4)}">{score:.{decimals}f}</text>'
        )


def _level(level: ScoreBand, scale: _Scale) -> str:
    left, right = _x(level.start), _x(level.end)
    width, score = _short(right - left), level.score
    y = _short(scale.y(score.value))
    line = (
        f'<line class="level-{level.kind}" x1="{_short(left)}%" y1="{y}" '
        f'x2="{_short(right)}%" y2="{y}"/>'
    )
    if score.low is None or score.high is None:
        return line
    top, bottom = scale.y(score.high), scale.y(score.low)
    return (
        f'<rect class="band-{level.kind}" x="{_short(left)}%" y="{_short(top)}" '
        f'width="{width}%" height="{_short(bottom - top)}"/>{line}'
    )


def _since(place: float, words: str, ground: float) -> str:
    x = _short(_x(place))
    anchor = "end" if place > 0.5 else "start"
    return (
        f'<line class="since" x1="{x}%" y1="{_TOP - 6}" x2="{x}%" y2="{ground}"/>'
        f'<text class="since-words" x="{x}%" y="10" text-anchor="{anchor}">{_text(words)}</text>'
    )


def _course(plot: ScorePlot, scale: _Scale) -> Iterator[str]:
    for number, (one, two) in enumerate(pairwise(plot.points), start=1):
        if number not in plot.joined:
            continue
        yield (
            f'<line class="course" x1="{_short(_x(one.place))}%" '
            f'y1="{_short(scale.y(one.score.value))}" x2="{_short(_x(two.place))}%" '
            f'y2="{_short(scale.y(two.score.value))}"/>'
        )


def _lines(plot: ScorePlot, scale: _Scale) -> str:
    """Return the lines as paths: per cent across, which a picture of its own stretches."""
    if not plot.lines:
        return ""
    paths = "".join(
        f'<path class="line-{line.kind}" d="{(_area if line.lows else _path)(line, scale)}"/>'
        for line in plot.lines
    )
    return (
        f'<svg class="lines" viewBox="0 0 100 {plot.height}" preserveAspectRatio="none" '
        f'width="100%" height="{plot.height}">{paths}</svg>'
    )


def _path(line: ScoreLine, scale: _Scale) -> str:
    path, follows = "", False
    for place, value in line.points:
        if value is not None:
            path += f"{'L' if follows else 'M'}{_spot(place, value, scale)}"
            # A point without a neighbour is a dot.
            path += "" if follows else "h0"
        follows = value is not None
    return path


def _area(line: ScoreLine, scale: _Scale) -> str:
    path = ""
    sides = zip(line.points, line.lows, strict=True)
    for known, part in groupby(sides, lambda pair: pair[0][1] is not None):
        if not known:
            continue
        edges = list(part)
        around = [high for high, _ in edges] + [low for _, low in reversed(edges)]
        spots = [_spot(place, value or 0.0, scale) for place, value in around]
        path += f"M{'L'.join(spots)}Z"
    return path


def _spot(place: float, value: float, scale: _Scale) -> str:
    return f"{_x(place):.2f} {_short(scale.y(value))}"


def _points(plot: ScorePlot, scale: _Scale) -> Iterator[str]:
    for kind, points in groupby(plot.points, lambda one: one.kind):
        drawn = "".join(_point(one, scale) for one in points)
        yield f'<g class="score is-{kind}">{drawn}</g>'


def _point(point: ScorePoint, scale: _Scale) -> str:
    x, y, score = _short(_x(point.place)), _short(scale.y(point.score.value)), point.score
    interval = ""
    if score.low is not None and score.high is not None:
        interval = (
            f'<line x1="{x}%" y1="{_short(scale.y(score.high))}" x2="{x}%" '
            f'y2="{_short(scale.y(score.low))}"/>'
        )
    mark = f'<circle cx="{x}%" cy="{y}" r="3.5"/>'
    if point.kind == "dropped":
        mark = f'<svg x="{x}%" y="{y}" overflow="visible"><path d="{_TRIANGLE}"/></svg>'
    return f"<g><title>{_text(point.title)}</title>{interval}{mark}</g>"


def _x(place: float) -> float:
    return _FIRST + (_LAST - _FIRST) * min(max(place, 0.0), 1.0)


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _text(words: str) -> str:
    return escape(visible(words))
