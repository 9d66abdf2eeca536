"""What a run's page says of segments that were tested by themselves."""

import dataclasses
import json

import jsonschema
import pytest

from reports.findings.answers import State
from reports.findings.places import SegmentTests
from reports.json_report.report import report_json, report_schema
from reports.pages.run.report import report_html
from reports.pages.run.segments import segments_view
from reports.words.numbers import SIGMA
from reports.words.segments import moved_words, value_words
from tests.support import findings as examples
from tests.support import normal_days, tested_segments
from tests.support.findings import HOSTILE_LABELS


def page_of(run) -> str:
    return report_html(run, {}, []).decode()


def view_of(tests: SegmentTests):
    run = dataclasses.replace(normal_days.quiet_day(), segment_tests=tests)
    view = segments_view(run, {})
    assert view is not None
    return view


def test_a_segment_that_drifted_stands_above_the_columns_with_what_moved() -> None:
    page = page_of(normal_days.drifted_camera())
    section = page[page.index('id="segments"') : page.index('id="features"')]
    assert "3 parts of the traffic were compared with normal days of their own: 1 of" in section
    row = section[section.index("camera gate-3") :]
    for text in (
        "since 13 Mar 2025",
        "and 1 more column",
        f"1.3\u00a0{SIGMA}",
        "140",
        "98.1",
        "60",
        "28",
    ):
        assert text in row
    left_out = (
        "Not tested (known on 2 of 7 normal days of its own): camera gate-8 and camera gate-9."
    )
    assert left_out in section
    assert "4 more parts not tested." in section
    assert "Check camera gate-3 first: what was changed there? No other camera changed." in page


def test_segments_beside_the_reference_say_with_how_many_images_they_were_compared() -> None:
    run = dataclasses.replace(examples.drifted(), segment_tests=tested_segments.BESIDE_REFERENCE)
    page = page_of(run)
    section = page[page.index('id="segments"') : page.index('id="features"')]
    said = "2 parts of the traffic were compared with their own images in the reference"
    assert f"{said}: 1 of them moved by more than chance." in section
    assert "Own images then" in section
    assert "Own days" not in section
    assert "1,100" in section
    assert "What lies farthest from its own part of the reference, of each." in section
    assert "Check camera gate-3 first: what was changed there at that time?" in page
    jsonschema.validate(json.loads(report_json(run)), report_schema())


def test_quiet_segments_stand_below_the_columns() -> None:
    page = page_of(normal_days.quiet_day())
    assert page.index('id="segments"') > page.index('id="features"')
    assert "none of them moved by more than those differ." in page
    assert "What to do" not in page


def test_parts_that_are_quiet_by_themselves_do_not_contradict_where_a_drift_sits() -> None:
    run = dataclasses.replace(examples.drifted(), segment_tests=tested_segments.QUIET)
    sits = dataclasses.replace(examples.drifted().segments[0], column="camera", value="gate-1")
    words = "A part alone has too few images or normal days to show by itself the drift that all"
    elsewhere = dataclasses.replace(run, segments=(dataclasses.replace(sits, column="day"),))
    assert words not in page_of(elsewhere)
    page = page_of(dataclasses.replace(run, segments=(sits,)))
    assert words in page
    assert '<a href="#where">Where it sits</a>' in page[page.index('id="segments"') :]
    assert 'id="where"' in page


def test_a_run_without_segments_has_no_section() -> None:
    assert 'id="segments"' not in page_of(examples.drifted())
    run = dataclasses.replace(normal_days.quiet_day(), segment_tests=SegmentTests())
    assert 'id="segments"' not in page_of(run)


def test_names_of_segments_are_escaped_and_shortened() -> None:
    page = page_of(normal_days.hostile_days())
    assert 'id="segments"' in page
    assert "<script" not in page.lower()
    assert all(f"<th>{label}" not in page for label in HOSTILE_LABELS)
    long = tested_segments.one_segment("x" * 300, tested_segments.BLURRED)
    (row,) = view_of(SegmentTests(tested=(long,))).quiet
    assert row.name == f"camera {'x' * 37}..."


def test_segments_that_cannot_be_tested_are_named_by_their_reason() -> None:
    tests = SegmentTests(
        not_tested=(
            *tested_segments.not_tested_for(["a", "b"], "too small"),
            *tested_segments.not_tested_for(["c"], "too new"),
        ),
    )
    view = view_of(tests)
    assert view.summary == "No part of the traffic could be tested by itself."
    assert view.not_tested == (
        "Not tested (too small): camera a and camera b.",
        "Not tested (too new): camera c.",
    )


@pytest.mark.parametrize(
    ("state", "words"),
    [(State.DRIFT, "it moved by more"), (State.STEADY, "it did not move by more")],
)
def test_a_single_segment_is_spoken_of_in_the_singular(state: State, words: str) -> None:
    tests = SegmentTests(
        tested=(tested_segments.one_segment("a", tested_segments.BLURRED, state=state),)
    )
    summary = view_of(tests).summary
    assert summary.startswith("1 part of the traffic was compared with normal days of its own: ")
    assert words in summary


def test_shares_are_said_in_per_cent_and_points() -> None:
    column = tested_segments.FEWER
    assert moved_words(column, None) == "24 points"
    assert (value_words(column, 0.31), value_words(column, None)) == ("31\u00a0%", "\u2013")
    tail = dataclasses.replace(column, direction="upper_tail", effect=0.3)
    assert moved_words(tail, None) == "30\u00a0% of the images"
