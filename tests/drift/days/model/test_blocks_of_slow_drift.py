"""Slow drift in a replay: a change that lasts counts, whether or not its first day alarmed."""

from __future__ import annotations

import numpy as np

from drift.comparison.permutation.statistic_key import StatisticKey
from drift.days.matrix import FamilyMeans
from drift.days.model.plan import ModelPlan
from drift.days.model.replay import Replay, replay
from drift.days.model.slow_drift import SlowDrift, slow_drift
from drift.days.model.times import BlockTimes

PLAN = ModelPlan(level=0.005, minimum_effect=0.1, draws=2000)
BLOCKS, COLUMNS, FIRST, MOVED = 28, 12, 14, 5
FAULT = 1.0


def replayed(moves: dict[range, float], *, seed: int = 1) -> tuple[FamilyMeans, Replay]:
    """Replay days with a standard deviation of 0.1, on some of which one column moves."""
    random = np.random.default_rng(seed)
    means = np.hypot(0.1, 300**-0.5) * random.standard_normal((BLOCKS, COLUMNS))
    for days, shift in moves.items():
        means[list(days), MOVED] += shift
    family = FamilyMeans(
        keys=tuple(StatisticKey(group=f"column {at}", method="location") for at in range(COLUMNS)),
        means=means,
        variances=np.ones(means.shape),
        images=np.full(means.shape, 300.0),
        correlations=(np.eye(COLUMNS),),
        skewness=np.zeros(COLUMNS),
        unit=np.ones(COLUMNS),
        matters=np.ones(COLUMNS),
        reference_units=2000,
    )
    times = BlockTimes(
        positions=np.arange(BLOCKS, dtype=np.float64),
        phases=np.arange(BLOCKS) % 7,
        regimes=np.zeros(BLOCKS, dtype=np.int64),
    )
    return family, replay([family], times, np.zeros(BLOCKS, dtype=np.bool_), [PLAN])


def found(moves: dict[range, float], *, counting: range = range(BLOCKS)) -> SlowDrift:
    family, course = replayed(moves)
    counts = np.isin(np.arange(BLOCKS), counting)
    return slow_drift([family.keys], course, counts, PLAN.minimum_effect)


def test_nothing_moves_on_normal_days() -> None:
    quiet = found({})
    assert (quiet.columns, quiet.blocks) == ((), BLOCKS - 1)


def test_an_episode_that_goes_on_is_a_lasting_move() -> None:
    lasting = {range(FIRST, BLOCKS): FAULT}
    assert replayed(lasting)[1].open_episode is not None
    column = found(lasting).columns[0]
    assert (column.name, column.since) == (f"column {MOVED}", FIRST)
    assert 0.8 < column.shift < 1.2
    assert found({range(FIRST, BLOCKS): -FAULT}).columns[0].shift < -0.8


def test_an_episode_of_four_days_is_sudden_however_far_off_they_are() -> None:
    for last in range(BLOCKS - 4, BLOCKS):
        assert found({range(last, min(last + 4, BLOCKS)): 20.0}).columns == ()


def test_an_episode_that_is_over_is_no_lasting_move() -> None:
    passed = {range(8, 22): FAULT}
    episodes = replayed(passed)[1].episodes
    assert [(one.start, one.end) for one in episodes] == [(8, 22)]
    assert found(passed).columns == ()


def test_blocks_of_a_level_that_was_left_do_not_count() -> None:
    lasting = {range(FIRST, BLOCKS): FAULT}
    assert found(lasting, counting=range(BLOCKS - 5, BLOCKS)).evidence == 0


def test_a_move_that_does_not_matter_is_none() -> None:
    family, course = replayed({range(FIRST, BLOCKS): FAULT})
    everything = np.ones(BLOCKS, dtype=np.bool_)
    assert slow_drift([family.keys], course, everything, 5.0).columns == ()


def test_no_family_has_no_drift() -> None:
    _, course = replayed({})
    nothing = Replay(normal=course.normal, episodes=(), calibrations=(), looks=())
    assert slow_drift([], nothing, np.ones(BLOCKS, dtype=np.bool_), 0.1).columns == ()
