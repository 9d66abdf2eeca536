"""What is measured of one world: false alarms, faults found, the level's interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.days_parts.cases import Case, DrawnWorld, draw_world
from benchmarks.days_parts.drawing import Counts, Fault, ScoredPool, ScoredTable, drawn, table_of
from benchmarks.days_parts.ours import Means, Said, said_of_all
from benchmarks.days_parts.peer_rules import MONTH, peers_say
from benchmarks.days_parts.pool import Pool
from benchmarks.days_parts.rates import Tally
from benchmarks.days_parts.worlds import Recipe, World
from benchmarks.detection_parts.our_detector import our_alarm
from drift.comparison.methods.location import LOCATION
from drift.comparison.permutation.statistic_key import StatisticKey
from drift.days.matrix import FamilyMeans
from drift.days.model.level import ScoreLevel, level_of
from drift.days.model.random_effects.family_rows import rows_of
from drift.days.scale import JOINT

PARTS = (1.0, 0.1, 0.05)
_PEER_EVERY = 5
_TRUE_DAYS = 364


@dataclass(frozen=True, slots=True, kw_only=True)
class FalseAlarms:
    """Of one world: what we said of each window, and what the peers said of every fifth."""

    said: list[Said]
    peers: Mapping[str, Tally]


def false_alarms(case: Case, seed: int, pool: Pool, *, with_peers: bool) -> FalseAlarms:
    """Judge all windows of a world in which nothing happened that is not normal there."""
    world = draw_world(case, seed, pool)
    scored = ScoredPool.of(pool, world.reference)
    said = [one for one in said_of_all(case, world, scored) if case.is_false(one.block)]
    return FalseAlarms(said=said, peers=_peers(case, world) if with_peers else {})


def _peers(case: Case, world: DrawnWorld) -> dict[str, Tally]:
    alarms: dict[str, list[bool]] = {}
    for end in range(case.window, case.blocks, _PEER_EVERY):
        if not case.is_false(end):
            continue
        first = end + 1 - case.window
        month = world.blocks[max(0, first - MONTH) : first]
        window = world.window(end, case.window)
        for name, alarm in peers_say(world.world.pool, world.reference, month, window).items():
            alarms.setdefault(name, []).append(alarm)
    return {name: Tally(alarms=sum(one), runs=len(one)) for name, one in alarms.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Whether a fault was found.

    Attributes
    ----------
    days
        How many past days there were.
    fault, part
        Which fault, and in which share of the images.
    ours
        Whether we said drift.
    today
        Whether the comparison with the reference said so; None where it was not asked.
    """

    days: int
    fault: str
    part: float
    ours: bool
    today: bool | None = None


def faults_found(
    case: Case, seed: int, pool: Pool, ages: Sequence[int], *, ask_today: bool = False
) -> list[Found]:
    """Judge windows with every fault after some numbers of past days."""
    world = draw_world(replace(case, blocks=max(ages) + 1), seed, pool)
    scored = ScoredPool.of(pool, world.reference)
    asked = [
        (age, Fault(number=number, part=part))
        for age in ages
        for number in range(len(pool.faults))
        for part in PARTS
    ]
    windows = [
        drawn(world.world, world.recipes[age], case.images(age), world.random, fault)
        for age, fault in asked
    ]
    means = Means.of(pool, scored, world.records, windows)
    times = replace(case, blocks=max(ages) + 1).times()
    course = means.course(times)
    found = []
    for day in range(max(ages) + 1):
        for at, (age, fault) in enumerate(asked):
            if age == day:
                verdicts = means.verdicts(course, times, at, times.window(day))
                found.append(
                    Found(
                        days=age,
                        fault=pool.faults[fault.number],
                        part=fault.part,
                        ours=any(one.alarms for one in verdicts),
                        today=_today(pool, world, windows[at]) if ask_today else None,
                    )
                )
        course.meet(day)
    return found


def _today(pool: Pool, world: DrawnWorld, window: Counts) -> bool:
    return our_alarm(table_of(pool, world.reference), table_of(pool, window))


def covered(case: Case, seed: int, pool: Pool, ages: Sequence[int]) -> dict[int, Tally]:
    """Count in how many columns the interval of the level holds the truth, by number of days."""
    world = draw_world(case, seed, pool)
    scored = ScoredPool.of(pool, world.reference)
    families = Means.of(pool, scored, world.records, []).families
    shift = _true_shift(world.world)
    counted = {}
    for days in ages:
        held = []
        for family, table in zip(families, (scored.features, scored.predictions), strict=True):
            levels = level_of(rows_of(family, range(days)), case.times().take(range(days)))
            held += _held(family, levels, table, shift)
        counted[days] = Tally(alarms=sum(held), runs=len(held))
    return counted


def _true_shift(world: World) -> NDArray[np.float64]:
    """Return production's probability of each picture, over a year, less the training's."""
    other = World(pool=world.pool, weather=world.weather, seed=world.seed)
    other.random = np.random.default_rng([world.seed, 99])
    year = [_probabilities(other, other.next()) for _ in range(_TRUE_DAYS)]
    mean: NDArray[np.float64] = np.mean(year, axis=0)
    return mean - _probabilities(other, other.at_training)


def _probabilities(world: World, recipe: Recipe) -> NDArray[np.float64]:
    weights = np.where(world.pool.normal, world.weights(recipe), 0.0)
    shares: NDArray[np.float64] = weights / weights.sum()
    return shares


def _held(
    family: FamilyMeans,
    levels: Mapping[StatisticKey, ScoreLevel],
    table: ScoredTable,
    shift: NDArray[np.float64],
) -> list[bool]:
    places = {key: at for at, key in enumerate(table.scale.keys)}
    held = []
    for at, key in enumerate(family.keys):
        level = levels.get(key)
        if level is None or key.group == JOINT or level.day_spread == 0:
            continue
        if key.method == LOCATION.name:
            own = table.scores[:, places[key]]
            truth = float(shift @ own) / float(table.scale.deviations[places[key]])
            if not np.ptp(own):
                continue
        elif key.method.startswith("share of '"):
            labels, of_row = table.classes[key.group]
            label = key.method.removeprefix("share of '")[:-1]
            truth = float(shift @ (labels[of_row] == label)) / float(family.unit[at])
        else:
            continue
        held.append(level.low <= truth <= level.high)
    return held
