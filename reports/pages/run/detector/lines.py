"""Plots of a detector's quality by day: AP50 beside the scores that the model gave, and others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from markupsafe import Markup

from reports.findings.model_quality.detection import DetectorPoint
from reports.findings.model_quality.quality import ModelQuality, QualityState
from reports.findings.model_quality.scores import Estimate
from reports.history.history import parse_time
from reports.history.run_detector import classes_that_fell
from reports.pages.run.quality_plots import MOST_DAYS, DayAxis, day_plot, since_line
from reports.pages.score_plot import ScoreBand, ScoreLine, ScorePlot, score_plot_svg
from reports.words.harmless_text import shortened
from reports.words.of_quality.detectors import fallen_class_words
from reports.words.of_quality.scores import calendar_day

CLASSES_DRAWN = 6
_SMALL = 130
_LONGEST_NAME = 40

_Value = Callable[[DetectorPoint], float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassCourse:
    """AP50 of one class by day; `words` says it now and before."""

    name: str
    words: str
    plot: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorPlots:
    """The plots, empty where there is too little to draw.

    Attributes
    ----------
    ap50
        AP50 with intervals, and the mean score as a line.
    confidences
        The mean score, in the space between the lowest and the highest.
    measures
        AP, AP75 and AR100.
    classes
        Those that fell most of a model that is worse, or those with the most true boxes.
    begin, end
        The first and the last day of each plot.
    """

    ap50: Markup
    confidences: Markup
    measures: Markup
    classes: tuple[ClassCourse, ...]
    begin: str = ""
    end: str = ""


def detector_plots(quality: ModelQuality) -> DetectorPlots:
    """Return the plots of a detector's days."""
    days = () if quality.detection is None else quality.detection.days[-MOST_DAYS:]
    if len(days) < 2:
        nothing = Markup()
        return DetectorPlots(ap50=nothing, confidences=nothing, measures=nothing, classes=())
    axis = DayAxis.of([one.start for one in days])
    mean = _line("mean", days, axis, lambda day: day.confidences.mean)
    # Plots escape their titles; everything else in them is numbers.
    return DetectorPlots(
        ap50=Markup(day_plot(quality, (mean,), axis)),  # noqa: S704
        confidences=_plot(quality, axis, "Scores by day", (_range(days, axis), mean)),
        measures=_plot(
            quality,
            axis,
            "AP, AP75 and AR100 by day",
            (
                _line("ar100", days, axis, lambda day: _value(day.scores.ar100)),
                _line("ap75", days, axis, lambda day: _value(day.scores.ap75)),
                _line("ap", days, axis, lambda day: _value(day.scores.ap)),
            ),
        ),
        classes=_classes(quality, days, axis),
        begin=calendar_day(days[0].start),
        end=calendar_day(days[-1].start),
    )


def _plot(quality: ModelQuality, axis: DayAxis, title: str, lines: Sequence[ScoreLine]) -> Markup:
    if not _drawn(lines[-1]):
        return Markup()
    since = since_line(quality, axis)
    plot = ScorePlot(
        points=(),
        title=title,
        lines=lines,
        since=None if since is None else (since[0], f"AP50 {since[1]}"),
        lowest=0.0,
    )
    return Markup(score_plot_svg(plot))  # noqa: S704 - titles are escaped


def _classes(
    quality: ModelQuality, days: Sequence[DetectorPoint], axis: DayAxis
) -> tuple[ClassCourse, ...]:
    found = quality.detection
    if found is None:
        return ()
    dropped = quality.state is QualityState.DROPPED
    drawn = (dropped and classes_that_fell(found.classes)) or found.classes
    since = since_line(quality, axis)
    courses = []
    for one in drawn:
        line = _line("class", days, axis, partial(_of_class, one.name))
        if not _drawn(line):
            continue
        before = one.ap50_before
        plot = ScorePlot(
            points=(),
            title=f"AP50 of {shortened(one.name, _LONGEST_NAME)} by day",
            levels=()
            if before is None
            else (ScoreBand(start=0, end=1, score=Estimate(value=before), kind="before"),),
            lines=(line,),
            since=None if since is None else (since[0], ""),
            lowest=0.0,
            height=_SMALL,
        )
        courses.append(
            ClassCourse(
                name=one.name,
                words=fallen_class_words(one),
                plot=Markup(score_plot_svg(plot)),  # noqa: S704
            )
        )
        if len(courses) == CLASSES_DRAWN:
            break
    return tuple(courses)


def _line(kind: str, days: Sequence[DetectorPoint], axis: DayAxis, value: _Value) -> ScoreLine:
    return ScoreLine(kind=kind, points=[(_place(day, axis), value(day)) for day in days])


def _range(days: Sequence[DetectorPoint], axis: DayAxis) -> ScoreLine:
    known = [one.confidences for one in days]
    places = [_place(day, axis) for day in days]
    return ScoreLine(
        kind="range",
        points=[(place, one.highest) for place, one in zip(places, known, strict=True)],
        lows=[(place, one.lowest) for place, one in zip(places, known, strict=True)],
    )


def _place(day: DetectorPoint, axis: DayAxis) -> float:
    return axis.place(parse_time(day.start))


def _drawn(line: ScoreLine) -> bool:
    return sum(value is not None for _, value in line.points) > 1


def _value(estimate: Estimate | None) -> float | None:
    return None if estimate is None else estimate.value


def _of_class(name: str, day: DetectorPoint) -> float | None:
    return next((_value(one.ap50) for one in day.classes if one.name == name), None)
