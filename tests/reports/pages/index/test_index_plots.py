import re
import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime, timedelta

import pytest

from reports.findings.answers import State, Verdict
from reports.pages.index.plots import (
    Course,
    PlotPoint,
    small_plot,
    wide_plot,
)
from reports.pages.index.time_axis import TimeAxis, time_axis

START = datetime(2025, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def days(*numbers: float) -> list[datetime]:
    return [START + DAY * number for number in numbers]


def point(size: float | None, mark: State | Verdict = State.STEADY, **other: str) -> PlotPoint:
    return PlotPoint(size=size, mark=mark, **{"title": "a run", "link": "runs/1", **other})


def course(*sizes: float | None, limits: list[float | None] | None = None) -> Course:
    runs = [point(size) for size in sizes]
    return Course(runs=runs, weeks=[], limits=limits or [0.1] * len(runs))


def paths(svg: str, name: str) -> str:
    (found,) = re.findall(rf'<path class="{name}" d="([^"]*)"', svg)
    return str(found)


def test_places_are_in_proportion_to_time() -> None:
    one, two, three, four = time_axis(days(0, 1, 2, 4), []).runs

    assert two - one == pytest.approx(three - two)
    assert four - three == pytest.approx(2 * (two - one))


def test_a_very_long_gap_does_not_squeeze_the_runs_together() -> None:
    places = time_axis(days(0, 1, 2, 3, 1000), []).runs

    assert places[1] - places[0] > 0.05


def test_a_missing_run_is_a_gap_and_a_late_one_is_not() -> None:
    assert time_axis(days(0, 1, 2.3, 3, 4), []).gaps == ()
    ((left, right),) = time_axis(days(0, 1, 3, 4), []).gaps
    runs = time_axis(days(0, 1, 3, 4), []).runs
    assert runs[1] < left < right < runs[2]


def test_the_line_is_broken_where_runs_or_sizes_are_missing() -> None:
    whole = small_plot(time_axis(days(0, 1, 2, 3), []), course(0.1, 0.2, 0.1, 0.2))
    gap = small_plot(time_axis(days(0, 1, 5, 6), []), course(0.1, 0.2, 0.1, 0.2))
    unknown = small_plot(time_axis(days(0, 1, 2, 3, 4), []), course(0.1, 0.2, None, 0.1, 0.2))

    assert [paths(svg, "course").count("M") for svg in (whole, gap, unknown)] == [1, 2, 2]
    assert paths(whole, "gap") == ""
    assert paths(gap, "gap") != ""


def test_runs_at_the_same_time_stand_beside_each_other() -> None:
    places = time_axis(days(0, 0, 0, 1, 2), []).runs

    assert len(set(places)) == 5
    assert list(places) == sorted(places)


def test_all_runs_at_one_time_can_be_drawn() -> None:
    assert len(set(time_axis(days(0, 0, 0), []).runs)) == 3


def test_weeks_without_a_run_leave_their_place_empty() -> None:
    mondays = [date(2025, 1, 6), date(2025, 1, 13), date(2025, 2, 3)]

    first, second, third = time_axis(days(0, 1), mondays).weeks

    assert third - second == pytest.approx(3 * (second - first))
    assert third < time_axis(days(0, 1), mondays).runs[0]


def test_a_larger_size_is_higher_and_the_largest_fits() -> None:
    svg = small_plot(time_axis(days(0, 1, 2), []), course(0.1, 0.4, 2.0))

    heights = [float(y) for y in re.findall(r'class="dot" d="M[\d.]+ ([\d.]+)h0', svg)]
    assert heights == sorted(heights, reverse=True)
    assert heights[-1] > 0


def test_the_limit_lies_in_the_lower_half_even_where_nothing_moved() -> None:
    axis = time_axis(days(0, 1, 2), [])
    svg = small_plot(axis, course(0.01, 0.02, 0.01, limits=[0.5, 0.5, 0.5]))

    y = float(paths(svg, "limit").split(" ")[1].partition("H")[0])
    assert 33 < y < 66


def test_a_limit_that_changed_is_drawn_as_it_was() -> None:
    axis = time_axis(days(0, 1, 2, 3), [])
    svg = small_plot(axis, course(0.1, 0.1, 0.1, 0.1, limits=[None, 0.1, 0.1, 0.2]))

    assert paths(svg, "limit").count("M") == 2


@pytest.mark.parametrize("mark", [*State, *Verdict])
def test_every_answer_has_a_mark_and_shapes_differ(mark: State | Verdict) -> None:
    axis = time_axis(days(0, 1), [])
    one = Course(runs=[point(0.2, mark), point(0.2)], weeks=[], limits=[None, None])

    for svg in (small_plot(axis, one), wide_plot(axis, one, "all")):
        ET.fromstring(svg)
        kinds = set(re.findall(r'class="(?:mark )?(dot|alarm|open)"', svg))
        assert "dot" in kinds
        assert ("alarm" in kinds) == (mark == "drift")
        assert ("open" in kinds) == (mark == "inconclusive")


def test_titles_and_links_cannot_break_out() -> None:
    hostile = '"><script>alert(1)</script>'
    axis = time_axis(days(0, 1), [date(2025, 1, 6)])
    bad = point(0.2, title=hostile, link=hostile)
    svg = Course(runs=[bad, bad], weeks=[bad], limits=[0.1, 0.1])

    for drawn in (small_plot(axis, svg), wide_plot(axis, svg, hostile)):
        assert "<script" not in drawn
        ET.fromstring(drawn)


def test_a_run_at_the_cap_does_not_press_the_others_to_the_ground() -> None:
    one = course(0.4, 100.0, 0.4)
    assert one.top == 20.0
    assert one.is_cut
    assert not course(0.4, 2.0, 0.4).is_cut
    ordinary, cut, _ = re.findall(
        r"[ML][\d.]+ ([\d.]+)", paths(small_plot(three_days(), one), "course")
    )
    assert float(cut) < float(ordinary)
    assert float(cut) == 7.0


def three_days() -> TimeAxis:
    return time_axis(days(0, 1, 2), [])
