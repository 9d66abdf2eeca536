"""The plots of the index as inline SVG: numbers in, a string out; no script, no style attribute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from reports.findings.answers import State, Verdict
from reports.findings.effect_sizes import LARGEST_DRAWN
from reports.pages.index.time_axis import TimeAxis

# The size of a small plot in its own units; the browser scales the whole plot.
PLOT_WIDTH, PLOT_HEIGHT = 320, 72
_TOP, _GROUND = 7.0, 66.0
_WIDE_HEIGHT, _WIDE_TOP, _WIDE_GROUND = 150, 14.0, 136.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlotPoint:
    """One run or one week; a `size` of None is drawn as a gap, and the link may be missing."""

    size: float | None
    mark: Verdict | State | None
    title: str
    link: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What one plot shows.

    Attributes
    ----------
    runs
        The runs shown one by one, oldest first.
    weeks
        The weeks before them; `PlotPoint.size` is the largest of the week.
    limits
        The size from which a move counts, for each run; None where it is not known, and where
        the run knows normal days.
    bands
        How far normal days go by themselves, for each run; None where it is not known. Empty for
        none at all.
    """

    runs: Sequence[PlotPoint]
    weeks: Sequence[PlotPoint]
    limits: Sequence[float | None]
    bands: Sequence[float | None] = ()

    @property
    def top(self) -> float:
        """The size at the upper edge of the plot; the limit always lies in the lower half."""
        limits = [2.5 * limit for limit in self.limits if limit is not None]
        limits += [1.5 * band for band in self.bands if band is not None]
        return max([0.25, min(self._largest, LARGEST_DRAWN), *limits])

    @property
    def is_cut(self) -> bool:
        """Whether a size lies beyond the upper edge; it is then drawn at the edge."""
        return self._largest > self.top

    @property
    def _largest(self) -> float:
        sizes = (one.size for one in (*self.runs, *self.weeks) if one.size is not None)
        return max(sizes, default=0.0)


def small_plot(axis: TimeAxis, course: Course) -> str:
    """Return a small plot of one column; screen readers skip it."""
    heights = _Heights(top=course.top, high=_TOP, ground=_GROUND)
    across = [short(PLOT_WIDTH * place) for place in axis.runs]
    points = [
        small_point(x, _GROUND if one.size is None else heights.of(one.size), one)
        for x, one in zip(across, course.runs, strict=True)
    ]
    edges = [(short(PLOT_WIDTH * left), short(PLOT_WIDTH * right)) for left, right in axis.gaps]
    gaps = "".join(f"M{left} {_TOP}H{right}V{_GROUND}H{left}Z" for left, right in edges)
    limits = "".join(
        f"M{short(PLOT_WIDTH * start)} {short(heights.of(limit))}H{short(PLOT_WIDTH * end)}"
        for start, end, limit in _limit_pieces(axis, course.limits)
    )
    weeks = "".join(
        f"M{short(PLOT_WIDTH * place)} {short(_GROUND)}V{short(heights.of(one.size))}"
        for place, one in zip(axis.weeks, course.weeks, strict=True)
        if one.size is not None
    )
    return (
        f'<svg class="small-plot" aria-hidden="true" focusable="false" '
        f'viewBox="0 0 {PLOT_WIDTH} {PLOT_HEIGHT}">'
        f'<path class="gap" d="{gaps}"/><path class="weeks" d="{weeks}"/>'
        f'<path class="axis" d="M0 {short(_GROUND)}H{PLOT_WIDTH}"/>'
        f'<path class="limit" d="{limits}"/>'
        f'<path class="course" d="{_line(axis, across, course.runs, heights)}"/>'
        f"{''.join(points)}</svg>"
    )


def wide_plot(axis: TimeAxis, course: Course, title: str) -> str:
    """Return a plot as wide as the page; each run and week is a link that the keyboard reaches."""
    heights = _Heights(top=course.top, high=_WIDE_TOP, ground=_WIDE_GROUND)
    gaps = "".join(
        f'<rect class="gap" x="{short(100 * left)}%" y="{_WIDE_TOP}" '
        f'width="{short(100 * (right - left))}%" height="{_WIDE_GROUND - _WIDE_TOP}"/>'
        for left, right in axis.gaps
    )
    bands = "".join(
        f'<rect class="band" x="{short(100 * start)}%" y="{short(heights.of(band))}" '
        f'width="{short(100 * (end - start))}%" height="{short(_WIDE_GROUND - heights.of(band))}"/>'
        for start, end, band in _limit_pieces(axis, course.bands or [None] * len(axis.runs))
    )
    limits = "".join(
        _wide_line("limit", (start, limit), (end, limit), heights)
        for start, end, limit in _limit_pieces(axis, course.limits)
    )
    weeks = "".join(
        _linked(one, _wide_line("weeks", (place, 0.0), (place, one.size or 0.0), heights))
        for place, one in zip(axis.weeks, course.weeks, strict=True)
    )
    lines = "".join(
        _wide_line("course", (axis.runs[left], one), (axis.runs[right], two), heights)
        for left, right, one, two in unbroken(axis, course.runs)
    )
    points = "".join(
        _linked(one, _wide_mark(place, one, heights))
        for place, one in zip(axis.runs, course.runs, strict=True)
    )
    return (
        f'<svg class="wide-plot" role="group" width="100%" height="{_WIDE_HEIGHT}">'
        f"<title>{escape(title)}</title>{gaps}{bands}"
        f"{_wide_line('axis', (0.0, 0.0), (1.0, 0.0), heights)}{limits}{weeks}{lines}{points}</svg>"
    )


def _wide_line(
    kind: str, start: tuple[float, float], end: tuple[float, float], heights: _Heights
) -> str:
    """Return a line between two points, each a position and a size."""
    (left, one), (right, two) = start, end
    return (
        f'<line class="{kind}" x1="{short(100 * left)}%" y1="{short(heights.of(one))}" '
        f'x2="{short(100 * right)}%" y2="{short(heights.of(two))}"/>'
    )


def _wide_mark(place: float, point: PlotPoint, heights: _Heights) -> str:
    kind = _KINDS.get(point.mark or "", "dot")
    return (
        f'<svg x="{short(100 * place)}%" y="{short(heights.of(point.size or 0.0))}" '
        f'overflow="visible" class="mark {kind}"><path d="{_LARGE[kind]}"/></svg>'
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heights:
    top: float
    high: float
    ground: float

    def of(self, size: float) -> float:
        return self.ground - (self.ground - self.high) * min(size / self.top, 1.0)


_KINDS = {"drift": "alarm", "inconclusive": "open"}
_LARGE = {
    "alarm": "M0 -7L7 5H-7Z",
    "open": "M0 -6L6 0L0 6L-6 0Z",
    "dot": "M-4 0A4 4 0 1 0 4 0A4 4 0 1 0 -4 0Z",
}


def small_point(x: str, y: float, point: PlotPoint) -> str:
    """Return a run's mark in a small plot, at its place, with its link."""
    shape = ""
    if point.size is not None:
        kind = _KINDS.get(point.mark or "", "dot")
        # A line of length zero with round ends is drawn as a dot.
        drawn = {
            "alarm": f"M{x} {short(y - 4.5)}l4 7h-8z",
            "open": f"M{x} {short(y - 3.5)}l3.5 3.5l-3.5 3.5l-3.5-3.5z",
            "dot": f"M{x} {short(y)}h0",
        }[kind]
        shape = f'<path class="{kind}" d="{drawn}"/>'
    if point.link is None:
        return shape
    return (
        f'<a href="{escape(point.link)}" tabindex="-1"><title>{escape(point.title)}</title>'
        f'<path class="hit" d="M{x} 0V{PLOT_HEIGHT}"/>{shape}</a>'
    )


def _linked(point: PlotPoint, drawn: str) -> str:
    named = f"<title>{escape(point.title)}</title>{drawn}"
    if point.link is None:
        return f"<g>{named}</g>"
    return f'<a href="{escape(point.link)}" aria-label="{escape(point.title)}">{named}</a>'


def unbroken(axis: TimeAxis, runs: Sequence[PlotPoint]) -> list[tuple[int, int, float, float]]:
    """Return pairs of neighbouring points with no missing run or size between them."""
    middles = [(left + right) / 2 for left, right in axis.gaps]
    broken = {
        index
        for index, (left, right) in enumerate(pairwise(axis.runs))
        if any(left < middle < right for middle in middles)
    }
    return [
        (index, index + 1, one.size, two.size)
        for index, (one, two) in enumerate(pairwise(runs))
        if one.size is not None and two.size is not None and index not in broken
    ]


def _line(
    axis: TimeAxis, across: Sequence[str], runs: Sequence[PlotPoint], heights: _Heights
) -> str:
    parts: list[str] = []
    end = -1
    for left, right, one, two in unbroken(axis, runs):
        if left != end:
            parts.append(f"M{across[left]} {short(heights.of(one))}")
        parts.append(f"L{across[right]} {short(heights.of(two))}")
        end = right
    return "".join(parts)


def _limit_pieces(
    axis: TimeAxis, limits: Sequence[float | None]
) -> list[tuple[float, float, float]]:
    """Return the stretches with one limit each; the first also covers the weeks before."""
    pieces: list[tuple[float, float, float]] = []
    starts = [0.0, *axis.runs[1:]]
    for start, end, limit in zip(starts, [*axis.runs[1:], 1.0], limits, strict=True):
        if limit is None:
            continue
        if pieces and pieces[-1][1:] == (start, limit):
            start = pieces.pop()[0]  # noqa: PLW2901
        pieces.append((start, end, limit))
    return pieces


def short(value: float) -> str:
    """Return a coordinate with one decimal at most."""
    return f"{value:.1f}".removesuffix(".0")
