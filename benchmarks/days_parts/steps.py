"""Means that move for good on one day: how such worlds are made, and what a large step does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.days_parts.cases import Case, DrawnWorld, draw_world
from benchmarks.days_parts.drawing import ScoredPool, ScoredTable
from benchmarks.days_parts.ours import Means, plan
from benchmarks.days_parts.pool import Pool
from drift.days.matrix import FamilyMeans
from drift.days.model.replay import replay

_STEP, _STEP_DAY = 0.8, 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What was said of a permanent step of 0.8 deviations in one column.

    Attributes
    ----------
    on_first_day
        Whether the first day of it opened an episode.
    is_one
        Whether one episode lasted until the end of the world.
    is_over
        Whether one accept ended it: that day and the next are normal.
    """

    on_first_day: bool
    is_one: bool
    is_over: bool


def step_of(case: Case, seed: int, pool: Pool) -> Step:
    """Move one column from day 30 on; then accept that on day 32."""
    world = draw_world(case, seed, pool)
    scored = ScoredPool.of(pool, world.reference)
    varying = varying_columns(pool, scored)
    moved = with_a_step(world, scored, [varying[seed % len(varying)]], _STEP)
    families = changed(Means.of(pool, scored, world.records, []), moved, range(_STEP_DAY, 10_000))
    times, nothing = case.times(), np.zeros(case.blocks, dtype=np.bool_)
    plans = [plan(), plan()]
    course = replay(families, times, nothing, plans)
    open_one = course.open_episode
    accepted = replace(times, regimes=(np.arange(case.blocks) >= _STEP_DAY + 2).astype(np.int64))
    after = replay(families, accepted, nothing, plans)
    at_once = range(_STEP_DAY + 2, _STEP_DAY + 4)
    return Step(
        on_first_day=any(one.start == _STEP_DAY for one in course.episodes),
        is_one=open_one is not None and open_one.start == _STEP_DAY,
        is_over=bool(after.normal[at_once].all()),
    )


def varying_columns(pool: Pool, scored: ScoredPool) -> list[int]:
    """Return the places of the features that are not constant in the reference."""
    return np.flatnonzero(_deviations(pool, scored) > 0).tolist()


def with_a_step(
    world: DrawnWorld, scored: ScoredPool, columns: Sequence[int], step: float
) -> Means:
    """Return the means of all records with some features of all pictures moved.

    Parameters
    ----------
    step
        By how much, in reference deviations of each.
    """
    pool = world.world.pool
    table = pool.features.copy()
    table.iloc[:, list(columns)] += step * _deviations(pool, scored)[list(columns)]
    features = ScoredTable.of(scored.features.scale, table, {})
    return Means.of(pool, replace(scored, features=features), world.records, [])


def changed(usual: Means, other: Means, days: range) -> list[FamilyMeans]:
    """Return both families, on some days as the others are."""
    blocks = np.arange(usual.records)[:, None]
    there = (blocks >= days.start) & (blocks < days.stop)
    return [
        replace(
            one,
            means=np.where(there, its.means, one.means),
            variances=np.where(there, its.variances, one.variances),
        )
        for one, its in zip(usual.families, other.families, strict=True)
    ]


def _deviations(pool: Pool, scored: ScoredPool) -> NDArray[np.float64]:
    rows = np.repeat(np.arange(len(scored.reference)), scored.reference)
    deviations: NDArray[np.float64] = pool.rows[rows].std(axis=0)
    return deviations
