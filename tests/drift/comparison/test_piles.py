"""Piles at an ordinary value: seen, told last, and only where they mean anything."""

import numpy as np
import pandas as pd
import pytest

from drift.comparison import scoring
from drift.comparison.compare import compare
from drift.comparison.effects import numeric_effects
from drift.comparison.permutation.statistic_key import StatisticKey
from drift.comparison.significance import ImprobableStatistics
from drift.verdict.decide import what_drifted
from drift.verdict.sentence import Extent
from drift.where.affected import least_affected
from drift.where.direction import drift_positions
from jobs.job_file.job import DetectionSettings
from reports.findings.answers import State
from reports.findings.images import ImageCounts
from tests.support.columns import lined_up, numeric

DETECTION = DetectionSettings()


@pytest.fixture
def generator():
    return np.random.default_rng(11)


def piled_up(generator, *, images=40, name="warmth"):
    current = generator.normal(size=300)
    current[:images] = generator.uniform(0.30, 0.33, size=images)
    calm = [
        numeric(f"calm {n}", generator.normal(size=600), generator.normal(size=300))
        for n in range(5)
    ]
    return [*calm, numeric(name, generator.normal(size=600), current)]


def test_forty_of_three_hundred_images_at_an_ordinary_value_are_drift(generator):
    comparison = compare(lined_up(*piled_up(generator)), DETECTION)
    *calm, finding = comparison.features
    assert {one.state for one in calm} == {State.STEADY}
    assert (finding.state, finding.direction) == (State.DRIFT, "pile")
    assert finding.effect == pytest.approx(40 / 300, abs=0.03)
    # A sixteenth of all units may end within the pile.
    assert finding.pile.low < 0.33
    assert finding.pile.high > 0.30
    assert finding.pile.images > 30 > 10 > finding.pile.expected
    assert comparison.evidence.statistics["warmth.pile"] > 4


def test_location_spread_and_tails_do_not_see_them(generator, monkeypatch):
    columns = piled_up(generator)
    monkeypatch.setattr(scoring, "COUNT_METHODS", ())
    assert not compare(lined_up(*columns), DETECTION).has_drifted


def test_one_value_in_a_tenth_of_a_small_window_is_seen_and_told_as_one_value(generator):
    """A client that sends a default confidence."""
    current = generator.beta(4, 2, size=100).round(3)
    current[:10] = 0.7
    column = numeric("a", generator.beta(4, 2, size=600).round(3), current)
    (finding,) = compare(lined_up(column), DETECTION).features
    assert finding.state is State.DRIFT
    assert finding.pile.low == finding.pile.high == 0.7


def test_values_missing_on_one_side_are_no_pile(generator):
    current = generator.normal(size=300)
    current[:200] = np.nan
    column = numeric("a", generator.normal(size=600), current)
    assert not compare(lined_up(column), DETECTION).has_drifted


def test_the_headline_says_what_is_alike_and_the_summary_how_many(generator):
    comparison = compare(lined_up(*piled_up(generator)), DETECTION)
    images = ImageCounts(logged=300, analysed=300, missing=0, unreadable=0, unfetched=0)
    said = what_drifted(comparison, Extent(images=images))
    assert said.headline == "Unusually many images are alike in warmth of colours"
    pile = comparison.features[-1].pile
    assert f"warmth of colours: {pile.images} images between" in said.summary
    assert f"where {pile.expected:.0f} would be expected" in said.summary


def test_the_images_of_a_pile_are_those_in_it(generator):
    lines = lined_up(*piled_up(generator))
    comparison = compare(lines, DETECTION)
    rows = next(iter(lines.rows.values()))
    positions = drift_positions(comparison, rows)
    assert positions.piles == {"warmth"}
    inside = positions.current["warmth"] > 0
    assert inside[:40].sum() >= 30
    assert inside.sum() == comparison.features[-1].pile.images
    assert 10 <= least_affected(positions) <= 45


@pytest.mark.parametrize(
    ("resolution", "means_anything"), [(0.0, True), (0.001, True), (0.2, False)]
)
def test_a_pile_beside_reference_values_within_the_resolution_means_nothing(
    resolution, means_anything
):
    reference = pd.Series(np.concatenate([np.linspace(-5, 5, 400), np.full(100, 0.1)]))
    current = pd.Series(np.concatenate([np.linspace(-5, 5, 240), np.full(60, 0.0)]))
    effects = numeric_effects(reference, current, None, resolution=resolution, pile=(-0.005, 0.005))
    assert effects["pile"].size == pytest.approx(0.2, abs=0.01)
    assert effects["pile"].means_anything is means_anything


def test_a_pile_is_told_only_where_nothing_else_is_large_enough():
    class Sized:
        def __init__(self, size):
            self.in_deviations = size

        def is_at_least(self, least):
            return self.in_deviations >= least

    keys = {name: StatisticKey(group="a", method=name) for name in ("location", "pile")}
    improbable = ImprobableStatistics(
        strength={keys["location"]: 4.0, keys["pile"]: 9.0}, gives_way=(), told_last=("pile",)
    )
    for moved, told in ((0.2, "location"), (0.05, "pile")):
        effects = {keys["location"]: Sized(moved), keys["pile"]: Sized(0.5)}
        assert improbable.told(effects, 0.1) == keys[told]
