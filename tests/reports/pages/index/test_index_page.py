import dataclasses
import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.index_pages import TEMPLATE, largest, simulated_rows
from reports.findings.answers import State, Verdict
from reports.history.history import HistoryRow, history_row
from reports.pages.index.page import RUNS_ONE_BY_ONE, index_files
from reports.pages.links import JobLinks
from tests.support import findings as examples
from tests.support.findings import HOSTILE_LABELS
from tests.support.pages import index_of

MOST_BYTES = 2_000_000
DAY = timedelta(days=1)
END = datetime(2025, 3, 15, tzinfo=UTC)
STEADY = history_row(examples.steady())
BY_TEMPLATE = JobLinks(job="dogs", prefix="data_drift_reports/dogs", template=TEMPLATE)


def row(end: datetime, verdict: Verdict = Verdict.STEADY, **other: object) -> HistoryRow:
    start = end - DAY
    values = {
        "run_id": f"{end:%Y%m%dT%H%M%SZ}-1a2b3c4d",
        "window_start": start.isoformat(),
        "window_end": end.isoformat(),
        "verdict": verdict,
        "headline": f"All {verdict.value}",
        **other,
    }
    return dataclasses.replace(STEADY, **values)


def daily(verdicts: str) -> list[HistoryRow]:
    """Return a row a day up to `END`: s, d and i for the verdicts, a blank for no run."""
    known = {"s": Verdict.STEADY, "d": Verdict.DRIFT, "i": Verdict.INCONCLUSIVE}
    first = END - DAY * (len(verdicts) - 1)
    return [
        row(first + DAY * n, known[letter]) for n, letter in enumerate(verdicts) if letter != " "
    ]


def page_of(rows: list[HistoryRow], **links: str) -> str:
    return index_of("dogs", rows, JobLinks(job="dogs", prefix="reports/dogs", **links)).decode()


def part(page: str, start: str, end: str = "</section>") -> str:
    after = page[page.index(start) :]
    return after[: after.index(end)]


def run_links(text: str) -> list[str]:
    return re.findall(r'href="(runs/[^"]+)"', text)


def test_runs_are_listed_newest_first_each_with_its_link() -> None:
    run = examples.drifted()
    rows = [history_row(run), *examples.past_rows(run, 3)]

    links = run_links(part(page_of(rows), '<h2 id="runs"'))

    assert links == sorted(links, reverse=True)
    assert links[0] == f"runs/{run.run_id}/report.html"
    assert len(links) == 4


class TestTheTop:
    def top(self, rows: list[HistoryRow]) -> str:
        return re.sub(r"<[^>]+>", "", part(page_of(rows), "<header", "</header>"))

    def test_it_is_the_newest_runs_headline(self) -> None:
        top = self.top([row(END, Verdict.DRIFT, headline="Images are darker"), row(END - DAY)])

        assert "Drift" in top
        assert "Images are darker" in top

    def test_a_row_of_an_older_version_shows_its_summary(self) -> None:
        assert "the whole sentence" in self.top(
            [row(END, headline="", summary="the whole sentence")]
        )

    def test_it_says_when_the_newest_window_ended(self) -> None:
        assert "ended 15 Mar 2025, 00:00 UTC" in self.top(daily("ss"))

    def test_it_says_since_when_the_state_lasts(self) -> None:
        assert "Drift in the last 3 runs, since 12 Mar 2025" in self.top(daily("sdsddd"))
        assert "Steady in this run; the one before was drift" in self.top(daily("sdds"))
        assert "Steady in every run so far" in self.top(daily("sss"))
        assert "The first run" in self.top(daily("s"))

    def test_it_counts_the_verdicts(self) -> None:
        top = self.top(daily("ssdis"))

        assert "5 runs" in top
        assert all(words in top for words in ("1 drift", "1 inconclusive", "3 steady"))

    def test_it_says_when_the_next_run_is_due_where_runs_have_a_rhythm(self) -> None:
        assert "every day: the next window ends 16 Mar 2025, 00:00 UTC" in self.top(daily("ss ss"))

    def test_it_does_not_guess_where_they_have_none(self) -> None:
        ends = [END - DAY * days for days in (0, 1, 3, 8, 16, 31)]

        assert "the next window" not in self.top([row(end) for end in ends])


def test_a_job_without_runs_says_so() -> None:
    assert b"No run yet" in index_of("dogs", [])


def test_a_single_run_has_no_trend_yet() -> None:
    assert 'id="moved"' not in page_of(daily("s"))


class TestTheCalendar:
    def cells(self, rows: list[HistoryRow]) -> str:
        return part(page_of(rows), '<h2 id="days"')

    def test_a_day_leads_to_its_run_and_says_so_in_words(self) -> None:
        cells = self.cells(daily("sd"))

        assert '<span class="unseen">14 Mar 2025: drift</span>' in cells
        assert run_links(cells) == [f"runs/{one.run_id}/report.html" for one in daily("sd")]

    def test_a_window_up_to_midnight_belongs_to_the_day_before(self) -> None:
        assert "14 Mar 2025" in self.cells([row(END)])
        assert "15 Mar 2025" in self.cells([row(END + timedelta(hours=13))])

    def test_days_without_a_run_are_gaps_between_the_first_and_the_newest_only(self) -> None:
        assert self.cells(daily("s  s s")).count("no run</span></span>") == 3
        assert self.cells(daily("ss")).count("no run</span></span>") == 0

    def test_several_runs_of_a_day_are_one_cell_with_the_worst_verdict(self) -> None:
        # A window of a whole day is called by the day that holds most of it.
        hours = [row(END - timedelta(hours=n)) for n in range(-11, 12) if n]
        cells = self.cells([*hours, row(END, Verdict.DRIFT)])

        assert '<span class="unseen">14 Mar 2025: 23 runs, 1 drift, 22 steady</span>' in cells
        assert "1/23" in cells
        assert 'href="#d2025-03-14"' in cells

    def test_such_a_day_leads_to_where_its_runs_are(self) -> None:
        hourly = [row(END - timedelta(hours=n)) for n in range(24 * 20)]
        page = page_of(hourly)

        for day in re.findall(r'href="#(d[^"]+)"', part(page, '<h2 id="days"')):
            assert f'id="{day}"' in page
        assert 'href="index/2025-03.html#d2025-03-04"' in page


class TestTheTrends:
    def test_its_days_are_those_of_the_calendar(self) -> None:
        page = page_of(daily("ssd"))
        trends = part(page, '<h2 id="moved"', '<h2 id="runs"')

        assert "<span>12 Mar 2025</span>" in trends
        assert "<span>14 Mar 2025</span>" in trends
        assert 'aria-label="14 Mar 2025: Drift, ' in trends
        assert "15 Mar" not in trends
        assert "<b>14 Mar 2025</b>" in part(page, "<header", "</header>")

    def test_a_run_of_less_than_a_day_has_its_time(self) -> None:
        hour = timedelta(hours=1)
        ends = [END - n * hour for n in range(3)]
        rows = [row(end, window_start=(end - hour).isoformat()) for end in ends]

        assert 'aria-label="14 Mar 2025, 22:00 UTC: Steady, ' in page_of(rows)

    def test_each_of_the_last_ninety_runs_is_a_link_in_every_plot(self) -> None:
        rows = list(simulated_rows(150))
        page = part(page_of(rows), '<h2 id="moved"')
        expected = {f"runs/{one.run_id}/report.html" for one in rows[-RUNS_ONE_BY_ONE:]}

        plots = re.findall(
            r"<svg class=\"(?:wide|small)-plot.*?</svg></a></svg>|<svg class=\"small-plot.*?</svg>",
            page,
        )
        columns = [plot for plot in plots if "small-plot" in plot]
        assert len(columns) == len(rows[0].effects)
        for plot in columns:
            assert set(run_links(plot)) == expected
        assert {link for link, times in Counter(run_links(page)).items() if times > 30} == expected

    def test_columns_in_drift_come_first_and_then_those_that_moved_most(self) -> None:
        effects = {"mean": 0.3, "entropy": 0.9, "sharpness": 0.5, "std_dev": 0.2}
        states = {**dict.fromkeys(effects, State.STEADY), "mean": State.DRIFT}
        rows = [row(END - DAY * n, effects=effects, states=states, directions={}) for n in range(3)]

        names = re.findall(r"<h4>.*?<code>(\w+)</code>", page_of(rows))

        assert names == ["mean", "entropy", "sharpness", "std_dev"]

    def test_the_alarm_limit_is_drawn_where_it_is_known(self) -> None:
        known = page_of([row(END - DAY * n, minimum_effect=0.1) for n in range(3)])
        unknown = page_of([row(END - DAY * n, minimum_effect=None) for n in range(3)])

        assert "alarm limit 0.10" in known
        assert "alarm limit" not in unknown

    def test_a_column_without_any_effect_is_named_and_has_no_plot(self) -> None:
        rows = [
            row(
                END - DAY * n,
                effects={"mean": 0.1, "width": None},
                states={"mean": State.STEADY, "width": State.CONSTANT},
                directions={},
            )
            for n in range(3)
        ]
        page = page_of(rows)

        assert page.count("small-plot") - page.count(".small-plot") == 1
        assert "constant or missing: width" in page


class TestOlderRuns:
    def test_up_to_ninety_runs_need_no_tables(self) -> None:
        files = index_files("dogs", simulated_rows(RUNS_ONE_BY_ONE))

        assert files.tables == {}
        assert b"Earlier runs" not in files.page

    def test_they_are_counted_by_week(self) -> None:
        page = part(page_of(daily("dd" + "s" * 100)), '<h2 id="earlier"')
        (first_week,) = re.findall(
            r"<tr><th scope=\"row\">(?:(?!</tr>).)*?2 Dec 2024.*?</tr>", page
        )

        assert re.findall(r"<td[^>]*>(\d*)</td>", first_week) == ["2", "", "4"]

    def test_weeks_without_a_run_are_said(self) -> None:
        page = page_of(daily("s" * 10 + " " * 30 + "s" * 100))

        assert "3 weeks without a run" in page

    def test_every_link_leads_to_a_table_that_is_there_and_to_a_line_of_it(self) -> None:
        for hours in (24, 1):
            rows = list(simulated_rows(500, timedelta(hours=hours)))
            files = index_files("dogs", rows)
            links = re.findall(r'href="index/([^"#]+)(?:#([^"]+))?"', files.page.decode())
            assert links
            for name, fragment in links:
                assert f'id="{fragment}"'.encode() in files.tables[name]

    def test_every_older_run_stands_in_exactly_one_table(self) -> None:
        rows = list(simulated_rows(3000, timedelta(hours=1)))
        files = index_files("dogs", rows)

        linked = Counter(
            link for page in files.tables.values() for link in re.findall(rb"runs/([^/]+)/", page)
        )

        assert {one.run_id.encode() for one in rows[:-RUNS_ONE_BY_ONE]} <= set(linked)
        assert set(linked.values()) == {1}

    def test_a_new_run_changes_the_newest_tables_only(self) -> None:
        rows = list(simulated_rows(200))
        before = index_files("dogs", rows[:-40]).tables
        after = index_files("dogs", rows).tables

        changed = {name for name in after if after[name] != before.get(name)}
        # A new month begins, and the one before it gets a link to it.
        assert changed == {"2025-11.html", "2025-12.html"}
        assert len(after) > 3


@pytest.mark.parametrize("step", [timedelta(days=1), timedelta(hours=1)])
def test_ten_thousand_runs_are_an_index_of_under_two_megabytes(step: timedelta) -> None:
    page = index_of("dogs", simulated_rows(10_000, step), BY_TEMPLATE)

    assert 300_000 < len(page) < MOST_BYTES


def test_a_table_of_a_month_with_very_many_runs_is_split_and_stays_small() -> None:
    files = index_files("dogs", simulated_rows(2500, timedelta(minutes=5)), BY_TEMPLATE)

    assert sorted(files.tables) == ["2026-03-2.html", "2026-03-3.html", "2026-03.html"]
    assert 100_000 < largest(files) < MOST_BYTES


def test_hundreds_of_columns_are_under_two_megabytes_too() -> None:
    effects = {f"probability of breed {number}": number / 1000 for number in range(500)}
    states = dict.fromkeys(effects, State.STEADY)
    rows = [row(END - DAY * n, effects=effects, states=states, directions={}) for n in range(200)]

    assert len(page_of(rows)) < MOST_BYTES


def test_every_link_is_made_by_the_template_where_there_is_one() -> None:
    links = JobLinks(job="dogs", prefix="reports/dogs", template="https://files.example/{path}")
    files = index_files("dogs", simulated_rows(300), links)

    for page in (files.page, *files.tables.values()):
        found = {link for link in re.findall(rb'href="([^"#][^"]*)"', page) if link != b"data:,"}
        assert found
        assert all(link.startswith(b"https://files.example/reports/dogs/") for link in found)


def test_tables_lead_to_runs_and_back_by_relative_links() -> None:
    files = index_files("dogs", simulated_rows(300))
    page = files.tables[min(files.tables)].decode()

    assert 'href="../index.html"' in page
    assert re.search(r'href="\.\./runs/[^/"]+/report.html"', page)


def test_hostile_words_and_run_ids_stay_text() -> None:
    rows = [
        row(END - DAY * n, run_id=label, headline=label, effects={label: 0.3}, states={})
        for n, label in enumerate(HOSTILE_LABELS)
    ]

    page = page_of(rows)

    assert "<script" not in page
    assert "<img" not in page
    assert "../" not in page
    assert all("/" not in link for link in re.findall(r'href="runs/([^"]*)/report.html"', page))


def test_the_same_rows_in_any_order_are_the_same_bytes() -> None:
    rows = list(simulated_rows(200))

    assert index_files("dogs", rows) == index_files("dogs", reversed(rows))
