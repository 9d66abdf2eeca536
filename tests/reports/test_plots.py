import re
import xml.etree.ElementTree as ET

import pytest

from reports.findings import Histogram, State
from reports.plots import (
    HistogramPair,
    histogram_svg,
    pair_histograms,
    share_bars_svg,
    spark_svg,
)


def histogram(*counts: int, edges: tuple[float, ...] | None = None) -> Histogram:
    return Histogram(edges=edges or tuple(map(float, range(len(counts) + 1))), counts=counts)


def paired(one: Histogram | None, two: Histogram | None) -> HistogramPair:
    pair = pair_histograms(one, two)
    assert pair is not None
    return pair


def test_both_sides_are_shares_on_one_scale() -> None:
    pair = paired(histogram(10, 30), histogram(300, 100))

    assert pair.reference == pytest.approx((1 / 3, 1))
    assert pair.current == pytest.approx((1, 1 / 3))


def test_a_wide_bin_is_as_low_as_its_density() -> None:
    pair = paired(histogram(10, 10, edges=(0.0, 1.0, 11.0)), None)

    assert pair.reference == pytest.approx((1, 0.1))
    assert pair.current == (0.0, 0.0)


def test_empty_tails_are_cut_and_the_cut_is_known() -> None:
    pair = paired(histogram(0, 0, 500, 500, 0, 1), histogram(0, 0, 9, 9, 0, 0))

    assert pair.edges == (2.0, 3.0, 4.0)
    assert not pair.cut_low
    assert pair.cut_high


def test_no_side_is_cut_where_the_other_has_its_values() -> None:
    pair = paired(histogram(1000, 0, 0, 0), histogram(0, 0, 0, 5))

    assert pair.edges[0] == 0.0
    assert pair.edges[-1] == 4.0


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (None, None),
        (histogram(0, 0), histogram(0, 0)),
        (histogram(1, 1), histogram(1, 1, edges=(0.0, 5.0, 6.0))),
        (histogram(7, edges=(3.0, 3.0)), None),
    ],
    ids=["none", "empty", "edges differ", "no width"],
)
def test_what_cannot_be_drawn_has_no_plot(one: Histogram | None, two: Histogram | None) -> None:
    assert pair_histograms(one, two) is None


def test_a_plot_is_well_formed_and_has_its_title() -> None:
    picture = ET.fromstring(histogram_svg(paired(histogram(1, 2), histogram(2, 1)), "<a> & b"))

    assert picture.get("role") == "img"
    assert picture.findtext("title") == "<a> & b"


def test_plots_carry_no_style_attribute() -> None:
    """The page's policy forbids them: such a plot would lose its look."""
    pair = paired(histogram(1, 2), histogram(2, 1))
    pictures = [
        histogram_svg(pair, "a"),
        share_bars_svg(0.1, 0.2, 0.2),
        spark_svg([(0.1, State.STEADY), (2.0, State.DRIFT)], "a"),
    ]

    assert not any("style=" in picture for picture in pictures)


def test_bars_fill_the_width_at_the_widest_share() -> None:
    bars = ET.fromstring(share_bars_svg(0.2, 0.4, 0.4))

    assert [bar.get("width") for bar in bars.iter("rect")] == ["50%", "100%"]
    assert 'width="0%"' in share_bars_svg(0.0, 0.0, 0.0)


def test_a_dashed_line_stands_at_the_smallest_effect_that_counts() -> None:
    sizes = [(0.1, State.STEADY), (0.4, State.STEADY)]
    picture = ET.fromstring(spark_svg(sizes, "", 0.1))
    limit = next(line for line in picture.iter("line") if line.get("class") == "limit")
    first = next(picture.iter("circle"))

    assert limit.get("y1") == limit.get("y2") == first.get("cy")
    assert 'class="limit"' not in spark_svg(sizes, "")


def test_a_course_is_one_line_and_breaks_where_a_run_has_no_effect() -> None:
    whole = spark_svg([(0.1, State.STEADY), (0.2, State.STEADY), (0.4, State.DRIFT)], "")
    broken = spark_svg([(0.1, State.STEADY)] * 2 + [(None, State.MISSING), (0.4, State.DRIFT)], "")

    assert whole.count('class="course"') == broken.count('class="course"') == 1
    course = ET.fromstring(broken).find(".//path[@class='course']")
    assert course is not None
    assert (course.get("d") or "").count("M") == 2


def test_runs_are_placed_side_by_side() -> None:
    sizes = [(0.1, State.DRIFT)] * 3
    marks = [one.get("x") for one in ET.fromstring(spark_svg(sizes, "")).iter("svg")]

    assert marks[-3:] == ["4%", "50%", "96%"]


def test_drift_and_what_is_open_have_a_shape_of_their_own() -> None:
    shapes = set()
    for state in (State.DRIFT, State.INCONCLUSIVE, State.STEADY):
        picture = ET.fromstring(spark_svg([(0.1, state)], ""))
        shapes.add(next(picture.iter("path")).get("d"))

    assert len(shapes) == 3


def test_an_effect_at_the_cap_stays_inside_the_small_course() -> None:
    picture = spark_svg([(0.4, State.STEADY), (100.0, State.DRIFT), (2.0, State.STEADY)], "")
    heights = [float(y) for y in re.findall(r"[ML][\d.]+ (-?[\d.]+)", picture)]
    assert min(heights[:3]) >= 0
