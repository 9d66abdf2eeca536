"""A replay that goes on from where another one stands."""

import numpy as np
import pandas as pd

from drift.days.matrix import family_means
from drift.days.model.plan import ModelPlan
from drift.days.model.replay import Replay, ReplayCourse, replay
from drift.days.model.times import NO_PHASE, BlockTimes
from drift.days.scale import ReferenceScale
from drift.days.sums import FamilySums

PLAN = ModelPlan(level=0.01, minimum_effect=0.1, seed=1)
BLOCKS, PAST = 18, 12
# Three bad blocks behind twelve ordinary ones.
SHIFTS = [0.0] * PAST + [2.0] * 3 + [0.0] * 3


def _means():
    random = np.random.default_rng(7)
    scale = ReferenceScale.of(pd.DataFrame({"mean": random.normal(0, 1, 2_000)}))
    sums = [
        FamilySums.of(
            scale,
            pd.DataFrame({"mean": random.normal(shift + random.normal(0, 0.1), 1, 300)}),
            np.arange(300),
        )
        for shift in SHIFTS
    ]
    return family_means(scale, {}, sums, ["mean"])


def _told(found: Replay) -> tuple[list[bool], list[tuple[int, int | None]]]:
    return found.normal.tolist(), [(one.start, one.end) for one in found.episodes]


def test_a_copy_goes_on_as_a_whole_replay_does_and_leaves_the_first_one_alone():
    means = _means()
    times = BlockTimes(
        positions=np.arange(BLOCKS, dtype=np.float64),
        phases=np.full(BLOCKS, NO_PHASE),
        regimes=np.zeros(BLOCKS, dtype=np.int64),
    )
    course = ReplayCourse.of([means], times, [PLAN])
    for row in range(PAST):
        course.meet(row)
    before = _told(course.so_far(PAST))

    going_on = course.copy()
    for row in range(PAST, BLOCKS):
        going_on.meet(row)

    whole = replay([means], times, np.zeros(BLOCKS, dtype=np.bool_), [PLAN])
    assert _told(going_on.so_far()) == _told(whole)
    assert whole.episodes[0].start == PAST
    assert _told(course.so_far(PAST)) == before == ([True] * PAST, [])
