"""One column's course beside the band in which normal days put it, as inline SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from reports.findings.effect_sizes import LARGEST_DRAWN
from reports.pages.index.plots import (
    PLOT_HEIGHT,
    PLOT_WIDTH,
    PlotPoint,
    short,
    small_point,
    unbroken,
)
from reports.pages.index.time_axis import TimeAxis

_TOP, _GROUND = 7.0, 66.0
_LEAST_SPAN = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class BandCourse:
    """One column's mean over the runs, as its move against the reference, with its sign.

    Attributes
    ----------
    runs
        The runs shown one by one, oldest first; `PlotPoint.size` is the move.
    bands
        For each run the lowest and the highest move that normal days explain; None where the run
        knew none.
    weeks
        For each week before them the lowest and the highest move; None where there is none.
    """

    runs: Sequence[PlotPoint]
    bands: Sequence[tuple[float, float] | None]
    weeks: Sequence[tuple[float, float] | None]

    @property
    def ends(self) -> tuple[float, float]:
        """The moves at the lower and at the upper edge of the plot; the reference is inside."""
        values = [one.size for one in self.runs if one.size is not None]
        values += [end for pair in (*self.bands, *self.weeks) if pair for end in pair]
        low, high = min([0.0, *values]), max([0.0, *values])
        missing = max(_LEAST_SPAN - (high - low), 0.0) / 2
        return max(low - missing, -LARGEST_DRAWN), min(high + missing, LARGEST_DRAWN)


def band_plot(axis: TimeAxis, course: BandCourse) -> str:
    """Return a small plot of one column; screen readers skip it."""
    low, high = course.ends

    def height(move: float) -> float:
        part = (min(max(move, low), high) - low) / (high - low)
        return _GROUND - (_GROUND - _TOP) * part

    across = [short(PLOT_WIDTH * place) for place in axis.runs]
    points = "".join(
        small_point(x, _GROUND if one.size is None else height(one.size), one)
        for x, one in zip(across, course.runs, strict=True)
    )
    line = "".join(
        f"M{across[left]} {short(height(one))}L{across[right]} {short(height(two))}"
        for left, right, one, two in unbroken(axis, course.runs)
    )
    weeks = "".join(
        f"M{short(PLOT_WIDTH * place)} {short(height(pair[0]))}V{short(height(pair[1]) - 0.5)}"
        for place, pair in zip(axis.weeks, course.weeks, strict=True)
        if pair is not None
    )
    bands = "".join(
        f"M{short(PLOT_WIDTH * start)} {short(height(least))}H{short(PLOT_WIDTH * end)}"
        f"V{short(height(most))}H{short(PLOT_WIDTH * start)}Z"
        for start, end, (least, most) in _band_pieces(axis, course.bands)
    )
    gaps = "".join(
        f"M{short(PLOT_WIDTH * left)} {_TOP}H{short(PLOT_WIDTH * right)}V{_GROUND}"
        f"H{short(PLOT_WIDTH * left)}Z"
        for left, right in axis.gaps
    )
    return (
        f'<svg class="small-plot" aria-hidden="true" focusable="false" '
        f'viewBox="0 0 {PLOT_WIDTH} {PLOT_HEIGHT}">'
        f'<path class="gap" d="{gaps}"/><path class="band" d="{bands}"/>'
        f'<path class="weeks" d="{weeks}"/>'
        f'<path class="axis" d="M0 {short(height(0.0))}H{PLOT_WIDTH}"/>'
        f'<path class="course" d="{line}"/>{points}</svg>'
    )


def _band_pieces(
    axis: TimeAxis, bands: Sequence[tuple[float, float] | None]
) -> list[tuple[float, float, tuple[float, float]]]:
    """Return where each run's band starts and ends: half-way to its neighbours."""
    middles = [(one + two) / 2 for one, two in pairwise(axis.runs)]
    starts = [axis.runs[0], *middles] if axis.runs else []
    ends = [*middles, axis.runs[-1]] if axis.runs else []
    return [
        (start, end, band)
        for start, end, band in zip(starts, ends, bands, strict=True)
        if band is not None
    ]
