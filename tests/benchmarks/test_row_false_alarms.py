"""The benchmark of rows runs, and draws what it says."""

import numpy as np

from benchmarks.row_false_alarms import draw_rows, reference_alarm


def test_a_window_of_another_population_is_an_alarm_and_one_of_the_same_mostly_not():
    quiet = [reference_alarm(np.random.default_rng([7, run]), 60) for run in range(8)]

    # One in a hundred by chance: two of eight have a chance of 0.3 %.
    assert sum(quiet) <= 1


def test_days_differ_and_so_does_production_from_the_reference():
    draw = np.random.default_rng(3)
    reference = draw_rows(draw, 4_000)
    days = [draw_rows(draw, 4_000, day=draw)["number_00"].mean() for _ in range(6)]

    assert abs(reference["number_00"].mean()) < 0.1
    assert min(days) > 0
    assert np.ptp(days) > 0.1
    assert reference["number_06"].isna().mean() > 0.5
