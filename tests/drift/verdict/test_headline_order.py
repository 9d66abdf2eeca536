"""What a headline names first: causes, then looks, then what follows from them."""

import dataclasses

import pytest

from drift.verdict.headline.named import to_name
from drift.verdict.headline.reach import capped_reach, reach
from drift.verdict.sentence import Extent
from drift.verdict.sentence import moved as moved_words
from reference_stats.features.feature import Sign
from reference_stats.features.registry import FEATURES, feature_named
from reports.findings.answers import State
from reports.findings.columns import Distribution, Finding
from reports.findings.constant_reference import ConstantReference
from reports.findings.days import BesideDays
from reports.findings.images import ImageCounts


def moved(name, effect, direction="up", then=0.0, now=1e6, **other):
    return Finding(
        name=name,
        unit="",
        state=State.DRIFT,
        effect=effect,
        direction=direction,
        reference=Distribution(count=100, mean=then),
        current=Distribution(count=100, mean=now),
        **other,
    )


def names(*findings):
    return [one.name for one in to_name(findings)]


def test_a_cause_three_fifths_as_far_comes_before_what_moved_farthest():
    assert names(moved("mean", 2.0), moved("warmth", 1.2)) == ["warmth", "mean"]
    assert names(moved("mean", 2.0), moved("warmth", 1.1)) == ["mean"]


def test_pictures_out_of_focus_are_blurred_first_although_blurred_files_have_more_blocks():
    blurred, blocks = moved("sharpness", 1.92, "down"), moved("blockiness", 1.0)
    assert names(blocks, blurred) == ["sharpness"]


def test_behind_a_cause_come_smaller_causes_and_no_smaller_looks():
    found = names(moved("level_comb", 4.0), moved("warmth", 0.5), moved("saturation", 0.6))
    assert found == ["level_comb", "warmth"]


def test_traces_are_named_only_where_they_dwarf_the_rest():
    assert names(moved("entropy", 3.0), moved("mean", 1.0)) == ["mean"]
    assert names(moved("entropy", 3.0), moved("mean", 0.5)) == ["entropy"]
    assert names(moved("entropy", 1.3), moved("min_pixel", 2.0)) == ["min_pixel", "entropy"]


def test_a_cause_that_falls_may_be_none():
    assert names(moved("blockiness", 2.0, "down"), moved("mean", 1.0)) == ["mean"]


def test_what_another_move_explains_is_a_trace():
    bars, steps = moved("flat_borders", 5.0), moved("wrapped_steps", 15.0)
    assert names(bars, steps) == ["flat_borders"]
    assert names(bars, moved("wrapped_steps", 26.0)) == ["wrapped_steps", "flat_borders"]
    fewer_bars = moved("flat_borders", 5.0, "down")
    assert names(fewer_bars, steps) == ["wrapped_steps"]


def test_what_hardly_varied_is_explained_in_resolutions():
    blocks = moved("blockiness", 3.0, now=0.3)
    assert names(blocks, moved("wrapped_steps", 100.0, now=1e-3)) == ["blockiness"]
    found = names(blocks, moved("wrapped_steps", 100.0, now=4e-3))
    assert found == ["wrapped_steps", "blockiness"]


def test_what_is_explained_itself_explains_nothing():
    dark = [moved(name, 1.0, "down") for name in ("mean", "std_dev", "sharpness")]
    assert names(*dark) == ["mean", "sharpness"]
    assert names(*dark[1:]) == ["std_dev"]


def test_a_changed_spread_has_no_look():
    assert names(moved("mean", 2.0, "spread")) == []


def test_of_a_column_that_hardly_varied_its_resolutions_count():
    few = moved("wrapped_steps", 100.0, now=4e-5)
    assert reach(few) == pytest.approx(4.0)
    beside = dataclasses.replace(
        few, beside_days=BesideDays(usual=1e-5, difference=9.0, day_spread=0.1)
    )
    assert reach(beside) == pytest.approx(3.0)
    constant = ConstantReference(
        low=0.0, high=0.0, resolution=1e-5, reference_images=100, images=50
    )
    share = moved("wrapped_steps", 0.5, "upper_tail", now=2e-4, constant=constant)
    assert reach(share) == pytest.approx(20.0)
    assert capped_reach(share) == 5.0
    assert reach(moved("mean", 0.3, "upper_tail")) == pytest.approx(1.5)
    assert reach(dataclasses.replace(few, current=None)) == 100.0


def test_features_stand_behind_features_that_tell_something_and_not_in_circles():
    for feature in FEATURES:
        seen, ahead = set(), list(feature.behind)
        while ahead:
            other = feature_named(ahead.pop())
            assert other is not None
            assert {other.rising, other.falling} != {Sign.TRACE}
            assert other.name != feature.name
            if other.name not in seen:
                seen.add(other.name)
                ahead += other.behind


def test_a_headline_tells_which_columns_it_names():
    blurred, dark = moved("sharpness", 1.9, "down"), moved("mean", 1.8, "down")
    images = ImageCounts(logged=9, analysed=9, missing=0, unreadable=0, unfetched=0)

    told = moved_words([dark, blurred, moved("median", 1.7, "down")], Extent(images=images))

    assert told.named == tuple(names(dark, blurred))
    assert told.headline == "Images are blurrier and darker than the reference"
