"""Plots of the model's quality on a run's page: its score by day, and reliability."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reports.findings.model_quality.quality import (
    ModelKind,
    ModelQuality,
    QualityPoint,
    QualityState,
)
from reports.findings.model_quality.scores import Estimate, ReliabilityBin
from reports.history.history import parse_time
from reports.pages.score_plot import ScoreBand, ScoreLine, ScorePlot, ScorePoint, score_plot_svg
from reports.words.numbers import sentence
from reports.words.of_quality.counts import labels_words
from reports.words.of_quality.scores import (
    before_of,
    calendar_day,
    estimate_words,
    measure_words,
)

MOST_DAYS = 92
_HALF_A_DAY = timedelta(hours=12)
# The reliability plot, in units of its own.
WIDTH, _HEIGHT, _LEFT, _TOP = 320, 236, 30.0, 8.0
_SIDE_X, _SIDE_Y, _BARS = 284.0, 180.0, 40.0
_THOUSANDS = 10_000

_Placed = Callable[[datetime], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayAxis:
    """Days from left to right: the first is at 0, the last at 1."""

    first: datetime
    span: timedelta

    @classmethod
    def of(cls, starts: Sequence[str]) -> DayAxis:
        """Return the axis of days, given by their starts, the oldest first."""
        first, last = parse_time(starts[0]), parse_time(starts[-1])
        return cls(first=first, span=max(last - first, timedelta(days=1)))

    def place(self, moment: datetime) -> float:
        """Return where a day is whose start is `moment`."""
        return (moment - self.first) / self.span

    def edge(self, moment: datetime) -> float:
        """Return where `moment` is between two days."""
        return self.place(moment - _HALF_A_DAY)


def day_plot(
    quality: ModelQuality, lines: Sequence[ScoreLine] = (), axis: DayAxis | None = None
) -> str:
    """Return the score by day beside what it was before; empty where fewer than two days have it.

    Parameters
    ----------
    lines, axis
        What is drawn over the same days, and the days; by default those that have a score.
    """
    days = [(one, one.score) for one in quality.days[-MOST_DAYS:] if one.score is not None]
    if len(days) < 2:
        return ""
    starts = [one.start for one, _ in days]
    axis = axis or DayAxis.of(starts)
    return score_plot_svg(
        ScorePlot(
            points=[
                ScorePoint(
                    place=axis.place(parse_time(one.start)),
                    score=score,
                    kind=_kind(one, quality),
                    title=day_title(one, quality.kind),
                )
                for one, score in days
            ],
            title=f"{sentence(measure_words(quality))} by day, {calendar_day(starts[0])} to "
            f"{calendar_day(starts[-1])}",
            levels=_levels(quality, axis.edge),
            since=since_line(quality, axis),
            lines=lines,
        )
    )


def day_title(day: QualityPoint, kind: ModelKind) -> str:
    """Return a day's date, score and labels."""
    labels = f"{labels_words(day.labelled, kind)} of {day.predictions:,}"
    return f"{calendar_day(day.start)}: {estimate_words(day.score)} on {labels}"


def since_line(quality: ModelQuality, axis: DayAxis) -> tuple[float, str] | None:
    """Return place and words of the line where a drop began; None where that is not on the axis."""
    since = None if quality.drop is None else quality.drop.since
    if not since:
        return None
    try:
        where = axis.edge(parse_time(since))
    except ValueError:
        return None
    return (where, f"lower since {calendar_day(since)}") if 0 <= where <= 1 else None


def reliability_plot(bins: Sequence[ReliabilityBin]) -> str:
    """Return how right the model is beside how sure it is; a bar per bin says how many there are.

    Empty without bins.
    """
    if not bins:
        return ""
    most = max(one.count for one in bins)
    ground = _SIDE_Y + _TOP
    course = "".join(
        f"{'L' if number else 'M'}{_across(one.mean_confidence)} {_up(one.accuracy.value)}"
        for number, one in enumerate(bins)
    )
    ticks = "".join(
        f'<text x="{_LEFT - 5:.0f}" y="{_TOP + _SIDE_Y * (1 - part) + 4:.1f}" text-anchor="end">'
        f'{part:g}</text><path class="grid" d="M{_LEFT:.0f} {_up(part)}h{_SIDE_X:.0f}"/>'
        for part in (0, 0.5, 1)
    )
    return (
        f'<svg class="reliability" role="img" viewBox="0 0 {WIDTH} {_HEIGHT}">'
        "<title>How often the model is right, by how sure it is</title>"
        f"{ticks}{''.join(_bar(one, most) for one in bins)}"
        f'<path class="sure" d="M{_LEFT:.0f} {ground:.0f}L{_across(1)} {_TOP:.0f}"/>'
        f'<path class="course" d="{course}"/>'
        f'<path class="interval" d="{"".join(_interval(one) for one in bins)}"/>'
        f"{''.join(_dot(one) for one in bins)}</svg>"
    )


def _kind(day: QualityPoint, quality: ModelQuality) -> str:
    newest = quality.newest
    if newest is None or parse_time(day.start) < parse_time(newest.start):
        return "earlier"
    return "dropped" if quality.state is QualityState.DROPPED else "newest"


def _levels(quality: ModelQuality, place: _Placed) -> list[ScoreBand]:
    """Return the band of before over the whole width, and the newest score over its stretch."""
    levels = []
    before, reference = quality.scores_compared
    if before is None and (value := before_of(quality)) is not None:
        before = reference if reference is not None else Estimate(value=value)
    if before is not None:
        levels.append(ScoreBand(start=0.0, end=1.0, score=before, kind="before"))
    newest = quality.newest
    if newest is not None and (score := quality.score) is not None:
        start, end = place(parse_time(newest.start)), place(parse_time(newest.end))
        if end > 0:
            levels.append(ScoreBand(start=start, end=end, score=score, kind="now"))
    return levels


def _bar(one: ReliabilityBin, most: int) -> str:
    left, right = _LEFT + _SIDE_X * one.low, _LEFT + _SIDE_X * one.high
    height = max(_BARS * one.count / most, 1.0)
    ground = _TOP + _SIDE_Y
    number = f"{one.count / 1000:.0f}k" if one.count >= _THOUSANDS else f"{one.count:,}"
    return (
        f'<rect class="count" x="{left + 1:.1f}" y="{ground - height:.1f}" '
        f'width="{max(right - left - 2, 0.5):.1f}" height="{height:.1f}"/>'
        f'<text x="{(left + right) / 2:.1f}" y="{ground + 14:.0f}" text-anchor="middle">{number}'
        "</text>"
    )


def _interval(one: ReliabilityBin) -> str:
    low, high = one.accuracy.low, one.accuracy.high
    if low is None or high is None:
        return ""
    return f"M{_across(one.mean_confidence)} {_up(low)}V{_up(high)}"


def _dot(one: ReliabilityBin) -> str:
    return f'<circle cx="{_across(one.mean_confidence)}" cy="{_up(one.accuracy.value)}" r="4"/>'


def _across(part: float) -> str:
    return f"{_LEFT + _SIDE_X * part:.1f}"


def _up(part: float) -> str:
    return f"{_TOP + _SIDE_Y * (1 - part):.1f}"
