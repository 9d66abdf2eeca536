"""False alarms with a model's view beside features and predictions, and without it.

The same worlds are judged three times: without the view; with it; and with a new model on day 50,
which has looked at none of the days before it, so that its view begins to learn anew while the
others know those days.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.days_parts.cases import Case, DrawnWorld, draw_world
from benchmarks.days_parts.drawing import ScoredPool, ScoredTable
from benchmarks.days_parts.ours import Means, Said, means_judged, plan
from benchmarks.days_parts.pool import Pool
from benchmarks.days_parts.simulated_view import scored_view
from drift.days.matrix import FamilyMeans, family_means
from drift.days.model.plan import NEEDED_DAYS

NEW_MODEL_DAY = 50
_FAMILIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewsSaid:
    """What was said of the windows of one world.

    Attributes
    ----------
    without, seen
        Without the view and with it.
    new_model
        With the view of a new model, from its first day on.
    learning
        Those of `new_model` in which its view was known on fewer than seven days.
    """

    without: list[Said]
    seen: list[Said]
    new_model: list[Said]
    learning: list[Said]


def views_said(case: Case, seed: int, pool: Pool) -> ViewsSaid:
    """Judge all windows of a world without a view, with one, and with that of a new model."""
    world = draw_world(case, seed, pool)
    scored = ScoredPool.of(pool, world.reference)
    windows = [world.window(end, case.window) for end in range(case.window - 1, case.blocks)]
    without = Means.of(pool, scored, world.records, windows)
    view = _view_means(scored_view(pool, world.reference), world, case)
    new_model = list(_said(case, world, _with_view(without, _from_day(view, case))))
    late = [one for one in new_model if one.block > NEW_MODEL_DAY]
    return ViewsSaid(
        without=list(_said(case, world, without)),
        seen=list(_said(case, world, _with_view(without, view))),
        new_model=late,
        learning=[one for one in late if one.block <= NEW_MODEL_DAY + NEEDED_DAYS],
    )


def _view_means(table: ScoredTable, world: DrawnWorld, case: Case) -> FamilyMeans:
    windows = [world.window(end, case.window) for end in range(case.window - 1, case.blocks)]
    sums = [table.sums(one) for one in (*world.records, *windows)]
    return family_means(table.scale, {}, sums, table.scale.columns)


def _from_day(view: FamilyMeans, case: Case) -> FamilyMeans:
    """Return the view of which nothing is known on the days before the new model's first one."""
    means = view.means.copy()
    means[: min(NEW_MODEL_DAY, case.blocks)] = np.nan
    return replace(view, means=means)


def _with_view(means: Means, view: FamilyMeans) -> Means:
    family = plan(_FAMILIES)
    return replace(
        means,
        families=(means.families[0], view, means.families[1]),
        plans=(family, replace(family, learns_for=NEEDED_DAYS), family),
    )


def _said(case: Case, world: DrawnWorld, means: Means) -> Iterator[Said]:
    for one in means_judged(case, world, means):
        if one.age:
            yield Said(block=one.block, age=one.age, alarm=one.alarm)
