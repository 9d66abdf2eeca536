"""Plots of the model's quality on a run's page: accuracy by day, and reliability."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from reports.findings.model_quality.quality import ModelQuality, QualityPoint, QualityState
from reports.findings.model_quality.scores import Estimate, ReliabilityBin
from reports.history.history import parse_time
from reports.pages.score_plot import ScoreBand, ScorePlot, ScorePoint, score_plot_svg
from reports.words.numbers import counted, sentence
from reports.words.of_quality.scores import (
    before_of,
    calendar_day,
    estimate_words,
    measure_words,
    score_of,
)

MOST_DAYS = 92
_HALF_A_DAY = timedelta(hours=12)
# The reliability plot, in units of its own.
WIDTH, _HEIGHT, _LEFT, _TOP = 320, 236, 30.0, 8.0
_SIDE_X, _SIDE_Y, _BARS = 284.0, 180.0, 40.0
_THOUSANDS = 10_000

_Placed = Callable[[datetime], float]


def day_plot(quality: ModelQuality) -> str:
    """Return accuracy by day beside what it was before; empty where fewer than two days have it."""
    days = [(one, one.score) for one in quality.days[-MOST_DAYS:] if one.score is not None]
    if len(days) < 2:
        return ""
    oldest, newest = days[0][0], days[-1][0]
    first, last = parse_time(oldest.start), parse_time(newest.start)
    span = max(last - first, timedelta(days=1))

    def place(moment: datetime) -> float:
        return (moment - first) / span

    return score_plot_svg(
        ScorePlot(
            points=[
                ScorePoint(
                    place=place(parse_time(one.start)),
                    score=score,
                    kind=_kind(one, quality),
                    title=day_title(one),
                )
                for one, score in days
            ],
            title=f"{sentence(measure_words(quality))} by day, {calendar_day(oldest.start)} to "
            f"{calendar_day(newest.start)}",
            levels=_levels(quality, lambda moment: place(moment - _HALF_A_DAY)),
            since=_since(quality, lambda moment: place(moment - _HALF_A_DAY)),
        )
    )


def day_title(day: QualityPoint) -> str:
    """Return a day's date, score and labels."""
    labels = f"{counted(day.labelled, 'label')} of {day.predictions:,}"
    return f"{calendar_day(day.start)}: {estimate_words(day.score)} on {labels}"


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
    before = None if quality.before is None else score_of(quality.before.scores)
    if before is None and (value := before_of(quality)) is not None:
        reference = score_of(quality.reference)
        before = reference if reference is not None else Estimate(value=value)
    if before is not None:
        levels.append(ScoreBand(start=0.0, end=1.0, score=before, kind="before"))
    newest = quality.newest
    if newest is not None and (score := score_of(newest.scores)) is not None:
        start, end = place(parse_time(newest.start)), place(parse_time(newest.end))
        if end > 0:
            levels.append(ScoreBand(start=start, end=end, score=score, kind="now"))
    return levels


def _since(quality: ModelQuality, place: _Placed) -> tuple[float, str] | None:
    since = None if quality.drop is None else quality.drop.since
    if not since:
        return None
    try:
        where = place(parse_time(since))
    except ValueError:
        return None
    return (where, f"lower since {calendar_day(since)}") if 0 <= where <= 1 else None


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
