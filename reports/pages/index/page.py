"""``index.html``: all runs of a job as a calendar, trends and tables; and the tables behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from reports.findings.answers import Verdict
from reports.findings.days import Basis
from reports.findings.run import Observed, WindowSpan
from reports.history.history import HistoryRow, sort_rows
from reports.pages.index.calendar import MONTHS_OPEN, calendar_months, month_title, tally_words
from reports.pages.index.days import (
    WORST_FIRST,
    RunTable,
    Week,
    by_day,
    day_of,
    fragment_of,
    lasting,
    monday_of,
    tables_of,
    tally_of,
    usual_step,
    weeks_of,
    when_words,
)
from reports.pages.index.lines import RunLine, run_lines, years_of_weeks
from reports.pages.index.model_quality import quality_of_job, styles_for
from reports.pages.index.trends import find_trends
from reports.pages.links import JobLinks
from reports.pages.page import render
from reports.words import normal_days, numbers, wording
from reports.words.numbers import WEEKDAYS
from reports.words.of_rows.sentences import page_in_rows

RUNS_ONE_BY_ONE = 90
RUNS_OPEN = 14
_RUNS_FOR_STEP = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexFiles:
    """The index and the tables that it names.

    Attributes
    ----------
    page
        The content of ``index.html``.
    tables
        The content of each page, by its name below the job's folder ``index/``.
    """

    page: bytes
    tables: Mapping[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexAnswer:
    """The top of the index: what the newest run said, and since when.

    Attributes
    ----------
    lasts
        How long the verdict has been the same: the number of runs, and the first one's time.
    rhythm
        How often runs come, and when the next window ends; empty if runs come irregularly.
    tally
        The number of runs with each verdict, in words.
    runs, since
        How many runs there are, and when the first one's window ended.
    basis
        What the newest run was compared with, and how far the learning is; empty where that is
        not known.
    level
        How production differs from the reference, where nobody has accepted that; else empty.
    """

    line: RunLine
    window: WindowSpan
    lasts: str
    rhythm: str
    tally: Sequence[tuple[Verdict, str]]
    runs: str
    since: str
    basis: str
    level: str


def index_files(job: str, rows: Iterable[HistoryRow], links: JobLinks | None = None) -> IndexFiles:
    """Return the page over all runs of a job and every table behind it, UTF-8 without scripts.

    Without rows the page says that there is no run.

    Parameters
    ----------
    links
        How the page links to other pages; None for links relative to the job's folder.
    """
    index = _Index.of(job, rows, links)
    page, tables = index.page(), index.table_pages()
    if index.of_rows:
        page = page_in_rows(page)
        tables = {name: page_in_rows(table) for name, table in tables.items()}
    return IndexFiles(page=page, tables=tables)


def table_names(rows: Iterable[HistoryRow]) -> frozenset[str]:
    """Return the names of the tables that `index_files` makes."""
    ordered = sort_rows(rows)
    return frozenset(table.name for table in tables_of(ordered, len(ordered) - RUNS_ONE_BY_ONE))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Index:
    """All rows, sorted, and the page that shows each of them.

    Attributes
    ----------
    days
        The runs by day.
    tables
        The tables behind the index.
    table_names
        The page that shows a day's newest run, for every day that is in a table.
    """

    job: str
    rows: tuple[HistoryRow, ...]
    links: JobLinks
    days: Mapping[date, Sequence[HistoryRow]]
    tables: tuple[RunTable, ...]
    table_names: Mapping[date, str]

    @classmethod
    def of(cls, job: str, rows: Iterable[HistoryRow], links: JobLinks | None) -> _Index:
        ordered = sort_rows(rows)
        tables = tables_of(ordered, len(ordered) - RUNS_ONE_BY_ONE)
        return cls(
            job=job,
            rows=ordered,
            links=links or JobLinks(job=job),
            days=by_day(ordered),
            tables=tables,
            table_names={day_of(row): table.name for table in tables for row in table.rows},
        )

    @property
    def of_rows(self) -> bool:
        """Whether the newest run compared no images."""
        return bool(self.rows) and self.rows[-1].observed is Observed.ROWS

    @property
    def recent(self) -> Sequence[HistoryRow]:
        return self.rows[-RUNS_ONE_BY_ONE:]

    @property
    def older(self) -> Sequence[HistoryRow]:
        return self.rows[:-RUNS_ONE_BY_ONE]

    def page(self) -> bytes:
        weeks = self._weeks()
        week_links = [self._week_link(week) for week in weeks]
        lines = run_lines(self.recent, self.links)
        values = {
            "job": self.job,
            "of_rows": self.of_rows,
            "words": wording,
            "answer": _answer(self.rows, lines[0]) if lines else None,
            "months": calendar_months(self.days, self._day_link),
            "months_open": MONTHS_OPEN,
            "weekdays": WEEKDAYS,
            "several_a_day": len(self.days) < len(self.rows),
            "quality": quality_of_job(self.rows, self.links),
            "trends": find_trends(self.recent, weeks, week_links, self.links),
            "lines": lines[:RUNS_OPEN],
            "more_lines": lines[RUNS_OPEN:],
            "older_runs": len(self.older),
            "years": years_of_weeks(weeks, week_links),
            "verdicts": WORST_FIRST,
        }
        return render("index.html.j2", values, styles_for(self.rows))

    def table_pages(self) -> dict[str, bytes]:
        links = self.links.from_below()
        pages = {}
        for number, table in enumerate(self.tables):
            newer = self.tables[number + 1 : number + 2]
            older = self.tables[max(number - 1, 0) : number]
            values = {
                "job": self.job,
                "of_rows": self.of_rows,
                "words": wording,
                "title": _table_title(table),
                "tally": tally_words(tally_of(table.rows)),
                "lines": run_lines(table.rows, links),
                "index": links.to_index(),
                "newer": [(links.to_table(one.name), _table_title(one)) for one in newer],
                "older": [(links.to_table(one.name), _table_title(one)) for one in older],
            }
            pages[table.name] = render("index.table.html.j2", values, styles_for(table.rows))
        return pages

    def _weeks(self) -> tuple[Week, ...]:
        """Return the weeks of the runs that have no line of their own, each with all its runs."""
        if not self.older:
            return ()
        last = monday_of(self.older[-1])
        return weeks_of([row for row in self.rows if monday_of(row) <= last])

    def _day_link(self, day: date) -> str:
        of_day = self.days[day]
        link = self.links.to_run(of_day[0].run_id) if len(of_day) == 1 else None
        if link is not None:
            return link
        if not self.older or day > day_of(self.older[-1]):
            return f"#{fragment_of(day)}"
        return self.links.to_table(self.table_names[day], fragment_of(day))

    def _week_link(self, week: Week) -> str:
        """Return a link to the week's newest run among those that are in a table."""
        days = [week.monday + timedelta(days=later) for later in range(6, -1, -1)]
        day = next(day for day in days if day in self.table_names)
        return self.links.to_table(self.table_names[day], fragment_of(day))


def _answer(rows: Sequence[HistoryRow], line: RunLine) -> IndexAnswer:
    tally = tally_of(rows)
    newest = rows[-1]
    return IndexAnswer(
        line=line,
        window=WindowSpan(start=newest.window_start, end=newest.window_end),
        lasts=_lasting_words(rows),
        rhythm=_rhythm_words(rows[-_RUNS_FOR_STEP:]),
        tally=[
            (verdict, f"{tally.counts[verdict]:,} {wording.VERDICT_LABELS[verdict].lower()}")
            for verdict in WORST_FIRST
            if tally.counts[verdict]
        ],
        runs=numbers.counted(tally.runs, "run"),
        since=numbers.day(day_of(rows[0]).isoformat()),
        basis=_basis_words(newest),
        level=_level_words(newest),
    )


def _basis_words(row: HistoryRow) -> str:
    days = row.normal_days
    if days is None or not days.needed:
        return ""
    words = "the reference"
    if days.basis is Basis.DAYS:
        words = normal_days.blocks_words(days.blocks, days.unit)
    if not days.is_learning:
        return words
    return f"{words}; learning, {normal_days.progress(days.days, days.needed, days.unit)}"


def _level_words(row: HistoryRow) -> str:
    days = row.normal_days
    stands_out = days is not None and days.level_stands_out and row.accepted is None
    return days.level_summary if days is not None and stands_out else ""


def _lasting_words(rows: Sequence[HistoryRow]) -> str:
    same = lasting(rows)
    label = wording.VERDICT_LABELS[rows[-1].verdict]
    if len(same) == len(rows):
        return f"{label} in every run so far" if len(rows) > 1 else "The first run"
    before = wording.VERDICT_LABELS[rows[-len(same) - 1].verdict].lower()
    if len(same) == 1:
        return f"{label} in this run; the one before was {before}"
    return f"{label} in the last {len(same):,} runs, since {when_words(same[0])}"


def _rhythm_words(rows: Sequence[HistoryRow]) -> str:
    step = usual_step(rows)
    if step is None:
        return ""
    next_end = numbers.moment((rows[-1].end + step).isoformat())
    return f"A run comes every {_step_words(step)}: the next window ends {next_end}"


def _step_words(step: timedelta) -> str:
    for unit, size in (("week", timedelta(weeks=1)), ("day", timedelta(days=1))):
        if step % size == timedelta(0):
            return _every(step // size, unit)
    if step % timedelta(hours=1) == timedelta(0):
        return _every(step // timedelta(hours=1), "hour")
    return _every(max(round(step / timedelta(minutes=1)), 1), "minute")


def _every(number: int, unit: str) -> str:
    return unit if number == 1 else f"{number} {unit}s"


def _table_title(table: RunTable) -> str:
    part = "" if table.part == 1 else f", part {table.part}"
    return f"{month_title(table.month)}{part}"
