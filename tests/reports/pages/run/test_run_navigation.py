"""What leads from a run's page to the runs before and after it."""

import dataclasses
import re
from datetime import UTC, datetime, timedelta

from reports.findings.answers import Verdict
from reports.history.history import history_row
from reports.pages.links import JobLinks
from reports.pages.run.navigation.neighbours import neighbours_of
from reports.pages.run.navigation.strip import RUNS_IN_STRIP
from reports.pages.run.navigation.turns import Turn, turn_markup, with_turn, without_links
from reports.pages.run.report import Links, report_html
from tests.support import findings as examples

RUN = examples.steady()
END = datetime.fromisoformat(RUN.window.end).astimezone(UTC)
DAY = timedelta(days=1)


def row_before(days, run_id="", verdict=Verdict.STEADY):
    end = END - days * DAY
    return dataclasses.replace(
        history_row(RUN),
        run_id=run_id or f"run-{days}",
        window_start=(end - DAY).isoformat(),
        window_end=end.isoformat(),
        verdict=verdict,
    )


def page_of(rows, **links):
    return report_html(RUN, {}, rows, Links(**links)).decode()


def marks_of(page):
    (strip,) = re.findall(r'<ol class="lately".*?</ol>', page, flags=re.DOTALL)
    return re.findall(r'class="unseen">([^<]*)<', strip)


def test_the_strip_shows_the_last_runs_up_to_this_one_each_with_its_verdict_in_words():
    rows = [row_before(3, verdict=Verdict.DRIFT), row_before(2), row_before(1), row_before(-1)]

    page = page_of(rows)

    days = [f"{(END - number * DAY - timedelta(seconds=1)).day} Mar 2025" for number in (3, 2, 1)]
    assert [mark.partition(":")[0] for mark in marks_of(page)[:3]] == days
    assert [mark.partition(": ")[2] for mark in marks_of(page)] == ["drift", *["steady"] * 3]
    assert page.count('aria-current="page"') == 1
    assert 'href="../../runs/run-3/report.html"' in page


def test_the_strip_has_fourteen_runs_at_most():
    page = page_of([row_before(days) for days in range(1, 40)])

    assert len(marks_of(page)) == RUNS_IN_STRIP == 14


def test_days_without_a_run_are_a_mark_of_their_own():
    rows = [row_before(days) for days in (1, 2, 6, 7, 8, 9)]

    marks = marks_of(page_of(rows))

    assert [mark for mark in marks if "no run" in mark] == ["no run on 3 days"]


def test_the_first_run_has_no_strip_and_no_neighbours():
    page = page_of([])

    assert "lately" not in page.partition("</style>")[2]
    assert 'id="previous-run" hidden' in page
    assert 'id="next-run" hidden' in page
    assert '<a href="../../index.html">all runs</a>' in page


def test_links_follow_the_template_and_leave_out_deleted_reports():
    runs = JobLinks(
        job="dogs",
        prefix="reports/dogs",
        template="https://files.example/{path}",
        pruned=frozenset({"run-1"}),
    )

    page = page_of([row_before(1), row_before(2), row_before(-2, "later&x")], runs=runs)

    link = 'id="previous-run" href="https://files.example/reports/dogs/runs/run-2/report.html"'
    assert link in page
    assert "runs/run-1/" not in page
    assert 'href="https://files.example/reports/dogs/runs/later%26x/report.html"' in page
    assert len(marks_of(page)) == 3


def test_of_runs_with_one_window_end_the_id_decides():
    rows = [row_before(0, "a"), row_before(0, "z"), row_before(5, "x")]

    around = neighbours_of(rows, "m", RUN.window.end)

    assert (around.previous.run_id, around.next.run_id) == ("a", "z")
    assert [row.run_id for row in around.earlier] == ["x", "a"]


def test_a_page_takes_its_links_later_and_gives_them_back():
    rows = [row_before(1)]
    written = report_html(RUN, {}, rows)

    linked = with_turn(written, Turn.NEXT, "../../runs/new/report.html")

    assert linked == report_html(RUN, {}, [*rows, row_before(-1, "new")])
    assert with_turn(linked, Turn.NEXT, None) == written
    unlinked = without_links(linked, ["../../runs/new/report.html", "../../runs/run-1/report.html"])
    assert b"runs/" not in unlinked.partition(b"</header>")[0].partition(b"</style>")[2]
    assert unlinked.count(b"previous run") == 1


def test_a_page_of_an_older_version_stays_as_it_is():
    assert with_turn(b"<p>next run</p>", Turn.NEXT, "x") == b"<p>next run</p>"


def test_what_a_page_quotes_is_never_taken_for_the_place_of_a_link():
    hostile = str(turn_markup(Turn.NEXT, None))
    run = dataclasses.replace(RUN, job=hostile, headline=hostile)

    page = with_turn(report_html(run, {}), Turn.NEXT, 'javascript:"<x>')

    assert page.count(b'class="turn" id="next-run"') == 1
    assert b'href="javascript:&#34;&lt;x&gt;"' in page
