"""What one task of an array does: make or await the plan, measure its shards, collect if last."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import TypeVar

from drift.execution.shard_computing import compute_shard, job_for_workers, open_for_shards
from drift.execution.tasks.array import ArrayTask
from drift.execution.tasks.collecting import collect, require_this_night, require_window
from drift.execution.tasks.plan import ExecutionPlan, PlannedShard
from drift.execution.tasks.store import ExecutionStore, require_basis
from drift.execution.tasks.this_machine import basis_of
from drift.execution.tasks.waiting import Patience, awaited_plan
from drift.run_request import RunOptions, requested_window, run_id
from drift.workplace import Workplace
from jobs.errors import UsageError
from jobs.times.windows import WindowRequest
from reference_stats.extraction.sharded.shard import Shard, ShardDone

Found = TypeVar("Found")

logger = logging.getLogger(__name__)


def run_task(
    place: Workplace,
    task: ArrayTask,
    options: RunOptions,
    run: Callable[[RunOptions], Found],
    patience: Patience | None = None,
) -> Found | None:
    """Do what one task has to do; return what the run found where this task collected.

    What is done already is not done again, so that a task may be killed and started at any time.

    Parameters
    ----------
    place
        The workplace of the job.
    options
        What was asked for; `execution_of` says which execution follows from it.
    run
        Does the ordinary run, where this task is the last one.
    patience
        How long the plan is waited for.

    Raises
    ------
    DriftError
        Whatever stopped the task; its class fixes the exit code.
    """
    request = requested_window(place.job, options, place.clock())
    execution = execution_of(place, task.execution, request)
    store = ExecutionStore.of(place, execution)
    plan = store.read_plan()
    if store.is_finished:
        if plan is not None:
            require_window(place.job, options, plan)
            if options.until is None:
                require_this_night(execution, request, plan)
        logger.info("execution %s has published its run: nothing is left to do", execution)
        return None
    if plan is None and task.index == 0:
        # The log and the days before the window are read by this task alone.
        from drift.execution.tasks.planning import make_plan  # noqa: PLC0415

        plan = make_plan(place, store, request, task.count)
    if plan is None:
        plan = awaited_plan(store, patience or Patience())
    _require_fitting(place, store, plan, task)
    require_window(place.job, options, plan)
    _measure(place, store, plan, task)
    if not _is_last(store, plan, task):
        return None
    return collect(place, execution, run)


def execution_of(place: Workplace, name: str, request: WindowRequest) -> str:
    """Return the name of an execution: the one that is given, or that of the run."""
    return name or run_id(place.job, request)


def _require_fitting(
    place: Workplace, store: ExecutionStore, plan: ExecutionPlan, task: ArrayTask
) -> None:
    if plan.tasks != task.count:
        raise UsageError(
            f"{store.plan_url}: it was made for {plan.tasks} tasks, and this is task {task.index} "
            f"of {task.count}. Expected the same number; or start another execution."
        )
    require_basis(store, plan.basis.misfit(basis_of(place, plan.request)))


def _measure(place: Workplace, store: ExecutionStore, plan: ExecutionPlan, task: ArrayTask) -> None:
    """Measure the shards of a task that are not done, and mark each."""
    done = store.done()
    mine = plan.shards_of(task.index)
    left = [one for one in mine if one.name not in done]
    logger.info("task %s: %d of %d shards are to be measured", task, len(left), len(mine))
    if left:
        # Opened only where something is to be measured.
        with closing(open_for_shards(job_for_workers(place.job))) as opened:
            _measure_all(opened, store, left)


def _measure_all(opened: Workplace, store: ExecutionStore, shards: Sequence[PlannedShard]) -> None:
    for number, planned in enumerate(shards, start=1):
        done = measured(opened, store.read_shard(planned))
        store.mark(done)
        logger.info(
            "shard %s, %d of %d: %d of %d images computed",
            planned.name,
            number,
            len(shards),
            done.computed,
            done.images,
        )
        if done.view_problem:
            logger.warning("shard %s: no views: %s", planned.name, done.view_problem)


def measured(
    opened: Workplace, shard: Shard, pauses_s: Sequence[float] = (2.0, 10.0, 30.0)
) -> ShardDone:
    """Measure a shard; where its bucket refuses all of it, try again, and leave it to the run then.

    The run is refused too, and says what it would say on one machine, or it reads the images.

    Parameters
    ----------
    opened
        Of `open_for_shards`.
    pauses_s
        Between two attempts.
    """
    done = compute_shard(opened, shard)
    for pause_s in pauses_s:
        if not done.refusal:
            return done
        time.sleep(pause_s)
        done = compute_shard(opened, shard)
    if done.refusal:
        first = shard.locations[0].path
        logger.warning(
            "shard %s, from %s on, is left to the run: %s", shard.name, first, done.refusal
        )
    return done


def _is_last(store: ExecutionStore, plan: ExecutionPlan, task: ArrayTask) -> bool:
    """Return whether all shards are done and this task is the one that collects."""
    left = len({one.name for one in plan.shards} - store.done())
    if left:
        logger.info("%d of %d shards are left to other tasks", left, len(plan.shards))
        return False
    claimed = store.claim(task.index)
    if claimed != task.index:
        logger.info("all shards are done; task %d of %d collects", claimed, plan.tasks)
    return claimed == task.index
