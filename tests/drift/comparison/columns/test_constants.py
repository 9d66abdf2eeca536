"""Numbers that are constant in the reference: told in their own unit, never in absurd sigmas."""

import dataclasses
import math
import re
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from drift.comparison.columns.columns import ColumnKind, ColumnRole, near_copy_column
from drift.comparison.columns.constants import Constant
from drift.comparison.columns.rounding import deviation_of, is_constant
from drift.comparison.compare import compare
from drift.comparison.effects import NormalSides, mean_shift, numeric_effects
from drift.comparison.judge import below_resolution_words
from drift.notebook.tables import column_table
from drift.verdict.moves import describe_move
from drift.verdict.sentence import Extent, moved
from drift.where.direction import drift_positions
from drift.where.onset import find_change
from drift.where.segments import concentrate
from jobs.job_file.job import DetectionSettings
from reference_stats.features.registry import FEATURES, feature_named, feature_set
from reports.findings.answers import State
from reports.findings.effect_sizes import LARGEST_EFFECT
from reports.findings.images import ImageCounts
from reports.words.movements import movement
from reports.words.numbers import SIGMA
from tests.support.columns import lined_up, numeric

DETECTION = DetectionSettings()
SIGMAS = re.compile(r"(\S+)\s(?:sigma|\N{GREEK SMALL LETTER SIGMA})")


def compared(*columns):
    return compare(lined_up(*columns), DETECTION)


def grey(name, reference, current, resolution=1.0):
    return dataclasses.replace(numeric(name, reference, current), resolution=resolution)


def varied(name="std_dev", sizes=(120, 160)):
    random = np.random.default_rng(1)
    return grey(name, *(random.normal(50, 9, size) for size in sizes))


def test_a_sum_of_equal_numbers_leaves_no_deviation():
    equal = np.full(120, 0.1)
    assert np.std(equal, ddof=1) > 0
    assert deviation_of(equal) == 0.0
    assert is_constant(equal)
    assert not is_constant(np.array([0.1, 0.1 + 1e-9]))


def test_a_single_value_and_none_do_not_vary():
    assert deviation_of(np.array([7.0])) == deviation_of(np.array([])) == 0.0


def test_one_step_off_a_constant_is_told_and_is_no_drift():
    finding = compared(grey("max_pixel", [255.0] * 120, [254.0] * 160), varied()).features[0]
    assert finding.adjusted_p_value < 0.01
    assert finding.state is State.STEADY
    assert (finding.effect, finding.shift) == (0.0, None)
    assert describe_move(finding) == (
        "brightest pixel 254 in all images (255 in all of the reference)"
    )
    assert finding.note == below_resolution_words(1.0)


def test_two_steps_off_a_constant_is_drift_in_its_own_unit():
    comparison = compared(grey("max_pixel", [255.0] * 120, [253.0] * 160), varied())
    finding = comparison.features[0]
    assert finding.state is State.DRIFT
    assert (finding.effect, finding.direction, finding.shift) == (1.0, "lower_tail", None)
    images = ImageCounts(logged=160, analysed=160, missing=0, unreadable=0, unfetched=0)
    assert moved([finding], Extent(images=images)).summary == (
        "Images are dimmer in the highlights than the reference: brightest pixel 253 in all images "
        "(255 in all of the reference); 160 images."
    )


def test_a_few_images_far_off_a_constant_are_drift_of_some():
    current = [255.0] * 140 + [90.0] * 12 + [100.0] * 8
    finding = compared(grey("max_pixel", [255.0] * 400, current), varied(sizes=(400, 160)))
    finding = finding.features[0]
    assert finding.state is State.DRIFT
    assert finding.effect == pytest.approx(20 / 160)
    words = movement(finding, feature_named("max_pixel"))
    assert words.size == "90 to 100 in 12 % of the images (255 in all of the reference)"
    assert words.meaning == "dimmer in the highlights"


def test_what_hardly_varies_counts_as_constant_too():
    reference = [255.0] * 118 + [254.0] * 2
    finding = compared(grey("max_pixel", reference, [100.0] * 160), varied()).features[0]
    assert finding.state is State.DRIFT
    assert finding.constant.low >= 254
    assert "sigma" not in describe_move(finding)


def test_the_same_constant_on_both_sides_up_to_rounding_is_not_tested():
    column = grey("saturation", [0.1] * 100, [0.1 + 1e-17] * 90 + [0.1 * (1 + 1e-15)] * 10)
    finding = compared(column, varied(sizes=(100, 100))).features[0]
    assert finding.state is State.CONSTANT
    assert finding.note == "always 0.1 on both sides"


def test_a_mean_that_moves_by_less_than_a_step_is_no_drift():
    random = np.random.default_rng(2)
    reference, current = random.normal(120, 0.6, 500), random.normal(120.7, 0.6, 500)
    finding = compared(grey("mean", reference, current), varied(sizes=(500, 500))).features[0]
    assert finding.adjusted_p_value < 0.01
    assert finding.effect > 1
    assert finding.state is State.STEADY
    assert finding.note == below_resolution_words(1.0)


def test_a_mean_that_moves_by_more_than_a_step_is_drift_in_sigma():
    random = np.random.default_rng(2)
    reference, current = random.normal(120, 0.6, 500), random.normal(121.7, 0.6, 500)
    finding = compared(grey("mean", reference, current), varied(sizes=(500, 500))).features[0]
    assert finding.state is State.DRIFT
    assert finding.effect == pytest.approx(1.7 / 0.6, rel=0.1)


def test_beyond_the_cap_the_means_are_told():
    random = np.random.default_rng(3)
    reference, current = random.normal(0.5, 0.0012, 200), random.normal(0.1, 0.0012, 200)
    column = grey("overexposed", reference, current, resolution=0.001)
    finding = compared(column, varied(sizes=(200, 200))).features[0]
    assert (finding.effect, finding.shift) == (LARGEST_EFFECT, -LARGEST_EFFECT)
    told = describe_move(finding)
    assert told == "overexposed area down from 0.5 to 0.1 (more than 100 sigma)"
    assert movement(finding, None).size == f"more than 100\N{NO-BREAK SPACE}{SIGMA}"


def test_numbers_that_vary_are_measured_as_without_a_resolution():
    random = np.random.default_rng(4)
    then, now = pd.Series(random.gamma(2, 20, 900)), pd.Series(random.gamma(2, 24, 700))
    normal = NormalSides.of(then, now)
    plain, fine = (numeric_effects(then, now, normal, resolution=size) for size in (0.0, 1.0))
    assert plain == fine
    assert mean_shift(then, now, Constant.of(then, 1.0)) == mean_shift(then, now)
    assert mean_shift(then, now) == pytest.approx((now.mean() - then.mean()) / then.std())


def test_near_copies_of_a_reference_without_any_have_no_shift():
    column = near_copy_column(
        pd.Series([0.0] * 100), pd.Series([0.0] * 50 + [9.0] * 50), reference_has_times=True
    )
    finding = compared(column, varied(sizes=(100, 100))).features[0]
    assert finding.state is State.DRIFT
    assert finding.shift is None
    assert finding.effect == pytest.approx(450 / 550)


def test_every_feature_has_a_resolution_and_says_why():
    for feature in feature_set(canonical_size=128):
        assert 0 < feature.resolution < math.inf
        assert feature.resolution_reason
    assert feature_named("sharpness_at_128px").resolution == feature_named("sharpness").resolution


def test_the_edges_of_shares_are_told_by_features_that_exist():
    names = {feature.name for feature in FEATURES}
    edges = {feature.name: feature.edge for feature in FEATURES if feature.edge}
    assert set(edges) == {"overexposed", "underexposed", "blown_channels", "crushed_channels"}
    for edge in edges.values():
        assert set(edge.seen_in) <= names


def test_a_constant_knows_what_lies_beyond_its_resolution():
    constant = Constant.of(pd.Series([10.0, 10.0, 11.0]), 1.0)
    values = pd.Series([8.9, 9.0, 10.0, 12.0, 12.1])
    assert (constant.below(values), constant.above(values)) == (0.2, 0.2)
    assert Constant.of(pd.Series([10.0, 10.0, 12.0]), 1.0) is None


def numbers_of(value):
    """Return every number in a finding, whatever it is nested in."""
    if dataclasses.is_dataclass(value):
        value = [getattr(value, field.name) for field in dataclasses.fields(value)]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [number for one in value for number in numbers_of(one)]
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return [float(value)] if is_number else []


def sane(comparison, rows):
    for finding in comparison.findings:
        assert all(math.isfinite(number) for number in numbers_of(finding))
        assert finding.effect is None or 0 <= finding.effect <= LARGEST_EFFECT
        assert finding.shift is None or abs(finding.shift) <= LARGEST_EFFECT
        words = movement(finding, feature_named(finding.name))
        for text in (describe_move(finding), words.size, words.meaning):
            for size in SIGMAS.findall(text):
                assert float(size) <= LARGEST_EFFECT
            assert not re.search(r"\b(?:nan|inf)\b", text)
            assert not re.search(r"\d{16}", text)
    if comparison.multivariate is not None:
        assert 0 <= comparison.multivariate.effect <= LARGEST_EFFECT
    positions = drift_positions(comparison, rows)
    if len(positions.current.columns):
        scores = positions.scores()
        assert (np.abs(scores) <= LARGEST_EFFECT).all()
        located(scores)


def located(scores):
    count = len(scores)
    times = pd.Series(pd.date_range("2025-03-03", periods=count, freq="min", tz="UTC"))
    table = pd.DataFrame({"camera": ["a", "b"] * (count // 2) + ["a"] * (count % 2)})
    found = concentrate(scores, np.arange(count), table, times, level=0.05, seed=1)
    for segment in found.segments:
        assert abs(segment.effect) <= LARGEST_EFFECT
        assert abs(segment.rest_effect) <= LARGEST_EFFECT
    change = find_change(
        scores, times.dt.tz_localize(None).to_numpy(), level=0.05, resamples=99, seed=1
    )
    assert change is None or abs(change.after) <= LARGEST_EFFECT


sizes = st.sampled_from([2, 3, 7, 20, 121, 700, 2_000])
constants = st.sampled_from([0.0, 1e-17, 1e-9, 0.1, 1 / 3, 1.0, 254.0, 255.0, 921_654.0, 1e9])
jitters = st.sampled_from([0.0, 1e-17, 1e-13, 1e-6, 1e-3, 0.5, 1.0, 3.0])
resolutions = st.sampled_from([0.0, 0.001, 0.01, 1.0])


@settings(max_examples=40)
@example(120, 160, 255.0, 254.0, (0.0, 0.0), 1, 1.0)
@example(250, 160, 0.1, 0.1, (1e-17, 1e-3), 2, 0.0)
@example(2_000, 2, 1 / 3, 1e9, (0.0, 0.0), 2, 0.001)
@given(
    sizes, sizes, constants, constants, st.tuples(jitters, jitters), st.integers(1, 4), resolutions
)
def test_whatever_is_nearly_constant_every_number_and_word_is_sane(
    many, some, then, now, jitter, distinct, resolution
):
    random = np.random.default_rng(many + some)

    def side(count, value, step):
        return value + step * random.integers(0, distinct, count)

    columns = (
        grey("max_pixel", side(many, then, jitter[0]), side(some, now, jitter[1]), resolution),
        grey("median", side(many, then, 0.0), side(some, then, jitter[1]), resolution),
        varied(sizes=(many, some)),
    )
    both = lined_up(*columns)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        comparison = compare(both, DETECTION)
        sane(comparison, both.rows[ColumnRole.FEATURE])
    same = np.concatenate([columns[0].reference, columns[0].current])
    if is_constant(columns[0].reference.to_numpy(), columns[0].current.to_numpy()):
        assert comparison.features[0].state is State.CONSTANT
    if np.ptp(same) <= resolution:
        assert comparison.features[0].state is not State.DRIFT


def test_columns_of_predictions_and_copies_know_their_resolution():
    column = near_copy_column(None, pd.Series([0.0]), reference_has_times=False)
    assert column.kind is ColumnKind.NEAR_COPIES
    assert column.resolution == 0.01


def test_a_table_of_an_older_report_holds_nothing_beyond_the_cap():
    sides = dict.fromkeys(("reference", "current", "statistic", "p_value", "adjusted_p_value"))
    words = dict.fromkeys(("threshold", "unit", "state", "direction", "note"), None)
    old = {"name": "max_pixel", "effect": 9.1e15, "shift": -9.1e15, **sides, **words}
    table = column_table({"features": [old], "predictions": []})
    assert table["effect"].tolist() == [LARGEST_EFFECT]
    assert table["shift"].isna().all()
