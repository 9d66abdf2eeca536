"""Scores that are judged together: where images that are new to a model lie."""

from dataclasses import replace

import numpy as np
import pytest

from drift.comparison.permutation.statistic_key import StatisticKey
from drift.days.matrix import FamilyMeans
from drift.days.model.dependence.calibration import Calibration
from drift.days.model.dependence.combined import combination_of
from drift.days.model.dependence.maxima import drawn_statistics
from drift.days.model.plan import NEEDED_DAYS, ModelPlan
from drift.days.model.random_effects.family_rows import rows_of
from drift.days.model.replay import replay
from drift.days.model.times import BlockTimes
from drift.days.model.verdict import WindowVerdict, judge
from reports.findings.effect_sizes import COMMON_DIRECTION

AXES, BLOCKS, IMAGES = 16, 15, 300
TOGETHER = StatisticKey(group="novelty", method=COMMON_DIRECTION)
KEYS = (
    StatisticKey(group="novelty", method="location"),
    TOGETHER,
    *(replace(TOGETHER, number=f"axis {at}") for at in range(1, AXES + 1)),
)
PLAN = ModelPlan(level=0.005, minimum_effect=0.1, draws=2_000)
TIMES = BlockTimes(
    positions=np.arange(BLOCKS, dtype=np.float64),
    phases=np.arange(BLOCKS) % 7,
    regimes=np.zeros(BLOCKS, dtype=np.int64),
)


def family(
    seed: int, *, moved: float = 0.0, differ: float = 0.1, directions: int | None = None
) -> FamilyMeans:
    """Return days whose means differ, along a few directions in common where these are given.

    The last day has moved by so much along every axis, to one side or the other.
    """
    random = np.random.default_rng(seed)
    shape = (BLOCKS, len(KEYS))
    of_days = random.standard_normal(shape)
    if directions is not None:
        common = random.standard_normal((directions, len(KEYS)))
        of_days = random.standard_normal((BLOCKS, directions)) @ common / np.sqrt(directions)
    means = differ * of_days + random.standard_normal(shape) / np.sqrt(IMAGES)
    means[-1, 2:] += moved * random.choice([-1.0, 1.0], AXES)
    return FamilyMeans(
        keys=KEYS,
        means=means,
        variances=np.ones(shape),
        images=np.full(shape, float(IMAGES)),
        correlations=(np.eye(len(KEYS)),),
        skewness=np.zeros(len(KEYS)),
        unit=np.ones(len(KEYS)),
        matters=np.ones(len(KEYS)),
        reference_units=1_000,
    )


def judged(days: FamilyMeans, plan: ModelPlan = PLAN) -> WindowVerdict:
    past, last = rows_of(days, range(BLOCKS - 1)), BLOCKS - 1
    times = TIMES.take(range(last))
    gone = replay([past], times, np.zeros(last, dtype=np.bool_), [plan])
    return judge(past, times, rows_of(days, [last]), TIMES.window(last), gone.calibrations[0], plan)


def test_a_family_without_places_combines_nothing():
    assert combination_of(KEYS[:1]) is None


def test_the_statistic_is_proportional_to_the_scores_and_as_rare_as_one_of_them():
    combined = combination_of(KEYS)
    assert combined is not None
    z = np.random.default_rng(1).standard_normal((100_000, len(KEYS)))

    found = combined.statistic(z)

    assert combined.statistic(3 * z[:9]) == pytest.approx(3 * found[:9])
    # One in a thousand of both; 100 of 100,000 have a standard error of 10.
    assert (found > 3.2905).sum() == pytest.approx(100, abs=40)


def test_it_is_drawn_as_it_is_looked_at():
    combined = combination_of(KEYS)
    assert combined is not None

    drawn = drawn_statistics((np.eye(len(KEYS)),), KEYS, 4_000, 1)[:, combined.carrier]

    random = combined.statistic(np.random.default_rng(2).standard_normal((4_000, len(KEYS))))
    for share in (0.1, 0.5, 0.9):
        assert np.quantile(drawn, share) == pytest.approx(np.quantile(random, share), abs=0.05)


def test_a_move_along_many_axes_is_seen_that_no_axis_shows():
    verdict = judged(family(1, moved=0.4))

    assert TOGETHER in verdict.alarms
    said = verdict.scores[TOGETHER]
    assert said.z > verdict.critical
    # Sixteen axes of 0.4 each are 1.6 in all.
    assert said.difference == pytest.approx(1.6, abs=0.4)
    alone = [key for key in verdict.scores if key.number]
    assert alone == []


def test_a_day_that_does_not_know_the_places_is_judged_by_the_others():
    days = family(2)
    days.means[-1, 1:] = np.nan

    verdict = judged(days)

    assert set(verdict.scores) == {KEYS[0]}
    assert verdict.alarms == ()


def test_places_that_few_days_know_open_no_episode():
    days = family(3, moved=2.0)
    days.means[: BLOCKS - 3, 1:] = np.nan
    plan = replace(PLAN, learns_for=NEEDED_DAYS)

    gone = replay([days], TIMES, np.zeros(BLOCKS, dtype=np.bool_), [plan])

    assert gone.episodes == ()
    known = rows_of(days, range(BLOCKS - 1)), TIMES.take(range(BLOCKS - 1))
    verdict = judge(
        *known,
        rows_of(days, [BLOCKS - 1]),
        TIMES.window(BLOCKS - 1),
        Calibration.unknown(),
        plan,
    )
    assert TOGETHER in verdict.alarms


@pytest.mark.parametrize("directions", [None, 1, 3])
def test_days_that_differ_raise_no_alarm_however_their_moves_go_together(directions):
    alarms = [judged(family(seed, differ=0.2, directions=directions)).alarms for seed in range(10)]

    # At a nominal 0.5 % the probability of two or more of ten is 0.1 %.
    assert sum(map(bool, alarms)) <= 1
