"""The index beside normal days: bands, level, learning."""

import dataclasses
import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta

from reports.findings.answers import State, Verdict
from reports.history.history import history_row
from reports.pages.index.band_plots import BandCourse, band_plot
from reports.pages.index.page import index_files
from reports.pages.index.plots import PLOT_WIDTH, PlotPoint
from reports.pages.index.time_axis import time_axis
from tests.support import findings as examples
from tests.support import normal_days

START = datetime(2025, 3, 1, tzinfo=UTC)


def rows_of(run, count=6):
    row = history_row(run)
    return [
        dataclasses.replace(
            row,
            run_id=f"r-{day}",
            window_start=(START + timedelta(days=day - 1)).isoformat(),
            window_end=(START + timedelta(days=day)).isoformat(),
        )
        for day in range(count)
    ]


def page_of(rows):
    return index_files("dogs", rows).page.decode()


def course(moves, bands, weeks=()):
    runs = [PlotPoint(size=one, mark=State.STEADY, title="", link=None) for one in moves]
    return BandCourse(runs=runs, bands=bands, weeks=list(weeks))


def axis(count):
    return time_axis([START + timedelta(days=day) for day in range(count)], [])


def test_the_plot_reaches_from_the_lowest_to_the_highest_with_the_reference_inside():
    assert course([0.2, 0.5], [(0.1, 0.9), None]).ends == (0.0, 0.9)
    low, high = course([0.0, 0.0], [None, None]).ends
    assert (low, high) == (-0.125, 0.125)
    assert course([500.0], [None]).ends == (0.0, 20.0)


def test_the_band_lies_where_the_runs_knew_it_and_points_inside_it():
    svg = band_plot(axis(3), course([0.0, 0.1, 0.1], [None, (0.0, 0.2), (0.0, 0.2)]))
    ET.fromstring(svg)
    (band,) = re.findall(r'class="band" d="([^"]*)"', svg)
    starts = [float(one) for one in re.findall(r"M([\d.]+) ", band)]
    assert len(starts) == 2
    assert starts[0] > 0.1 * PLOT_WIDTH


def test_a_missing_move_is_a_gap():
    svg = band_plot(axis(3), course([0.1, None, 0.1], [(0.0, 0.2)] * 3))
    assert svg.count("h0") == 2
    assert re.findall(r'class="course" d="([^"]*)"', svg) == [""]


def test_the_index_draws_bands_in_place_of_a_limit_that_quiet_days_exceed():
    page = page_of(rows_of(normal_days.quiet_day()))
    assert 'class="band"' in page
    assert "as far as the mean of any column goes on normal days" in page
    assert "alarm limit" not in page
    assert "where nearly all normal days lie" in page


def test_the_index_says_why_a_drift_can_lie_inside_the_band():
    words = "a drift inside it is one of a column that varies less, of some images"
    quiet = rows_of(normal_days.quiet_day())
    assert words not in page_of(quiet)
    inside = dataclasses.replace(quiet[-1], verdict=Verdict.DRIFT)
    assert (inside.largest_effect or 0.0) <= (inside.widest_band or 0.0)
    assert words in page_of([*quiet[:-1], inside])


def test_rows_of_older_versions_keep_their_limit():
    run = dataclasses.replace(examples.steady(), minimum_effect=0.1)
    page = page_of(rows_of(run))
    assert "alarm limit" in page
    assert 'class="band"' not in page
    both = [*rows_of(run, 3), *rows_of(normal_days.quiet_day())[3:]]
    page = page_of(both)
    assert "alarm limit" in page
    assert 'class="band"' in page


def test_the_index_names_a_level_that_differs_until_it_is_accepted():
    rows = rows_of(normal_days.drifted_from_days())
    assert "Not like the reference:" in page_of(rows)
    assert 'href="runs/r-5/report.html#level"' in page_of(rows)
    accepted = examples_accepted(rows[-1])
    assert "Not like the reference:" not in page_of([*rows[:-1], accepted])
    assert "Not like the reference:" not in page_of(rows_of(normal_days.quiet_day()))


def examples_accepted(row):
    days = dataclasses.replace(row.normal_days, accepted_run="r-1")
    return dataclasses.replace(row, normal_days=days)


def test_the_index_says_what_the_newest_run_was_compared_with_and_how_far_learning_is():
    assert "Compared with 28 normal days" in page_of(rows_of(normal_days.quiet_day()))
    learning = page_of(rows_of(normal_days.learning()))
    assert "Compared with 2 normal days; learning, day 3 of 7" in learning
    assert "Compared with" not in page_of(rows_of(examples.steady()))


def test_rejected_runs_are_marked():
    rows = rows_of(normal_days.quiet_day())
    page = page_of([*rows[:-1], dataclasses.replace(rows[-1], rejected=True)])
    assert page.count(">rejected</span>") == 1


def test_weeks_before_show_their_range():
    rows = rows_of(normal_days.quiet_day(), 120)
    page = page_of(rows)
    assert re.search(r'class="band" d="M[^"]+"/><path class="weeks" d="M[^"]+"', page)
