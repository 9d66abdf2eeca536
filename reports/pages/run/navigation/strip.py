"""The last verdicts of a job as a strip of marks, up to the run whose page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from reports.findings.answers import Verdict
from reports.findings.run import RunFindings
from reports.history.history import HistoryRow, history_row
from reports.pages.index.days import usual_step, when_words
from reports.pages.links import JobLinks
from reports.pages.run.navigation.neighbours import neighbours_of
from reports.pages.run.navigation.turns import Turn, turn_markup
from reports.words import wording
from reports.words.numbers import counted

RUNS_IN_STRIP = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class StripMark:
    """One run, or a time in which runs are missing.

    Attributes
    ----------
    state
        The verdict, by which shape and colour are chosen; ``missing`` where there is no run.
    words
        The same for people who do not see it: ``3 Mar 2025: drift``.
    link
        The run's page; None of the page itself, of deleted reports and of missing runs.
    is_here
        Whether it is the run whose page shows the strip.
    """

    state: str
    words: str
    link: str | None = None
    is_here: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunNavigation:
    """What leads from a run's page to others of the job.

    Attributes
    ----------
    marks
        The last runs, the page's own at the end; empty where it is the first one.
    previous, next
        The links as they stand in the page; places for them where there is no such run.
    """

    marks: tuple[StripMark, ...]
    previous: str
    next: str


def run_navigation(
    findings: RunFindings, history: Sequence[HistoryRow], links: JobLinks
) -> RunNavigation:
    """Return what leads from a run's page to the runs around it.

    Parameters
    ----------
    history
        Rows of any runs of the job; the run itself is taken from `findings`.
    links
        The links from the run's page to others.
    """
    around = neighbours_of(history, findings.run_id, findings.window.end, links.pruned)
    before, after = around.previous, around.next
    rows = (*around.earlier[-RUNS_IN_STRIP + 1 :], history_row(findings))
    to_before = None if before is None else links.to_run(before.run_id)
    to_after = None if after is None else links.to_run(after.run_id)
    return RunNavigation(
        marks=strip_of(rows, links, findings.run_id) if len(rows) > 1 else (),
        previous=turn_markup(Turn.PREVIOUS, to_before),
        next=turn_markup(Turn.NEXT, to_after),
    )


def strip_of(rows: Sequence[HistoryRow], links: JobLinks, here: str) -> tuple[StripMark, ...]:
    """Return a mark for each of some sorted rows, and one between two that lie too far apart.

    Parameters
    ----------
    here
        The run whose page shows the strip.
    """
    step = usual_step(rows)
    marks = [_mark(rows[0], links, here)]
    for one, two in pairwise(rows):
        missing = 0 if step is None else round((two.end - one.end) / step) - 1
        if step is not None and missing > 0:
            marks.append(StripMark(state="missing", words=_missing_words(missing, step)))
        marks.append(_mark(two, links, here))
    return tuple(marks)


def _mark(row: HistoryRow, links: JobLinks, here: str) -> StripMark:
    is_here = row.run_id == here
    return StripMark(
        state=row.verdict,
        words=run_words(row, row.verdict),
        link=None if is_here else links.to_run(row.run_id),
        is_here=is_here,
    )


def run_words(row: HistoryRow, verdict: Verdict) -> str:
    """Return when a run was and what it said: ``3 Mar 2025: drift``."""
    return f"{when_words(row)}: {wording.VERDICT_LABELS[verdict].lower()}"


def _missing_words(missing: int, step: timedelta) -> str:
    if step == timedelta(days=1):
        return f"no run on {counted(missing, 'day')}"
    return f"{counted(missing, 'run')} missing"
