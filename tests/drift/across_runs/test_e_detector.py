"""The detectors: no evidence without drift whatever the noise, and evidence with it."""

import numpy as np
import pytest

from drift.across_runs.e_detector import DOWN, MEMORY, UP, Observation, follow, last_evidence

NOISE = {
    "normal": lambda random, shape: random.standard_normal(shape),
    "one-sided": lambda random, shape: random.exponential(size=shape) - 1,
    "heavy tails": lambda random, shape: random.standard_t(3, shape) / np.sqrt(3),
    "rare jumps": lambda random, shape: ((random.random(shape) < 0.02) - 0.02) / np.sqrt(0.0196),
}
UNITS = 25


def runs_of(shifts, units=UNITS):
    return [Observation(shifts=one, units=units) for one in np.atleast_2d(shifts)]


def course(shifts, reference_units=10**9, units=UNITS):
    shifts = np.atleast_2d(shifts)
    return follow(runs_of(shifts, units), columns=shifts.shape[1], reference_units=reference_units)


def last(shifts, **sizes):
    *_, evidence = course(shifts, **sizes)
    return evidence


def column_of(values):
    return np.asarray(values, dtype=float)[:, None]


@pytest.mark.parametrize("kind", NOISE)
def test_without_drift_each_start_keeps_a_mean_of_at_most_one(kind):
    """Three runs of 10,000 columns; the tolerance is 5 standard errors."""
    draws = NOISE[kind](np.random.default_rng(7), (3, 10_000)) / np.sqrt(UNITS)
    e_values = last(draws).e_values
    error = e_values.std(axis=2) / np.sqrt(draws.shape[1])
    assert (e_values.mean(axis=2) <= 1 + 5 * error).all()


@pytest.mark.parametrize("kind", NOISE)
@pytest.mark.parametrize("reference", [100, 10**9])
def test_without_drift_alarms_are_as_rare_as_stated(kind, reference):
    """1,000 columns, each with a reference of its own, 25 runs each, at a run length of 100.

    The chance of an alarm within n runs is at most n / 100, here 25 %: 293 columns are the 99.9 %
    upper end of that binomial. Measured: 6 to 32.
    """
    random = np.random.default_rng(11)
    offsets = random.standard_normal(1000) / np.sqrt(reference)
    draws = NOISE[kind](random, (25, 1000)) / np.sqrt(UNITS) + offsets
    alarmed = np.zeros(1000, dtype=bool)
    for evidence in course(draws, reference_units=reference):
        alarmed |= evidence.e_values.sum(axis=0).mean(axis=0) >= 100
    assert alarmed.sum() <= 293


def test_a_lasting_move_gathers_evidence_in_its_direction_only():
    up, down = last(column_of(np.full(30, 0.3))).e_values[0, :, 0]
    assert up > 1e4
    assert down < 1
    assert last(column_of(np.full(30, -0.3))).e_values[0, DOWN, 0] > 1e4


def test_what_all_runs_share_with_a_small_reference_is_no_evidence():
    """All runs lie off by twice the error of their reference of 100, and stay there."""
    assert last(column_of(np.full(90, 0.2)), reference_units=100).e_values.max() < 20
    assert last(column_of(np.full(90, 0.2)), reference_units=10**6).e_values.max() > 1e6


def test_a_move_after_a_quiet_time_shows_even_with_a_small_reference():
    shifts = column_of([*np.zeros(60), *np.full(20, 0.3)])
    evidence = last(shifts, reference_units=100)
    best = evidence.e_values[:, UP, 0].argmax()
    assert evidence.e_values[best, UP, 0] > 1000
    assert evidence.starts[best] in (59, 60, 61)
    assert evidence.moves[best, 0] == pytest.approx(0.3, abs=0.02)


def test_one_enormous_run_alone_is_little_evidence():
    assert last(column_of([*np.zeros(20), 10.0])).e_values.max() < 1000


def test_days_that_differ_more_than_chance_lower_the_evidence():
    noise = np.random.default_rng(3).standard_normal((40, 200)) / np.sqrt(UNITS)
    quiet = last(noise + 0.3).e_values[0, UP]
    loud = last(4 * noise + 0.3).e_values[0, UP]
    assert np.median(quiet) > 100 * np.median(loud)


def test_a_run_without_a_column_leaves_its_evidence_as_it_is():
    shifts = np.full((10, 2), 0.3)
    gaps = np.insert(shifts, 5, [np.nan, 0.3], axis=0)
    with_gap, without = last(gaps), last(shifts)
    np.testing.assert_allclose(with_gap.e_values[0, :, 0], without.e_values[0, :, 0])
    assert with_gap.e_values[0, UP, 1] > without.e_values[0, UP, 1]
    assert with_gap.units[0].tolist() == [10 * UNITS, 11 * UNITS]


def test_only_so_many_runs_are_starts():
    evidence = last(np.zeros((MEMORY + 30, 2)))
    assert evidence.starts.tolist() == list(range(30, MEMORY + 30))
    assert evidence.e_values.shape == (MEMORY, 2, 2)
    assert evidence.units[-1, 0] == UNITS


def test_larger_windows_say_more():
    shifts = column_of(np.full(8, 0.2))
    small, large = (last(shifts, units=units).e_values.max() for units in (20, 400))
    assert large > 100 * small


@pytest.mark.parametrize("runs", [1, 7, MEMORY, MEMORY + 1, 3 * MEMORY + 17])
def test_the_quick_way_to_the_last_evidence_is_the_same(runs):
    shifts = np.random.default_rng(runs).standard_normal((runs, 3)) / np.sqrt(UNITS)
    shifts[0, 0] = np.nan
    slow = last(shifts, reference_units=400)
    quick = last_evidence(runs_of(shifts), columns=3, reference_units=400)
    np.testing.assert_array_equal(quick.starts, slow.starts)
    for name in ("e_values", "moves", "units", "variance"):
        np.testing.assert_allclose(getattr(quick, name), getattr(slow, name))


def test_without_a_run_there_is_no_last_evidence():
    with pytest.raises(ValueError, match="no run"):
        last_evidence([], columns=1, reference_units=100)
