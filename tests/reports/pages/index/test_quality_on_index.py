"""What the index says of the model's quality: the newest state, and the line over weeks."""

import dataclasses
import re

from reports.findings.model_quality.quality import QualityPoint, QualityState
from reports.findings.model_quality.scores import Estimate
from reports.history.history import HistoryRow
from reports.history.run_quality import QualityOfRun
from reports.pages.index.model_quality import QualityOfJob, quality_of_job
from reports.pages.index.page import index_files
from reports.pages.links import JobLinks
from tests.support import findings as examples
from tests.support.labelled_history import labelled_rows
from tests.support.pages import index_of

LINKS = JobLinks(job="dogs")


def week(start: str, score: float | None, predictions: int = 700) -> QualityPoint:
    return QualityPoint(
        start=f"{start}T00:00:00Z",
        end=f"{start}T00:00:00Z",
        labelled=100,
        predictions=predictions,
        score=None if score is None else Estimate(value=score, low=score - 0.04, high=score),
    )


def row(day: int, *weeks: QualityPoint, **values: object) -> HistoryRow:
    quality = QualityOfRun(state=QualityState.HOLDS, headline="fine", weeks=weeks)
    first = examples.past_rows(examples.steady(), 1)[0]
    return dataclasses.replace(
        first,
        run_id=f"run-{day}",
        window_end=f"2025-03-{day:02d}T00:00:00Z",
        model_quality=dataclasses.replace(quality, **values),  # type: ignore[arg-type]
    )


def told(*rows: HistoryRow) -> QualityOfJob:
    found = quality_of_job(rows, LINKS)
    assert found is not None
    return found


def test_without_labels_nothing_is_said() -> None:
    rows = examples.past_rows(examples.steady())

    assert quality_of_job(rows, LINKS) is None
    assert "Model" not in index_of("dogs", rows).decode()
    assert b".score-plot" not in index_of("dogs", rows)


def test_the_top_says_what_the_newest_run_with_labels_found() -> None:
    rows = labelled_rows(20, fell=2)
    page = index_of("dogs", rows).decode()

    assert "Model: worse" in page
    assert "accuracy fell from 0.93 to 0.81 [0.78, 0.83] on 300 labels since 8 Mar" in page
    assert f'href="runs/{rows[-1].run_id}/report.html#model"' in page


def test_a_run_whose_page_is_gone_is_not_linked_to() -> None:
    rows = labelled_rows(20)
    pruned = JobLinks(job="dogs", pruned=frozenset({rows[-1].run_id}))

    found = quality_of_job(rows, pruned)
    assert found is not None
    assert found.link is None
    assert '<p class="model is-holds"><a href="#model">' in index_of("dogs", rows, pruned).decode()


def test_a_week_is_shown_as_the_newest_run_knew_it() -> None:
    early = row(11, week("2025-03-03", 0.9))
    late = row(18, week("2025-03-03", 0.8), week("2025-03-10", 0.85))

    assert [line[:2] for line in told(early, late).weeks] == [
        ("10 Mar 2025", "0.85 [0.81, 0.85]"),
        ("3 Mar 2025", "0.80 [0.76, 0.80]"),
    ]


def test_a_week_that_a_later_run_knew_only_in_part_stays_whole() -> None:
    whole = row(11, week("2025-03-03", 0.9, predictions=700))
    # Its labels are waited for since Thursday only.
    part = row(18, week("2025-03-06", 0.5, predictions=300), week("2025-03-10", 0.85))

    assert told(whole, part).weeks[-1][:2] == ("3 Mar 2025", "0.90 [0.86, 0.90]")


def test_weeks_of_another_time_zone_fall_on_their_own_monday() -> None:
    berlin = dataclasses.replace(week("2025-03-02", 0.9), start="2025-03-02T23:00:00Z")

    assert told(row(11, berlin)).weeks[0][0] == "3 Mar 2025"


def test_a_week_in_which_a_run_said_worse_is_marked() -> None:
    weeks = (week("2025-03-03", 0.9), week("2025-03-10", 0.7))
    worse = row(15, *weeks, state=QualityState.DROPPED, newest_end="2025-03-15T00:00:00Z")

    assert [line[3] for line in told(worse).weeks] == [True, False]
    assert told(worse).plot.count("<path") == 1
    # More labels came, and the same days are not worse any more.
    better = row(16, *weeks, newest_end="2025-03-15T00:00:00Z")
    assert not told(worse, better).any_dropped


def test_all_weeks_since_the_first_day_of_a_drop_are_marked() -> None:
    weeks = [week(f"2025-03-{day:02d}", 0.9) for day in (3, 10, 17)]
    said = {"newest_end": "2025-03-23T00:00:00Z", "since": "2025-03-12T00:00:00Z"}
    worse = row(24, *weeks, state=QualityState.DROPPED, **said)

    assert [line[3] for line in told(worse).weeks] == [True, True, False]
    # A damaged row neither marks what is behind it nor ends the page.
    odd = row(25, *weeks, state=QualityState.DROPPED, newest_end=said["newest_end"], since="soon")
    assert [line[3] for line in told(odd).weeks] == [True, False, False]


def test_a_week_without_a_score_breaks_the_line() -> None:
    weeks = [week(f"2025-02-{day:02d}", 0.9) for day in (3, 10, 24)]
    plot = told(row(1, *weeks[:2], week("2025-02-17", None), weeks[2])).plot

    assert plot.count('class="course"') == 1
    assert plot.count("<circle") == 3


def test_a_single_week_is_a_table_only() -> None:
    found = told(row(11, week("2025-03-03", 0.9)))

    assert found.plot == ""
    assert "The weeks as a table" in index_of("dogs", [row(11, week("2025-03-03", 0.9))]).decode()


def test_runs_that_know_no_week_yet_have_a_state_and_no_line() -> None:
    page = index_of("dogs", [row(11, state=QualityState.UNKNOWN)]).decode()

    assert "Model: not known yet" in page
    assert 'id="model"' not in page
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(re.findall(r' id="([^"]+)"', page))


def test_rows_that_anyone_wrote_break_nothing() -> None:
    odd = dataclasses.replace(week("2025-03-03", 0.9), start="</script>")
    rows = [row(11, odd, week("2025-03-03", 0.9), newest_end="9999-99", headline="<i>\u202e")]

    assert len(told(*rows).weeks) == 1
    assert (
        "&lt;i&gt;\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}U+202E"
        in index_of("dogs", rows).decode()
    )


def test_a_run_that_said_worse_says_so_in_its_line() -> None:
    page = index_of("dogs", labelled_rows(20, fell=2)).decode()
    table = page[page.index('<table class="runs"') :]

    assert table.count("Model: accuracy fell from") == 2
    assert "Model: accuracy 0.91" not in table


def test_tables_behind_the_index_say_it_too_with_its_styles() -> None:
    rows = labelled_rows(140)
    old = dataclasses.replace(rows[0], model_quality=labelled_rows(1, fell=1)[0].model_quality)
    tables = index_files("dogs", [old, *rows[1:]]).tables

    said = [table for table in tables.values() if b"Model: accuracy fell from" in table]
    assert len(said) == 1
    assert b".model-said" in said[0]


def test_a_year_of_weeks_is_drawn_and_no_more() -> None:
    assert len(told(*labelled_rows(500)).weeks) == 53
