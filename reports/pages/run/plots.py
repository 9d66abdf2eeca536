"""Plots as inline SVG: numbers in, a string out; no script, no style attribute, no fixed width.

Positions along x are per cent or stretch with the picture, so that a plot fills whatever width the
page has; colours and strokes come from the page's style sheet by class.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from reports.findings.answers import State
from reports.findings.columns import Histogram
from reports.findings.effect_sizes import LARGEST_DRAWN

WIDTH, HEIGHT = 300, 84
_TOP = 6
_TRIMMED_SHARE = 0.004
_SPARK_HEIGHT, _SPARK_GROUND, _SPARK_ROOM = 46, 40, 32


@dataclass(frozen=True, slots=True, kw_only=True)
class HistogramPair:
    """Both sides of a column on one axis, as densities between shared edges.

    Attributes
    ----------
    edges
        The edges of the bins, without the long tails that are nearly empty.
    reference, current
        The share of each bin divided by its width, scaled so that the highest is 1.
    cut_low, cut_high
        Whether values lie beyond the axis on that side.
    """

    edges: tuple[float, ...]
    reference: tuple[float, ...]
    current: tuple[float, ...]
    cut_low: bool
    cut_high: bool


def pair_histograms(reference: Histogram | None, current: Histogram | None) -> HistogramPair | None:
    """Return two histograms on one axis, or None if there is nothing to draw.

    One side may be missing or empty; both sides must share their edges.
    """
    sides = [side for side in (reference, current) if side is not None and sum(side.counts) > 0]
    if not sides or any(side.edges != sides[0].edges for side in sides):
        return None
    edges = sides[0].edges
    first, last = _bins_to_show(sides)
    if edges[last + 1] <= edges[first]:
        return None
    shares = [_densities(side, edges) for side in (reference, current)]
    top = max(max(density[first : last + 1], default=0.0) for density in shares) or 1.0
    scaled = [tuple(value / top for value in density[first : last + 1]) for density in shares]
    return HistogramPair(
        edges=edges[first : last + 2],
        reference=scaled[0],
        current=scaled[1],
        cut_low=any(sum(side.counts[:first]) for side in sides),
        cut_high=any(sum(side.counts[last + 1 :]) for side in sides),
    )


def _bins_to_show(sides: Sequence[Histogram]) -> tuple[int, int]:
    """Return the bins without the tails in which each side has at most 0.4 % of its values."""
    bins = len(sides[0].counts)
    first, last = bins - 1, 0
    for side in sides:
        allowed = _TRIMMED_SHARE * sum(side.counts)
        first = min(first, _tail_length(side.counts, allowed))
        last = max(last, bins - 1 - _tail_length(side.counts[::-1], allowed))
    return min(first, last), max(first, last)


def _tail_length(counts: Sequence[int], allowed: float) -> int:
    total = 0
    for index, count in enumerate(counts):
        total += count
        if total > allowed:
            return index
    return max(len(counts) - 1, 0)


def _densities(side: Histogram | None, edges: Sequence[float]) -> list[float]:
    if side is None or sum(side.counts) == 0:
        return [0.0] * (len(edges) - 1)
    total = sum(side.counts)
    widths = [high - low for low, high in pairwise(edges)]
    narrowest = min((width for width in widths if width > 0), default=1.0)
    return [
        count / total / max(width, narrowest)
        for count, width in zip(side.counts, widths, strict=True)
    ]


def histogram_svg(pair: HistogramPair, title: str) -> str:
    """Return a plot of both sides: the reference as an area, the window as a line."""
    area = _steps(pair, pair.reference)
    line = _steps(pair, pair.current)
    return (
        f'<svg class="histogram" role="img" viewBox="0 0 {WIDTH} {HEIGHT}" width="100%" '
        f'height="{HEIGHT}" preserveAspectRatio="none"><title>{escape(title)}</title>'
        f'<path class="then" d="M0 {HEIGHT}{area}V{HEIGHT}Z"/>'
        f'<path class="now" d="M0 {HEIGHT}{line}V{HEIGHT}"/>'
        f'<path class="axis" d="M0 {HEIGHT}H{WIDTH}"/></svg>'
    )


def _steps(pair: HistogramPair, heights: Sequence[float]) -> str:
    """Return up or down and then across, bin by bin; bins of one height are one step."""
    low, span = pair.edges[0], pair.edges[-1] - pair.edges[0]
    steps: list[tuple[str, str]] = []
    for height, right in zip(heights, pair.edges[1:], strict=True):
        y = _tenths(HEIGHT - height * (HEIGHT - _TOP))
        if steps and steps[-1][0] == y:
            steps.pop()
        steps.append((y, _tenths(WIDTH * (right - low) / span)))
    return "".join(f"V{y}H{x}" for y, x in steps)


def share_bars_svg(reference: float, current: float, widest: float) -> str:
    """Return two bars, one below the other: a share (0 to 1) in the reference and in the window.

    Screen readers skip the bars: the numbers are in the text beside them.
    """
    scale = 100 / widest if widest > 0 else 0
    return (
        '<svg class="bars" aria-hidden="true" focusable="false" width="100%" height="22">'
        f'<rect class="then" x="0" y="1" width="{_short(reference * scale)}%" height="8"/>'
        f'<rect class="now" x="0" y="12" width="{_short(current * scale)}%" height="8"/></svg>'
    )


def spark_svg(
    sizes: Sequence[tuple[float | None, State]], title: str, limit: float | None = None
) -> str:
    """Return a plot of one column's effect in its latest runs; this run is the last.

    A run with drift is a triangle, another run a dot; a run without an effect leaves a gap. A
    dashed line marks `limit`, the smallest effect that counts.
    """
    drawn = [min(abs(size), LARGEST_DRAWN) for size, _ in sizes if size is not None]
    top = max(0.5, limit or 0.0, *drawn)
    step = 92 / max(len(sizes) - 1, 1)
    spots = [
        (4 + index * step, None if size is None else _spark_y(min(abs(size) / top, 1.0)), state)
        for index, (size, state) in enumerate(sizes)
    ]
    limit_line = ""
    if limit is not None:
        y = _short(_spark_y(limit / top))
        limit_line = f'<line class="limit" x1="0" y1="{y}" x2="100%" y2="{y}"/>'
    return (
        f'<svg class="spark" role="img" width="100%" height="{_SPARK_HEIGHT}">'
        f"<title>{escape(title)}</title>"
        f'<line class="axis" x1="0" y1="{_SPARK_GROUND}" x2="100%" y2="{_SPARK_GROUND}"/>'
        f"{limit_line}{_spark_course(spots)}{_spark_marks(spots)}</svg>"
    )


_Spot = tuple[float, float | None, State]


def _spark_y(part: float) -> float:
    return _SPARK_GROUND - _SPARK_ROOM * part


def _spark_course(spots: Sequence[_Spot]) -> str:
    """Return the line through all runs; a run without an effect interrupts it."""
    before = [None, *(y for _, y, _ in spots)]
    course = "".join(
        f"{'M' if before[index] is None else 'L'}{_short(x)} {_short(y)}"
        for index, (x, y, _) in enumerate(spots)
        if y is not None
    )
    if "L" not in course:
        return ""
    return (
        f'<svg width="100%" height="{_SPARK_HEIGHT}" viewBox="0 0 100 {_SPARK_HEIGHT}" '
        f'preserveAspectRatio="none"><path class="course" d="{course}"/></svg>'
    )


def _spark_marks(spots: Sequence[_Spot]) -> str:
    dots, others = "", ""
    for index, (x, y, state) in enumerate(spots):
        if y is None:
            continue
        last = index == len(spots) - 1
        if last or state in {State.DRIFT, State.INCONCLUSIVE}:
            others += _mark(_short(x), _short(y), state, small=not last)
        else:
            dots += f'<circle cx="{_short(x)}%" cy="{_short(y)}" r="2"/>'
    return f'<g class="mark">{dots}</g>{others}' if dots else others


def _mark(x: str, y: str, state: State, *, small: bool) -> str:
    size = "small" if small else "large"
    if state == "drift":
        shape = "M0 -4L4 3H-4Z" if small else "M0 -7L7 5H-7Z"
    elif state == "inconclusive":
        shape = "M0 -4L4 0L0 4L-4 0Z" if small else "M0 -6L6 0L0 6L-6 0Z"
    else:
        shape = "M-2 0A2 2 0 1 0 2 0A2 2 0 1 0 -2 0Z"
        if not small:
            shape = "M-4 0A4 4 0 1 0 4 0A4 4 0 1 0 -4 0Z"
    return (
        f'<svg x="{x}%" y="{y}" overflow="visible" class="mark {size} is-{escape(str(state))}">'
        f'<path d="{shape}"/></svg>'
    )


def _short(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _tenths(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
