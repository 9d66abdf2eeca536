"""The model's quality over weeks, for the index: what the newest labels say, and the line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from reports.findings.model_quality.quality import ModelKind, QualityState
from reports.findings.model_quality.scores import Estimate
from reports.history.history import HistoryRow
from reports.history.quality_weeks import known_weeks, monday_of
from reports.history.run_quality import QualityOfRun
from reports.pages.index.detector import (
    DetectorOfJob,
    detector_of_job,
    mean_line,
    mean_scores,
)
from reports.pages.links import JobLinks
from reports.pages.page import DETECTOR_STYLE, QUALITY_STYLE
from reports.pages.score_plot import ScorePlot, ScorePoint, score_plot_svg
from reports.words.numbers import day, sentence
from reports.words.of_quality.counts import labels_words
from reports.words.of_quality.scores import MEASURES, estimate_words
from reports.words.of_quality.sentences import STATE_WORDS

MOST_WEEKS = 53
_HALF_A_DAY = timedelta(hours=12)
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityOfJob:
    """What the index says of the model.

    Attributes
    ----------
    newest
        What the newest run with labels says.
    label
        Its state in words.
    link
        The part of that run's page that is about the model; None where the page is gone.
    measure
        The score's name, with a capital.
    plot
        The line over weeks; empty for fewer than two weeks with a score.
    begin, end
        The first and the last week of the line.
    weeks
        The weeks behind the line, newest first: the day it began, its score, its labels, and
        whether it is one of those of which a run said that the model was worse.
    any_dropped
        Whether one of the weeks has that mark.
    detector
        What else is said of a detector; None for a classifier.
    """

    newest: QualityOfRun
    label: str
    link: str | None
    measure: str
    plot: Markup
    begin: str
    end: str
    weeks: tuple[tuple[str, str, str, bool], ...]
    any_dropped: bool
    detector: DetectorOfJob | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _ScoredWeek:
    monday: date
    score: Estimate
    labelled: int
    predictions: int
    dropped: bool


def quality_of_job(rows: Sequence[HistoryRow], links: JobLinks) -> QualityOfJob | None:
    """Return what the index says of the model; None where no run knows labels.

    Parameters
    ----------
    rows
        The runs, oldest first.
    """
    told = [(row, row.model_quality) for row in rows if row.model_quality is not None]
    if not told:
        return None
    row, newest = told[-1]
    weeks = _weeks([quality for _, quality in told])[-MOST_WEEKS:]
    page, measure = links.to_run(row.run_id), MEASURES.get(newest.measure, newest.measure)
    drawn = len(weeks) > 1
    means = mean_scores(one for _, one in told) if newest.kind is ModelKind.DETECTOR else {}
    return QualityOfJob(
        newest=newest,
        label=STATE_WORDS[newest.state],
        link=None if page is None else f"{page}#model",
        measure=sentence(measure),
        # The plot escapes its titles; everything else in it is numbers.
        plot=Markup(_plot(weeks, sentence(measure), newest, means) if drawn else ""),  # noqa: S704
        begin=day(weeks[0].monday.isoformat()) if drawn else "",
        end=day(weeks[-1].monday.isoformat()) if drawn else "",
        weeks=tuple(_line(week) for week in reversed(weeks)),
        any_dropped=any(week.dropped for week in weeks),
        detector=detector_of_job(rows),
    )


def styles_for(rows: Iterable[HistoryRow]) -> tuple[str, ...]:
    """Return the style sheets that a page over these runs needs beside its own."""
    told = [row.model_quality for row in rows if row.model_quality is not None]
    if not told:
        return ()
    is_detector = any(one.detector is not None for one in told)
    return (QUALITY_STYLE, DETECTOR_STYLE) if is_detector else (QUALITY_STYLE,)


def _weeks(told: Sequence[QualityOfRun]) -> list[_ScoredWeek]:
    """Return the weeks with a score, oldest first."""
    states: dict[date, QualityState] = {}
    for quality in told:
        states |= dict.fromkeys(_weeks_told(quality), quality.state)
    return [
        _ScoredWeek(
            monday=week.monday,
            score=week.point.score,
            labelled=week.point.labelled,
            predictions=week.point.predictions,
            dropped=states.get(week.monday) is QualityState.DROPPED,
        )
        for week in known_weeks(told)
        if week.point.score is not None
    ]


def _weeks_told(quality: QualityOfRun) -> Iterator[date]:
    """Yield the weeks that a run's state is about: the newest labels', and those of a drop."""
    for last in monday_of(quality.newest_end, -_HALF_A_DAY):
        first = last
        if quality.state is QualityState.DROPPED:
            first = min([last, *monday_of(quality.since, _HALF_A_DAY)])
        for weeks in range((last - first) // _WEEK + 1):
            yield first + weeks * _WEEK


def _plot(
    weeks: Sequence[_ScoredWeek], measure: str, quality: QualityOfRun, means: Mapping[date, float]
) -> str:
    first, last = weeks[0].monday, weeks[-1].monday
    span = (last - first) // _WEEK
    places = [(week.monday - first) // _WEEK for week in weeks]
    by_place = {first + number * _WEEK: number / span for number in range(span + 1)}
    joined = {number for number in range(1, len(weeks)) if places[number] == places[number - 1] + 1}
    return score_plot_svg(
        ScorePlot(
            points=[
                ScorePoint(
                    place=place / span,
                    score=week.score,
                    kind="dropped" if week.dropped else "newest",
                    title=_title(week, quality.kind),
                )
                for place, week in zip(places, weeks, strict=True)
            ],
            title=f"{measure} by week, {day(first.isoformat())} to {day(last.isoformat())}",
            joined=frozenset(joined),
            lines=(mean_line(by_place, means),) if means else (),
        )
    )


def _title(week: _ScoredWeek, kind: ModelKind) -> str:
    worse = "; worse than before" if week.dropped else ""
    labels = labels_words(week.labelled, kind)
    return (
        f"Week of {day(week.monday.isoformat())}: {estimate_words(week.score)} on {labels}{worse}"
    )


def _line(week: _ScoredWeek) -> tuple[str, str, str, bool]:
    return (
        day(week.monday.isoformat()),
        estimate_words(week.score),
        f"{week.labelled:,} of {week.predictions:,}",
        week.dropped,
    )
