import re

import pytest

from reports.findings.model_quality.scores import Estimate
from reports.pages.score_plot import ScoreBand, ScoreLine, ScorePlot, ScorePoint, score_plot_svg


def point(place: float, value: float, kind: str = "newest", half: float = 0.05) -> ScorePoint:
    score = Estimate(value=value, low=max(value - half, 0), high=min(value + half, 1))
    return ScorePoint(place=place, score=score, kind=kind, title=f"day {place}")


def heights(svg: str) -> list[float]:
    return [float(y) for y in re.findall(r'<circle cx="[\d.]+%" cy="([\d.]+)"', svg)]


def test_a_better_score_is_higher_and_a_later_one_farther_right() -> None:
    svg = score_plot_svg(ScorePlot(points=[point(0, 0.8), point(1, 0.95)], title="t"))
    across = [float(x) for x in re.findall(r'<circle cx="([\d.]+)%', svg)]

    assert heights(svg)[0] > heights(svg)[1]
    assert across[0] < across[1]


@pytest.mark.parametrize("value", [0.0, 0.3, 0.7, 0.9, 0.999, 1.0])
def test_every_score_is_inside_and_the_scale_ends_at_one(value: float) -> None:
    svg = score_plot_svg(ScorePlot(points=[point(0, value), point(1, 1.0)], title="t"))

    assert all(18 <= y <= 166 for y in heights(svg))
    assert re.search(r">1\.00?</text>", svg)


def test_a_day_with_one_label_does_not_flatten_the_others() -> None:
    wide = ScorePlot(points=[point(0, 0.9, half=0.8), point(1, 0.92)], title="t")

    low, *_ = re.findall(r">([\d.]+)</text>", score_plot_svg(wide))
    assert float(low) >= 0.8


def test_only_neighbours_are_joined() -> None:
    points = [point(place / 3, 0.9) for place in range(4)]
    svg = score_plot_svg(ScorePlot(points=points, title="t", joined=frozenset({1, 3})))

    assert svg.count('class="course"') == 2


def test_a_drop_has_a_shape_of_its_own() -> None:
    svg = score_plot_svg(ScorePlot(points=[point(0, 0.9), point(1, 0.7, "dropped")], title="t"))

    assert svg.count("<circle") == 1
    assert svg.count("<path") == 1


def test_a_level_without_an_interval_is_a_line() -> None:
    level = ScoreBand(start=0, end=1, score=Estimate(value=0.9), kind="before")
    svg = score_plot_svg(ScorePlot(points=[point(0, 0.9)], title="t", levels=[level]))

    assert "level-before" in svg
    assert "<rect" not in svg


def test_its_words_are_escaped() -> None:
    svg = score_plot_svg(ScorePlot(points=[point(0, 0.9)], title="<b>\u202e", since=(0, "<i>")))

    assert "<b>" not in svg
    assert "<i>" not in svg
    assert "\u202e" not in svg


def test_lines_break_where_a_number_is_missing() -> None:
    line = ScoreLine(kind="mean", points=[(0, 0.8), (0.5, None), (1, 0.7)])
    plot = score_plot_svg(ScorePlot(points=(), title="Scores", lines=(line,), lowest=0.0))
    found = re.search(r'<path class="line-mean" d="([^"]*)"', plot)

    assert found is not None
    assert found[1] == "M9.00 47.6h0M98.00 62.4h0", "each alone is a dot"


def test_a_range_is_an_area_for_each_stretch_that_is_known() -> None:
    area = ScoreLine(
        kind="range",
        points=[(0, 1.0), (0.25, 1.0), (0.5, None), (0.75, 0.9), (1, 0.9)],
        lows=[(0, 0.0), (0.25, 0.0), (0.5, None), (0.75, 0.1), (1, 0.1)],
    )
    plot = score_plot_svg(ScorePlot(points=(), title="Scores", lines=(area,)))
    found = re.search(r'<path class="line-range" d="([^"]*)"', plot)

    assert found is not None
    assert found[1].count("M") == found[1].count("Z") == 2
    assert found[1].startswith("M9.00 18L31.25 18L31.25 166L9.00 166Z")


def test_a_low_plot_keeps_its_points_above_its_ground() -> None:
    line = ScoreLine(kind="class", points=[(0, 0.0), (1, 1.0)])
    plot = score_plot_svg(
        ScorePlot(points=(), title="A class", lines=(line,), lowest=0.0, height=130)
    )

    assert 'width="100%" height="130"' in plot
    assert 'd="M9.00 106h0L98.00 18"' in plot


def test_a_scale_reaches_down_to_its_lines() -> None:
    line = ScoreLine(kind="mean", points=[(0, 0.31), (1, 0.4)])
    plot = score_plot_svg(ScorePlot(points=(), title="Scores", lines=(line,)))

    assert ">0.2</text>" in plot


def test_a_plot_without_lines_has_none() -> None:
    assert "<path" not in score_plot_svg(ScorePlot(points=(), title="Scores"))
