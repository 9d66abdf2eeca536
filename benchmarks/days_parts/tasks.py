"""All worlds of a benchmark, spread over processes: the same results for any number of them."""

from __future__ import annotations

import enum
import os
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass, replace

from benchmarks.days_parts.cameras import CamerasSaid, cameras_said
from benchmarks.days_parts.cases import CAMERAS, CASES, Case
from benchmarks.days_parts.measures import FalseAlarms, Found, covered, false_alarms, faults_found
from benchmarks.days_parts.pool import Pool
from benchmarks.days_parts.rates import Tally
from benchmarks.days_parts.slow import SlowSaid, slow_said
from benchmarks.days_parts.steps import Step, step_of
from benchmarks.days_parts.views import ViewsSaid, views_said
from benchmarks.days_parts.worlds import Weather

AGES = (3, 7, 14, 60)
AGE_OF_TODAY = 30
AGE_OF_CAMERAS = 28
AGES_OF_LEVEL = (14, 28, 60)
COVERED = (Weather.NONE, Weather.MILD, Weather.MODERATE)
SLOW = (*COVERED, Weather.HEAVY)


class Measure(enum.StrEnum):
    """What a task measures."""

    ALARMS = "false alarms"
    FAULTS = "faults"
    TODAY = "faults without day effects"
    STEP = "step"
    LEVEL = "level"
    TREND = "trend"
    CAMERAS = "cameras"
    VIEWS = "views"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One world of one case."""

    measure: Measure
    case: str
    seed: int
    with_peers: bool = False


Outcome = FalseAlarms | list[Found] | Step | SlowSaid | CamerasSaid | ViewsSaid | dict[int, Tally]


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """How many worlds there are.

    Attributes
    ----------
    pooled, others
        For false alarms: of each case that is pooled over sizes, and of each other one.
    peers
        How many of them are shown to the peers.
    faults, today, steps, levels, trends, cameras, views
        For each other measure, of each kind of days.
    """

    pooled: int
    others: int
    peers: int
    faults: int
    today: int
    steps: int
    levels: int
    trends: int
    cameras: int
    views: int


QUICK = Amount(
    pooled=8, others=4, peers=2, faults=12, today=4, steps=6, levels=8, trends=8, cameras=8, views=8
)
FULL = Amount(
    pooled=24,
    others=16,
    peers=4,
    faults=24,
    today=16,
    steps=24,
    levels=24,
    trends=24,
    cameras=24,
    views=24,
)


def case_named(name: str) -> Case:
    """Return a case by its name."""
    return next(case for case in (*CASES, *CAMERAS) if case.name == name)


def usual_case(weather: Weather) -> Case:
    """Return the case of 1,000 images a day."""
    return next(
        case
        for case in CASES
        if case.weather is weather and case.window == 1 and case.name.endswith(", 1,000 a day")
    )


def tasks_of(amount: Amount, first_seed: int = 0) -> list[Task]:
    """Return all tasks, the longest first.

    Parameters
    ----------
    first_seed
        Added to every world's seed: the model was tuned on the worlds below 10.
    """
    tasks = []
    for case in CASES:
        worlds = amount.pooled if case.bar < 0.02 else amount.others
        tasks += [
            Task(measure=Measure.ALARMS, case=case.name, seed=seed, with_peers=seed < amount.peers)
            for seed in range(worlds)
        ]
    mild, moderate = usual_case(Weather.MILD).name, usual_case(Weather.MODERATE).name
    for name in (mild, moderate):
        tasks += [
            Task(measure=Measure.FAULTS, case=name, seed=100 + seed)
            for seed in range(amount.faults)
        ]
        tasks += [
            Task(measure=Measure.STEP, case=name, seed=200 + seed) for seed in range(amount.steps)
        ]
    none = usual_case(Weather.NONE).name
    tasks += [
        Task(measure=Measure.TODAY, case=none, seed=300 + seed) for seed in range(amount.today)
    ]
    tasks += _of_covered(amount)
    for weather in SLOW:
        tasks += [
            Task(measure=Measure.TREND, case=usual_case(weather).name, seed=500 + seed)
            for seed in range(amount.trends)
        ]
    tasks += [
        Task(measure=Measure.CAMERAS, case=case.name, seed=600 + seed)
        for case in CAMERAS
        for seed in range(amount.cameras)
    ]
    tasks = [replace(task, seed=first_seed + task.seed) for task in tasks]
    return sorted(tasks, key=lambda task: ("10,000" not in task.case, not task.with_peers))


def _of_covered(amount: Amount) -> list[Task]:
    """Return the tasks of the level and of views."""
    return [
        Task(measure=measure, case=usual_case(weather).name, seed=first + seed)
        for weather in COVERED
        for measure, first, worlds in (
            (Measure.LEVEL, 400, amount.levels),
            (Measure.VIEWS, 700, amount.views),
        )
        for seed in range(worlds)
    ]


class _Shared:
    """What every task of this process draws from: set once, since it is large."""

    pool: Pool | None = None


def prepare_process(pool: Pool) -> None:
    """Give a worker process the pool."""
    _Shared.pool = pool
    # Constant columns make the peers' rules warn; once is too often.
    warnings.simplefilter("ignore")


def run_task(task: Task) -> Outcome:
    """Measure one world, in a process that was prepared."""
    if _Shared.pool is None:
        raise RuntimeError("the process was not prepared with `prepare_process`")
    case, pool = case_named(task.case), _Shared.pool
    if task.measure is Measure.ALARMS:
        return false_alarms(case, task.seed, pool, with_peers=task.with_peers)
    if task.measure in (Measure.FAULTS, Measure.TODAY):
        is_today = task.measure is Measure.TODAY
        ages = (AGE_OF_TODAY,) if is_today else AGES
        return faults_found(case, task.seed, pool, ages, ask_today=is_today)
    if task.measure is Measure.STEP:
        return step_of(case, task.seed, pool)
    if task.measure is Measure.TREND:
        return slow_said(case, task.seed, pool)
    if task.measure is Measure.CAMERAS:
        return cameras_said(case, task.seed, pool, AGE_OF_CAMERAS)
    return (
        views_said(case, task.seed, pool)
        if task.measure is Measure.VIEWS
        else covered(case, task.seed, pool, AGES_OF_LEVEL)
    )


def outcomes(tasks: Sequence[Task], pool: Executor) -> Iterator[tuple[Task, Outcome]]:
    """Yield every task with its outcome, in the order in which they end."""
    started = time.monotonic()
    running = {pool.submit(run_task, task): task for task in tasks}
    for done, future in enumerate(as_completed(running), start=1):
        spent = time.monotonic() - started
        print(
            f"\r{done:,} of {len(tasks):,} worlds, {spent:.0f} s ",
            end="",
            file=sys.stderr,
            flush=True,
        )
        yield running[future], future.result()
    print(file=sys.stderr)


def one_thread_each() -> None:
    """Let the processes that follow use one thread each: there are as many as cores."""
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
