"""A detector's quality over runs, for the index: its scores, those it gave, and its classes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from markupsafe import Markup

from reports.findings.model_quality.quality import ModelKind
from reports.findings.model_quality.scores import Estimate
from reports.history.history import HistoryRow
from reports.history.quality_weeks import INTO_THE_DAY, monday_of
from reports.history.run_detector import DetectorOfRun
from reports.history.run_quality import QualityOfRun
from reports.pages.score_plot import ScoreLine, ScorePlot, score_plot_svg
from reports.words.harmless_text import shortened
from reports.words.numbers import day
from reports.words.of_quality.scores import estimate_words, score_words

MOST_RUNS = 92
_SMALL = 130
_LONGEST_NAME = 40
_A_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassOverRuns:
    """AP50 of one class by run; `words` says it in the newest run."""

    name: str
    words: str
    plot: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorOfJob:
    """What the index says of a detector beside its AP50 by week.

    Attributes
    ----------
    given
        The mean score in the newest run, and before, in a sentence; empty where it is not known.
    has_means
        Whether the mean score is known by week.
    measures, confidences
        AP75 and AR100 by run, and the scores that the model gave; empty for fewer than two runs.
    classes
        Those that fell in the newest run whose labels were read, the worst first.
    begin, end
        The first and the last run drawn.
    measure_rows, confidence_rows
        The runs behind the plots, newest first.
    """

    given: str
    has_means: bool
    measures: Markup
    confidences: Markup
    classes: tuple[ClassOverRuns, ...]
    begin: str
    end: str
    measure_rows: tuple[tuple[str, ...], ...]
    confidence_rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One run of a detector: its place between the first, 0, and the last, 1."""

    place: float
    day: str
    quality: QualityOfRun
    detector: DetectorOfRun


def detector_of_job(rows: Sequence[HistoryRow]) -> DetectorOfJob | None:
    """Return what the index says of a detector; None where the newest run is of another model.

    A run that could not read its labels knows none of its numbers: those of earlier runs stay.

    Parameters
    ----------
    rows
        The runs, oldest first.
    """
    runs = _runs(rows)
    if not runs:
        return None
    newest = runs[-1].detector
    is_newest = rows[-1].model_quality is runs[-1].quality
    return DetectorOfJob(
        given=_given_words(newest) if is_newest else "",
        has_means=any(run.detector.mean_by_week for run in runs),
        measures=_plot(
            runs,
            "AP75 and AR100 by run",
            (
                _line("ar100", runs, lambda run: _value(run.detector.ar100)),
                _line("ap75", runs, lambda run: _value(run.detector.ap75)),
            ),
        ),
        confidences=_plot(
            runs,
            "Scores that the model gave, by run",
            (_range(runs), _line("mean", runs, lambda run: run.detector.mean)),
        ),
        classes=tuple(_class(name, runs) for name in newest.fallen),
        begin=runs[0].day,
        end=runs[-1].day,
        measure_rows=tuple(map(_measure_row, reversed(runs))),
        confidence_rows=tuple(map(_confidence_row, reversed(runs))),
    )


def mean_scores(told: Iterable[QualityOfRun]) -> dict[date, float]:
    """Return the mean score that the model gave its boxes, by week as the newest run knew it.

    Parameters
    ----------
    told
        What runs said, in order of their windows.
    """
    return {
        monday: mean
        for quality in told
        if quality.detector is not None
        for start, mean in quality.detector.mean_by_week.items()
        for monday in monday_of(start, INTO_THE_DAY)
    }


def mean_line(places: Mapping[date, float], means: Mapping[date, float]) -> ScoreLine:
    """Return the line of the mean score over the weeks of a plot."""
    return ScoreLine(
        kind="mean", points=[(place, means.get(monday)) for monday, place in places.items()]
    )


def _runs(rows: Sequence[HistoryRow]) -> list[_Run]:
    told = [(row, row.model_quality) for row in rows if row.model_quality is not None]
    known = [(row, one, one.detector) for row, one in told if one.detector is not None]
    if not known or told[-1][1].kind is not ModelKind.DETECTOR:
        return []
    shown = known[-MOST_RUNS:]
    first = shown[0][0].end
    span = max(shown[-1][0].end - first, _A_MOMENT)
    return [
        _Run(
            place=(row.end - first) / span,
            # The end of a window is not in it.
            day=day((row.end - _A_MOMENT).isoformat()),
            quality=quality,
            detector=detector,
        )
        for row, quality, detector in shown
    ]


def _given_words(newest: DetectorOfRun) -> str:
    if newest.newest_mean is None:
        return ""
    said = "The mean score that the model gave its boxes in these days is "
    said += score_words(newest.newest_mean)
    before = newest.before_mean
    return f"{said}." if before is None else f"{said}; it was {score_words(before)} before."


def _class(name: str, runs: Sequence[_Run]) -> ClassOverRuns:
    line = _line("class", runs, lambda run: run.detector.classes.get(name))
    title = f"AP50 of {shortened(name, _LONGEST_NAME)} by run"
    now = runs[-1].detector.classes.get(name)
    return ClassOverRuns(
        name=name, words=f"AP50 {score_words(now)}", plot=_plot(runs, title, (line,), _SMALL)
    )


def _plot(
    runs: Sequence[_Run], title: str, lines: Sequence[ScoreLine], height: int | None = None
) -> Markup:
    if len(runs) < 2 or all(value is None for _, value in lines[-1].points):
        return Markup()
    plot = ScorePlot(points=(), title=title, lines=lines, lowest=0.0)
    plot = plot if height is None else replace(plot, height=height)
    return Markup(score_plot_svg(plot))  # noqa: S704 - titles are escaped


def _line(kind: str, runs: Sequence[_Run], value: Callable[[_Run], float | None]) -> ScoreLine:
    return ScoreLine(kind=kind, points=[(run.place, value(run)) for run in runs])


def _range(runs: Sequence[_Run]) -> ScoreLine:
    return ScoreLine(
        kind="range",
        points=[(run.place, run.detector.highest) for run in runs],
        lows=[(run.place, run.detector.lowest) for run in runs],
    )


def _measure_row(run: _Run) -> tuple[str, ...]:
    found = run.detector
    return (
        run.day,
        estimate_words(run.quality.score),
        *(score_words(_value(one)) for one in (found.ap75, found.ar100)),
    )


def _confidence_row(run: _Run) -> tuple[str, ...]:
    found = run.detector
    scores = (score_words(one) for one in (found.lowest, found.mean, found.highest))
    return (run.day, *scores, f"{found.boxes:,}")


def _value(estimate: Estimate | None) -> float | None:
    return None if estimate is None else estimate.value
