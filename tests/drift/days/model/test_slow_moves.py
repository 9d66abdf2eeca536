"""Slow drift over days: surprises in one direction add up, and noise does not."""

from __future__ import annotations

import numpy as np

from drift.days.model.slow_moves import RUN_LENGTH, slow_evidence


def test_noise_is_seldom_taken_for_slow_drift() -> None:
    generator = np.random.default_rng(3)
    alarms = sum(bool(slow_evidence(generator.standard_normal((28, 30))).moves) for _ in range(400))
    assert alarms <= 3


def test_a_move_of_two_deviations_is_found_within_four_weeks_and_of_three_within_two() -> None:
    generator = np.random.default_rng(4)
    for shift, moved in ((2.0, 28), (3.0, 14)):
        found = 0
        for _ in range(40):
            surprises = generator.standard_normal((42, 30))
            surprises[-moved:, 7] += shift
            evidence = slow_evidence(surprises)
            found += [(one.place, one.upward) for one in evidence.moves[:1]] == [(7, True)]
        assert found >= 36


def test_what_lasts_for_less_than_a_week_is_no_slow_drift_however_large() -> None:
    for days, is_slow in ((1, False), (5, False), (8, True)):
        surprises = np.zeros((20, 10))
        surprises[-days:] = 40.0
        assert bool(slow_evidence(surprises).moves) == is_slow


def test_days_that_were_not_looked_at_say_nothing() -> None:
    generator = np.random.default_rng(5)
    looked = generator.standard_normal((20, 4)) + 2.0
    with_gaps = np.full((40, 4), np.nan)
    with_gaps[::2] = looked
    assert slow_evidence(with_gaps).evidence == slow_evidence(looked).evidence
    assert slow_evidence(looked).evidence > RUN_LENGTH
    assert slow_evidence(np.full((30, 4), np.nan)).blocks == 0
