import dataclasses
import re

from reports.history import history_row
from reports.index_page import index_html
from tests.support import findings as examples
from tests.support.findings import HOSTILE_LABELS


def test_runs_are_listed_newest_first_each_with_its_link() -> None:
    run = examples.drifted()
    rows = [history_row(run), *examples.past_rows(run, 3)]

    page = index_html("dogs", rows).decode()
    table = page[page.index("<table") :]

    links = re.findall(r'href="(runs/[^"]+)"', table)
    assert links == sorted(links, reverse=True)
    assert links[0] == f"runs/{run.run_id}/report.html"
    assert len(links) == 4


def test_the_newest_run_is_the_answer_at_the_top() -> None:
    run = examples.drifted()

    page = index_html("dogs", [history_row(run)]).decode()

    head = page[page.index("<h1>") : page.index("</h1>")]
    assert run.summary in head
    assert "1 run in all: 1 with drift" in page


def test_a_job_without_runs_says_so() -> None:
    assert b"No run yet" in index_html("dogs", [])


def test_a_single_run_has_no_trend_yet() -> None:
    assert b'class="trend"' not in index_html("dogs", [history_row(examples.steady())])


def test_the_trend_holds_the_last_ninety_runs() -> None:
    rows = examples.past_rows(examples.drifted(), 120)

    page = index_html("dogs", rows).decode()
    trend = page[page.index('class="trend"') : page.index("<table")]

    assert len(re.findall(r'<a href="runs/', trend)) == 90


def test_hostile_words_and_run_ids_stay_text() -> None:
    rows = [
        dataclasses.replace(history_row(examples.steady()), run_id=label, summary=label)
        for label in HOSTILE_LABELS
    ]

    page = index_html("dogs", rows).decode()

    assert "<script" not in page
    assert "<img" not in page
    assert "../" not in page
    assert all("/" not in link for link in re.findall(r'href="runs/([^"]*)/report.html"', page))
