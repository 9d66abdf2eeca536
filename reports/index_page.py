"""``index.html``: all runs of a job, newest first, with the trend of the largest effect."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup

from reports import wording
from reports.findings import Verdict, WindowSpan
from reports.history import HistoryRow, sort_rows
from reports.page import render
from reports.plots import TrendPoint, trend_svg, trend_top
from reports.wording import visible

RUNS_IN_TREND = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLine:
    """One line of the table of runs."""

    row: HistoryRow
    label: str
    link: str
    window: WindowSpan


def index_html(job: str, rows: Iterable[HistoryRow]) -> bytes:
    """Return the page over all runs of a job: one UTF-8 file without scripts.

    Links are relative to the job's folder. Without rows the page says that there is no run yet.
    """
    newest_last = sort_rows(rows)
    recent = newest_last[-RUNS_IN_TREND:]
    points = [_point(row) for row in recent]
    values = {
        "job": job,
        "words": wording,
        "lines": [_line(row) for row in reversed(newest_last)],
        "trend": _trend(points),
        "trend_top": wording.readable(trend_top(points)) if points else "",
        "trend_first": recent[0] if recent else None,
        "trend_last": recent[-1] if recent else None,
        "runs_in_trend": len(recent),
        "tally": _tally(newest_last),
    }
    return render("index.html.j2", values)


def run_link(run_id: str) -> str:
    """Return where a run's page is, relative to the job's folder."""
    return f"runs/{quote(run_id, safe='', errors='replace')}/report.html"


def _line(row: HistoryRow) -> RunLine:
    return RunLine(
        row=row,
        label=wording.VERDICT_LABELS[row.verdict],
        link=run_link(row.run_id),
        window=WindowSpan(start=row.window_start, end=row.window_end),
    )


def _point(row: HistoryRow) -> TrendPoint:
    size = row.largest_effect
    words = (
        "no effect known"
        if size is None
        else f"largest effect {wording.readable(size)} {wording.SIGMA}"
    )
    label = wording.VERDICT_LABELS[row.verdict]
    return TrendPoint(
        time=row.end,
        size=size,
        mark=row.verdict,
        title=visible(f"{wording.moment(row.window_end)}: {label}, {words}"),
        link=run_link(row.run_id),
    )


def _trend(points: Sequence[TrendPoint]) -> Markup | None:
    if len(points) < 2:
        return None
    title = f"Largest effect of any column in the last {len(points)} runs"
    # The plot escapes its titles and links; everything else in it is numbers.
    return Markup(trend_svg(points, title))  # noqa: S704


def _tally(rows: Sequence[HistoryRow]) -> list[tuple[Verdict, str]]:
    words = {
        Verdict.DRIFT: "with drift",
        Verdict.INCONCLUSIVE: "inconclusive",
        Verdict.STEADY: "steady",
    }
    counts = {verdict: sum(row.verdict is verdict for row in rows) for verdict in words}
    return [(verdict, f"{count:,} {words[verdict]}") for verdict, count in counts.items()]
