"""A family that begins long after the others, as the view of a new model does."""

from dataclasses import replace

import numpy as np
import pytest

from drift.comparison.permutation.statistic_key import StatisticKey
from drift.days.matrix import FamilyMeans
from drift.days.model.dependence.calibration import Calibration
from drift.days.model.plan import NEEDED_DAYS, ModelPlan
from drift.days.model.random_effects.family_rows import rows_of
from drift.days.model.replay import Replay, replay
from drift.days.model.times import BlockTimes
from drift.days.model.verdict import WindowVerdict, judge

PLAN = ModelPlan(level=0.005, minimum_effect=0.1, draws=1_000)
LATE = replace(PLAN, learns_for=NEEDED_DAYS)
BLOCKS, FIRST_SEEN = 30, 20
SCORES = 8


def family(means: np.ndarray, name: str) -> FamilyMeans:
    return FamilyMeans(
        keys=tuple(
            StatisticKey(group=f"{name} {at}", method="location") for at in range(means.shape[1])
        ),
        means=means,
        variances=np.where(np.isfinite(means), 1.0, np.nan),
        images=np.where(np.isfinite(means), 300.0, 0.0),
        correlations=(np.eye(means.shape[1]),),
        skewness=np.zeros(means.shape[1]),
        unit=np.ones(means.shape[1]),
        matters=np.ones(means.shape[1]),
        reference_units=1_000,
    )


def quiet(seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    return np.sqrt(0.1**2 + 1 / 300) * random.standard_normal((BLOCKS, SCORES))


def seen_late(*, fault: int | None = None, seen: int = FIRST_SEEN) -> FamilyMeans:
    """Return a view that is known from a block on, with one block of which everything moved."""
    means = quiet(2)
    means[:seen] = np.nan
    if fault is not None:
        means[fault] += 5.0
    return family(means, "view")


TIMES = BlockTimes(
    positions=np.arange(BLOCKS, dtype=np.float64),
    phases=np.arange(BLOCKS) % 7,
    regimes=np.zeros(BLOCKS, dtype=np.int64),
)


def gone_through(view: FamilyMeans) -> Replay:
    none = np.zeros(BLOCKS, dtype=np.bool_)
    return replay([family(quiet(1), "feature"), view], TIMES, none, [PLAN, LATE])


def judged(view: FamilyMeans, row: int, calibration: Calibration | None = None) -> WindowVerdict:
    past = rows_of(view, range(row))
    known = calibration or Calibration.unknown()
    return judge(past, TIMES.take(range(row)), rows_of(view, [row]), TIMES.window(row), known, LATE)


def test_a_fault_opens_no_episode_before_the_view_knows_seven_days() -> None:
    early = gone_through(seen_late(fault=FIRST_SEEN + 3))
    late = gone_through(seen_late(fault=FIRST_SEEN + NEEDED_DAYS))

    assert early.episodes == ()
    assert early.normal.all()
    assert [one.start for one in late.episodes] == [FIRST_SEEN + NEEDED_DAYS]


def test_how_well_blocks_are_predicted_is_learnt_from_the_seventh_day_on() -> None:
    predicted = gone_through(seen_late()).calibrations

    assert predicted[0].predicted == BLOCKS - NEEDED_DAYS
    assert predicted[1].predicted == BLOCKS - FIRST_SEEN - NEEDED_DAYS


def test_a_view_that_no_day_knows_says_nothing() -> None:
    verdict = judged(seen_late(fault=FIRST_SEEN), FIRST_SEEN)

    assert verdict.groups == {}
    assert verdict.alarms == ()
    assert verdict.smallest_shift is None


@pytest.mark.parametrize(("days", "moved", "alarms"), [(1, 0.3, 0), (1, 5.0, 1), (9, 1.0, 1)])
def test_a_view_is_judged_from_the_first_day_that_knows_it(days, moved, alarms) -> None:
    view = seen_late()
    view.means[FIRST_SEEN + days] += moved

    verdict = judged(view, FIRST_SEEN + days)

    assert len(verdict.groups) == SCORES
    assert bool(verdict.alarms) == bool(alarms)
