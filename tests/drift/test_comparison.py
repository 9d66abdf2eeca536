"""The comparison: when a column is drift, and that no column ever vanishes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from drift.comparison import compare, drift_score, holm
from jobs.job import DetectionSettings
from reports.findings import State
from tests.support.columns import classes, numeric

DETECTION = DetectionSettings()


def states(columns, detection=DETECTION, min_images=10):
    comparison = compare(columns, detection, min_images=min_images)
    return {finding.name: finding.state for finding in comparison.findings}


@pytest.fixture
def generator():
    return np.random.default_rng(11)


def test_a_large_move_of_one_column_among_many_is_drift(generator):
    columns = [
        numeric(f"calm {n}", generator.normal(size=800), generator.normal(size=300))
        for n in range(15)
    ]
    moved = numeric("moved", generator.normal(size=800), generator.normal(0.8, 1, 300))
    assert states([*columns, moved]) == {
        **{column.name: State.STEADY for column in columns},
        "moved": State.DRIFT,
    }


def test_an_improbable_but_trivial_difference_is_steady(generator):
    column = numeric("a", generator.normal(size=200_000), generator.normal(0.05, 1, 200_000))
    comparison = compare([column], DETECTION, min_images=10)
    (finding,) = comparison.features
    assert finding.state is State.STEADY
    assert finding.adjusted_p_value < 1e-6
    assert drift_score(finding) == 1.0


def test_a_window_too_small_to_see_the_effect_is_inconclusive(generator):
    column = numeric("a", generator.normal(size=800), generator.normal(size=30))
    comparison = compare([column], DETECTION, min_images=10)
    assert comparison.features[0].state is State.INCONCLUSIVE
    assert comparison.smallest_effect > DETECTION.effect_to_see
    assert comparison.images_needed > 30


def test_fewer_values_than_min_images_are_never_drift(generator):
    column = numeric("a", generator.normal(size=800), generator.normal(50, 1, 9))
    assert states([column]) == {"a": State.INCONCLUSIVE}


def test_a_column_that_is_constant_on_both_sides_is_named_so():
    comparison = compare([numeric("a", [3] * 50, [3] * 20)], DETECTION, min_images=10)
    assert comparison.features[0].state is State.CONSTANT
    assert comparison.features[0].note == "always 3.0 on both sides"


def test_a_constant_reference_that_the_window_leaves_is_drift():
    assert states([numeric("a", [3] * 500, [3] * 100 + [4] * 100)]) == {"a": State.DRIFT}


@pytest.mark.parametrize("side", ["reference", "current"])
def test_a_column_that_one_side_lacks_is_missing_with_what_to_do(side):
    values = {"reference": [1.0, 2.0], "current": [1.0, 2.0], side: []}
    comparison = compare([numeric("a", **values)], DETECTION, min_images=2)
    (finding,) = comparison.features
    assert finding.state is State.MISSING
    assert finding.note.endswith("Supply it.")
    assert finding.p_value is None


def test_a_missing_column_leaves_the_family_of_tests(generator):
    tested = numeric("a", generator.normal(size=100), generator.normal(size=100))
    alone = compare([tested], DETECTION, min_images=10).features[0]
    beside = compare([tested, numeric("b", [], [1.0])], DETECTION, min_images=10).features[0]
    assert alone.adjusted_p_value == beside.adjusted_p_value


def test_new_and_vanished_classes_are_named_and_drift(generator):
    column = classes("prediction", ["cat", "dog"] * 300, ["cat", "fox"] * 100)
    comparison = compare([column], DETECTION, min_images=10)
    (finding,) = comparison.predictions
    assert finding.state is State.DRIFT
    assert finding.effect == pytest.approx(0.5)
    assert finding.note == "New: fox. Not in this window: dog."
    assert [(c.name, c.reference, c.current) for c in finding.categories] == [
        ("cat", 300, 100),
        ("dog", 300, 0),
        ("fox", 0, 100),
    ]


def test_a_small_change_of_shares_is_no_drift():
    column = classes("prediction", ["a"] * 50_000 + ["b"] * 50_000, ["a"] * 50_900 + ["b"] * 49_100)
    assert states([column]) == {"prediction": State.STEADY}


def test_one_row_and_no_columns_are_no_faults():
    assert states([numeric("a", range(100), [5])], min_images=2) == {"a": State.INCONCLUSIVE}
    empty = compare([], DETECTION, min_images=10)
    assert empty.findings == ()
    assert empty.smallest_effect is None


@given(st.lists(st.floats(1e-9, 1), min_size=1, max_size=12), st.floats(0.001, 0.2))
def test_holm_adjusted_values_reject_what_his_procedure_rejects(p_values, level):
    named = {str(number): p for number, p in enumerate(p_values)}
    adjusted = holm(named)
    rejected = set()
    for rank, (name, p) in enumerate(sorted(named.items(), key=lambda item: item[1])):
        if p * (len(named) - rank) >= level:
            break
        rejected.add(name)
    assert {name for name, value in adjusted.items() if value < level} == rejected


def test_without_drift_at_most_the_stated_share_of_runs_alarms():
    """200 runs of 12 correlated, tied and skewed columns at 5 %: at most 20 alarms.

    P(Binomial(200, 0.05) > 20) is 0.1 %.
    """
    generator = np.random.default_rng(3)
    detection = DetectionSettings(false_alarm_rate=0.05, minimum_effect=0)
    alarms = sum(
        State.DRIFT in states(_no_drift_columns(generator), detection).values() for _ in range(200)
    )
    assert alarms <= 20


def _no_drift_columns(generator):
    shared = {rows: generator.normal(size=(rows, 1)) for rows in (200, 60)}
    sides = [0.7 * shared[rows] + generator.normal(size=(rows, 12)) for rows in (200, 60)]
    for side in sides:
        side[:, 0] = np.maximum(0, side[:, 0] - 2)
        side[:, 1] = np.exp(2 * side[:, 1])
        side[:, 2] = np.round(side[:, 2])
    columns = [numeric(str(n), sides[0][:, n], sides[1][:, n]) for n in range(12)]
    names = np.array(list("abcdefgh"))
    drawn = [generator.choice(names, rows) for rows in (200, 60)]
    return [*columns, classes("prediction", *drawn)]


def test_the_stated_smallest_effect_is_seen_in_about_four_of_five_windows():
    """300 windows: 80 to 88 %, within three binomial standard errors (7 points)."""
    generator = np.random.default_rng(4)
    calm = compare(
        [numeric("a", generator.normal(size=900), generator.normal(size=200))],
        DETECTION,
        min_images=10,
    )
    effect = calm.smallest_effect
    seen = sum(
        states([numeric("a", generator.normal(size=900), generator.normal(effect, 1, 200))])["a"]
        is State.DRIFT
        for _ in range(300)
    )
    assert 0.73 <= seen / 300 <= 0.95


def test_p_values_are_the_ones_of_an_independent_implementation(generator):
    reference, current = generator.normal(size=500), generator.normal(0.2, 1, 100)
    finding = compare([numeric("a", reference, current)], DETECTION, min_images=10).features[0]
    assert finding.p_value == pytest.approx(stats.ks_2samp(reference, current).pvalue)
