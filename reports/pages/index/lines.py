"""The lines of the index's tables: a run, a week, or weeks without a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from reports.findings.answers import Verdict
from reports.findings.model_quality.quality import QualityState
from reports.history.history import HistoryRow
from reports.pages.index.calendar import tally_words
from reports.pages.index.column_trends import known_size
from reports.pages.index.days import Tally, Week, day_of, fragment_of, weeks_between
from reports.pages.links import JobLinks
from reports.words import numbers, wording
from reports.words.harmless_text import shortened
from reports.words.movements import deviations
from reports.words.of_quality.sentences import STATE_WORDS
from reports.words.of_view.of_history import view_words

# A run without a headline shows its summary, and labels from the log can be of any length.
LONGEST_WORDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLine:
    """One line of a table of runs.

    Attributes
    ----------
    link
        A link to the run's page; None if the page was pruned.
    fragment
        The fragment identifier of the day, on the day's first line; empty on the others.
    said
        The headline, or the summary if the run has no headline.
    effect
        The largest effect of any column.
    model
        What labels said, where that was that the model is worse; else empty.
    view
        What the model saw, where that drifted or could not be had; else empty.
    """

    row: HistoryRow
    label: str
    link: str | None
    fragment: str
    said: str
    effect: str
    model: str = ""
    view: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekLine:
    """One line of a table of weeks: a week, or weeks without any run."""

    title: str
    tally: Tally | None = None
    link: str = ""
    effect: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class YearOfWeeks:
    """The weeks that began in one year, newest first."""

    year: int
    words: str
    lines: tuple[WeekLine, ...]


def run_lines(rows: Sequence[HistoryRow], links: JobLinks) -> list[RunLine]:
    """Return the lines of a table, newest first; the first line of a day can be linked to."""
    lines = []
    day = None
    for row in reversed(rows):
        size = known_size(row.largest_effect)
        lines.append(
            RunLine(
                row=row,
                label=wording.VERDICT_LABELS[row.verdict],
                link=links.to_run(row.run_id),
                fragment="" if day == day_of(row) else fragment_of(day_of(row)),
                said=said_of(row),
                effect=numbers.NOTHING if size is None else deviations(size),
                model=_model_words(row),
                view=view_words(row),
            )
        )
        day = day_of(row)
    return lines


def _model_words(row: HistoryRow) -> str:
    quality = row.model_quality
    if quality is None or quality.state is not QualityState.DROPPED:
        return ""
    return shortened(quality.headline or STATE_WORDS[quality.state], LONGEST_WORDS)


def said_of(row: HistoryRow) -> str:
    """Return a run's headline, or its summary if it has none; a very long text is cut."""
    said = row.headline or row.summary
    return said if len(said) <= LONGEST_WORDS else f"{said[:LONGEST_WORDS]}\N{HORIZONTAL ELLIPSIS}"


def years_of_weeks(weeks: Sequence[Week], links: Sequence[str]) -> tuple[YearOfWeeks, ...]:
    """Return the weeks, newest first, with one line for each stretch of weeks without a run."""
    if not weeks:
        return ()
    linked = list(zip(weeks, links, strict=True))
    gaps = [0, *(weeks_between(one, two) for one, two in pairwise(weeks))]
    years = []
    for year, of_year in groupby(
        reversed(list(zip(linked, gaps, strict=True))), lambda one: one[0][0].monday.year
    ):
        lines: list[WeekLine] = []
        counts: Counter[Verdict] = Counter()
        for (week, link), gap in of_year:
            counts.update(week.tally.counts)
            lines.append(_week_line(week, link))
            if gap:
                lines.append(WeekLine(title=f"{numbers.counted(gap, 'week')} without a run"))
        tally = Tally(counts=counts)
        words = f"{numbers.counted(tally.runs, 'run')}: {tally_words(tally)}"
        years.append(YearOfWeeks(year=year, words=words, lines=tuple(lines)))
    return tuple(years)


def _week_line(week: Week, link: str) -> WeekLine:
    size = known_size(week.largest_effect)
    return WeekLine(
        title=numbers.day(week.monday.isoformat()),
        tally=week.tally,
        link=link,
        effect=numbers.NOTHING if size is None else deviations(size),
    )
