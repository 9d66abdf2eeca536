import dataclasses
import re

from reports.findings.answers import State
from reports.findings.run import RunFindings
from reports.findings.runs import Trend
from reports.pages.run.report import report_html
from tests.support import findings as examples
from tests.support.findings import HOSTILE_LABELS


def page_of(run: RunFindings) -> str:
    return report_html(run, None).decode()


def section(page: str) -> str:
    return page.partition('<section id="trend">')[2].partition("</section>")[0]


def trend_of(run: RunFindings) -> Trend:
    assert run.trend is not None
    return run.trend


def test_a_slow_drift_is_said_at_the_top_and_leads_to_its_columns() -> None:
    run = examples.drifted()
    page = page_of(run)

    head = page.partition("</header>")[0]
    assert 'Slow drift over the last 11 runs: red. <a href="#trend">' in head
    words = " ".join(re.sub(r"<[^>]+>", " ", section(page)).split())
    assert "Slow drift in 11 runs; it does not change this run's verdict" in words
    assert "at least 1,000 runs between two such alarms" in words
    assert "3 Mar 2025 0.24 \N{GREEK SMALL LETTER SIGMA} down" in words


def test_without_slow_drift_it_is_one_line_at_the_end() -> None:
    for state in (State.STEADY, State.INCONCLUSIVE):
        run = examples.steady()
        run = dataclasses.replace(run, trend=dataclasses.replace(trend_of(run), state=state))
        page = page_of(run)

        assert section(page) == ""
        assert trend_of(run).summary in page.partition('<section id="run">')[2]
        assert 'href="#trend"' not in page


def test_a_run_that_did_not_look_for_it_has_no_such_section() -> None:
    assert 'id="trend"' not in page_of(dataclasses.replace(examples.drifted(), trend=None))


def test_names_of_columns_stay_text() -> None:
    run = examples.drifted()
    (column,) = trend_of(run).columns
    columns = tuple(dataclasses.replace(column, name=label) for label in HOSTILE_LABELS)
    trend = dataclasses.replace(trend_of(run), columns=columns, summary=HOSTILE_LABELS[0])

    page = page_of(dataclasses.replace(run, trend=trend))

    assert "<script" not in page
    assert "<img src=x" not in page
    assert "&lt;img src=x" in section(page)
