"""What is said of slow drift: in vain on normal days, and of a small step that lasts.

The run of a day replays its own past, as many days as a job file has by default.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.days_parts.cases import Case, DrawnWorld, draw_world
from benchmarks.days_parts.drawing import Fault, ScoredPool, drawn, recorded
from benchmarks.days_parts.ours import Means, plan
from benchmarks.days_parts.pool import Pool
from benchmarks.days_parts.steps import changed, varying_columns, with_a_step
from benchmarks.days_parts.worlds import Weather
from drift.days.matrix import FamilyMeans
from drift.days.model.plan import NEEDED_DAYS
from drift.days.model.random_effects.family_rows import rows_of
from drift.days.model.replay import replay
from drift.days.model.slow_drift import slow_drift
from drift.days.model.times import BlockTimes
from jobs.job_file.baseline_settings import BaselineSettings

STEP = 0.25
STEP_DAYS = (20, 40)
MOST_DAYS = 14
"""A step is looked for in the runs of so many days after it."""
FAULT_DAYS = 4
ONE, ALL = "one column", "all columns"
_PAST = BaselineSettings().days


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowStep:
    """A permanent step of 0.25 deviations.

    Attributes
    ----------
    columns
        ``"one column"`` or ``"all columns"``: whose means move.
    day
        The first day of it.
    after
        How many days of it the first run knew that said slow drift; None where none did.
    """

    columns: str
    day: int
    after: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowSaid:
    """What was said of slow drift in one world.

    Attributes
    ----------
    in_vain
        By run on normal days, whether it said slow drift.
    steps
        In worlds of mild days.
    of_fault
        Whether a fault of four days was called slow drift by a run of the two weeks from its second
        day on; None in other worlds.
    """

    in_vain: tuple[bool, ...]
    steps: tuple[SlowStep, ...] = ()
    of_fault: bool | None = None

    @property
    def onsets(self) -> int:
        """How often a run said slow drift and the run before did not."""
        before = (False, *self.in_vain)
        return sum(now and not then for then, now in zip(before, self.in_vain, strict=False))


def slow_said(case: Case, seed: int, pool: Pool) -> SlowSaid:
    """Look for slow drift in the runs of a world's days, from the eighth on."""
    world = draw_world(case, seed, pool)
    scored = ScoredPool.of(pool, world.reference)
    usual = Means.of(pool, scored, world.records, [])
    times = case.times()
    in_vain = tuple(
        says_slow_drift(usual.families, times, day) for day in range(NEEDED_DAYS, case.blocks)
    )
    if case.weather is not Weather.MILD:
        return SlowSaid(in_vain=in_vain)
    varying = varying_columns(pool, scored)
    moving = {ONE: [varying[seed % len(varying)]], ALL: varying}
    steps = []
    for columns, places in moving.items():
        moved = with_a_step(world, scored, places, STEP)
        for day in STEP_DAYS:
            families = changed(usual, moved, range(day, case.blocks))
            steps.append(SlowStep(columns=columns, day=day, after=_after(families, times, day)))
    return SlowSaid(
        in_vain=in_vain, steps=tuple(steps), of_fault=_of_fault(case, seed, world, scored, usual)
    )


def says_slow_drift(families: Sequence[FamilyMeans], times: BlockTimes, day: int) -> bool:
    """Tell whether the run of a day says slow drift, from its own replay of the days before it."""
    past = range(max(0, day - _PAST), day)
    own = [rows_of(family, past) for family in families]
    nothing, everything = np.zeros(len(past), dtype=np.bool_), np.ones(len(past), dtype=np.bool_)
    replayed = replay(own, times.take(past), nothing, [plan() for _ in own])
    keys = [family.keys for family in own]
    return bool(slow_drift(keys, replayed, everything, plan().minimum_effect).columns)


def _after(families: Sequence[FamilyMeans], times: BlockTimes, day: int) -> int | None:
    runs = range(1, MOST_DAYS + 1)
    return next((one for one in runs if says_slow_drift(families, times, day + one)), None)


def _of_fault(case: Case, seed: int, world: DrawnWorld, scored: ScoredPool, usual: Means) -> bool:
    """Give the images of four days in a row a fault."""
    first, pool = STEP_DAYS[-1], world.world.pool
    fault, records = Fault(number=seed % len(pool.faults), part=1.0), list(world.records)
    days = range(first, first + FAULT_DAYS)
    for day in days:
        images = drawn(world.world, world.recipes[day], case.images(day), world.random, fault)
        records[day] = recorded(images, world.random)
    families = changed(usual, Means.of(pool, scored, records, []), days)
    return _after(families, case.times(), first) is not None
