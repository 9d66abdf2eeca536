"""The comparison: when a column is drift, and that no column ever vanishes."""

import numpy as np
import pandas as pd
import pytest

from drift.comparison import family_tests
from drift.comparison.columns.columns import feature_columns
from drift.comparison.compare import compare, drift_score, would_alarm
from drift.comparison.describe import untested_finding
from jobs.job_file.job import DetectionSettings
from reports.findings.answers import State
from tests.support.columns import classes, lined_up, numeric

DETECTION = DetectionSettings()


def states(columns, detection=DETECTION, *, no_verdict=False):
    comparison = compare(lined_up(*columns), detection, no_verdict=no_verdict)
    return {finding.name: finding.state for finding in comparison.findings}


@pytest.fixture
def generator():
    return np.random.default_rng(11)


@pytest.fixture
def half_the_draws(monkeypatch):
    """For many windows: a permutation test holds its level exactly with any number of draws."""
    monkeypatch.setattr(family_tests, "FEWEST_RESAMPLES", 999)


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
    comparison = compare(lined_up(column), DETECTION)
    (finding,) = comparison.features
    assert finding.state is State.STEADY
    assert finding.adjusted_p_value == 1 / 2_000
    assert drift_score(finding) == 1.0


def test_a_quiet_window_too_small_to_see_the_effect_is_steady_and_says_what_it_sees(generator):
    column = numeric("a", generator.normal(size=800), generator.normal(size=30))
    comparison = compare(lined_up(column), DETECTION)
    assert comparison.features[0].state is State.STEADY
    assert comparison.smallest_effect > DETECTION.effect_to_see
    assert comparison.images_needed > 30


def test_fewer_values_than_min_images_are_never_drift(generator):
    column = numeric("a", generator.normal(size=800), generator.normal(50, 1, 9))
    assert states([column], no_verdict=True) == {"a": State.INCONCLUSIVE}


def test_a_column_that_is_constant_on_both_sides_is_named_so():
    comparison = compare(lined_up(numeric("a", [3] * 50, [3] * 20)), DETECTION)
    assert comparison.features[0].state is State.CONSTANT
    assert comparison.features[0].note == "always 3 on both sides"


def test_a_constant_reference_that_the_window_leaves_is_drift():
    assert states([numeric("a", [3] * 500, [3] * 100 + [4] * 100)]) == {"a": State.DRIFT}


@pytest.mark.parametrize("side", ["reference", "current"])
def test_a_column_that_one_side_lacks_is_missing_with_what_to_do(side):
    values = {"reference": [1.0, 2.0], "current": [1.0, 2.0], side: []}
    comparison = compare(lined_up(numeric("a", **values)), DETECTION)
    (finding,) = comparison.features
    assert finding.state is State.MISSING
    assert finding.note.endswith("Supply it.")
    assert finding.p_value is None


def test_a_missing_column_leaves_the_family_of_tests(generator):
    tested = numeric("a", generator.normal(size=100), generator.normal(size=100))
    alone = compare(lined_up(tested), DETECTION).features[0]
    beside = compare(lined_up(tested, numeric("b", [], [1.0])), DETECTION).features[0]
    assert alone.adjusted_p_value == beside.adjusted_p_value


def test_new_and_vanished_classes_are_named_and_drift(generator):
    column = classes("prediction", ["cat", "dog"] * 300, ["cat", "fox"] * 100)
    comparison = compare(lined_up(column), DETECTION)
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
    assert states([numeric("a", range(100), [5])]) == {"a": State.STEADY}
    empty = compare(lined_up(), DETECTION)
    assert empty.findings == ()
    assert empty.smallest_effect is None


@pytest.mark.usefixtures("half_the_draws")
@pytest.mark.no_cover
def test_without_drift_at_most_the_stated_share_of_runs_alarms():
    """150 runs of 12 correlated, tied and skewed columns and classes at 5 %: at most 16 alarms.

    P(Binomial(150, 0.05) > 16) is 0.1 %.
    """
    generator = np.random.default_rng(3)
    detection = DetectionSettings(false_alarm_rate=0.05, minimum_effect=0)
    alarms = sum(
        would_alarm(lined_up(*_no_drift_columns(generator)), detection) for _ in range(150)
    )
    assert alarms <= 16


def test_the_quick_answer_is_that_of_the_whole_comparison(generator):
    detection = DetectionSettings(false_alarm_rate=0.2, minimum_effect=0)
    answers = set()
    for _ in range(12):
        columns = lined_up(*_no_drift_columns(generator))
        quick = would_alarm(columns, detection)
        assert quick == compare(columns, detection).has_drifted
        answers.add(quick)
    assert answers == {True, False}


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


@pytest.mark.usefixtures("half_the_draws")
@pytest.mark.no_cover
def test_the_stated_smallest_effect_is_seen_in_about_four_of_five_windows():
    """150 windows: 80 to 88 %, within three binomial standard errors (9 points)."""
    generator = np.random.default_rng(4)
    calm = compare(
        lined_up(numeric("a", generator.normal(size=900), generator.normal(size=200))), DETECTION
    )
    effect = calm.smallest_effect
    seen = sum(
        states([numeric("a", generator.normal(size=900), generator.normal(effect, 1, 200))])["a"]
        is State.DRIFT
        for _ in range(150)
    )
    assert 0.71 <= seen / 150 <= 0.97


def test_a_fault_in_one_image_of_ten_is_seen(generator):
    """Kolmogorov-Smirnov's distance of these samples is 0.1: far from its critical 0.18 at 1 %."""
    current = generator.normal(size=200)
    current[:20] += 5
    columns = [numeric("a", generator.normal(size=900), current)]
    (finding,) = compare(lined_up(*columns), DETECTION).features
    assert finding.state is State.DRIFT
    assert finding.direction == "upper_tail"
    assert finding.effect == pytest.approx(0.1, abs=0.02)


def test_columns_that_move_against_each_other_are_seen_jointly(generator):
    """Both columns keep their distributions; what changes its sign is their correlation."""
    cause = generator.normal(size=900)
    other = generator.normal(size=300)
    columns = [
        numeric("sharpness", cause, other),
        numeric(
            "entropy",
            cause + generator.normal(0, 0.3, 900),
            generator.normal(0, 0.3, 300) - other,
        ),
    ]
    comparison = compare(lined_up(*columns), DETECTION)
    assert comparison.multivariate.state is State.DRIFT
    assert comparison.has_drifted
    assert "sharpness" in comparison.multivariate.because


def test_accepted_windows_make_the_same_move_no_alarm(generator):
    columns = lined_up(numeric("a", generator.normal(size=900), generator.normal(0.5, 1, 300)))
    assert compare(columns, DETECTION).has_drifted

    def widening(keys, *, reference_units, current_units):
        assert (reference_units, current_units) == (900, 300)
        return dict.fromkeys(keys, 10.0)

    assert not compare(columns, DETECTION, widening=widening).has_drifted


def test_a_heavy_tail_does_not_hide_a_move_of_everything(generator):
    """The reference's standard deviation is that of its few extreme values."""
    reference = np.exp(3 * generator.normal(size=900))
    current = np.exp(3 * generator.normal(0.8, 1, 300))
    (finding,) = compare(lined_up(numeric("a", reference, current)), DETECTION).features
    assert finding.state is State.DRIFT


def test_missing_values_of_single_images_are_no_fault(generator):
    reference, current = generator.normal(size=(2, 300))
    reference[::3], current[::4] = np.nan, np.nan
    columns = [numeric("a", reference, current), numeric("b", *generator.normal(size=(2, 300)))]
    assert set(states(columns).values()) == {State.STEADY}


def test_equal_input_gives_equal_findings(generator):
    columns = lined_up(*_no_drift_columns(generator))
    assert compare(columns, DETECTION).findings == compare(columns, DETECTION).findings


def test_half_of_the_images_darkened_is_said_as_a_move_and_not_as_a_spread(generator):
    reference = generator.normal(100, 10, 600)
    current = generator.normal(100, 10, 200)
    current[:100] -= 30
    (finding,) = compare(lined_up(numeric("mean", reference, current)), DETECTION).findings
    assert finding.direction == "down"
    assert finding.effect == pytest.approx(1.5, abs=0.2)


def test_a_spread_that_grew_more_than_the_mean_moved_is_said_as_a_spread(generator):
    reference = generator.normal(100, 10, 600)
    current = generator.normal(104, 30, 200)
    (finding,) = compare(lined_up(numeric("mean", reference, current)), DETECTION).findings
    assert finding.direction == "spread"


def test_a_feature_that_is_undefined_for_all_images_of_a_side_says_so():
    known = pd.DataFrame({"blockiness": [0.1, 0.2]})
    tiny = pd.DataFrame({"blockiness": [np.nan, np.nan]})
    notes = [
        untested_finding(feature_columns(then, now, ["blockiness"])[0]).note
        for then, now in ((known, tiny), (tiny, known), (known, known.iloc[:0]))
    ]
    assert notes[0].startswith("The window has no value for it. It is not defined")
    assert notes[1].startswith("The reference has no value for it. It is not defined")
    assert notes[2] == (
        "The window has no value for it. No image of the window could be measured; see data health."
    )
