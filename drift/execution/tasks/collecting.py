"""The last step of an execution: the ordinary run, whose caches hold what tasks measured."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from drift.execution.tasks.plan import ExecutionPlan
from drift.execution.tasks.store import ExecutionStore, executions_of, require_basis
from drift.execution.tasks.this_machine import basis_of
from drift.run_request import RunOptions, requested_window
from drift.workplace import Workplace
from jobs.errors import InputError, UsageError
from jobs.job_file.job import Job
from jobs.times.windows import WindowRequest

Found = TypeVar("Found")
_MOST_NAMED = 20
_DAY = timedelta(days=1)

logger = logging.getLogger(__name__)


def collect(
    place: Workplace,
    execution: str,
    run: Callable[[RunOptions], Found],
    options: RunOptions | None = None,
) -> Found:
    """Do the run of an execution whose shards are all done, and note that it was published.

    It may be repeated: a repeated run writes the same objects again.

    Parameters
    ----------
    execution
        Its name, which was checked.
    run
        Does the ordinary run.
    options
        What was asked for; None for whatever was planned.

    Raises
    ------
    UsageError
        If another window was asked for than was planned.
    InputError
        If there is no plan, shards are missing, or this program or job file is another one.
    DriftError
        Whatever stops the run.
    """
    store = ExecutionStore.of(place, execution)
    plan = store.read_plan()
    if plan is None:
        raise InputError(_no_plan(place, store))
    if options is not None:
        require_window(place.job, options, plan)
    require_basis(store, plan.basis.misfit(basis_of(place, plan.request)))
    if missing := _missing(store, plan):
        raise InputError(missing)
    _compact(place)
    found = run(options_of(plan.request))
    store.finish(plan.basis.run)
    logger.info("execution %s: its run %s is published", execution, plan.basis.run)
    return found


def options_of(request: WindowRequest) -> RunOptions:
    """Return the options by which a run is about a window, whatever the time is now."""
    length = request.last or timedelta()
    since = None if request.last is None else request.end - length
    return RunOptions(until=request.end, since=since, rows=request.rows)


def require_window(job: Job, options: RunOptions, plan: ExecutionPlan) -> None:
    """Make sure that a window which was asked for is the planned one.

    An end that was not asked for is that of the plan: it would follow from the time at which a task
    is started, and a task may be started late, or again.

    Raises
    ------
    UsageError
        If it is another one.
    """
    if options.until is None and options.last is None and options.rows is None:
        return
    planned = plan.request
    with_end = replace(options, until=options.until or planned.end)
    asked = requested_window(job, with_end, planned.end)
    if asked != planned:
        raise UsageError(
            f"the execution was planned for the window of {_in_words(planned)}, and the options "
            f"ask for another one, of {_in_words(asked)}. Give another --execution, or leave the "
            "options away."
        )


def require_this_night(execution: str, request: WindowRequest, plan: ExecutionPlan) -> None:
    """Make sure that an execution that is over was not meant to do the run of another night.

    A name that every night has would find the first night's run published, and do nothing.

    Raises
    ------
    UsageError
        If the window of now ends a day or more after the planned one.
    """
    if request.end - plan.request.end >= _DAY:
        raise UsageError(
            f"execution {execution} has published the run of the window of "
            f"{_in_words(plan.request)}, and now it is the turn of that of {_in_words(request)}. "
            "Give each night's execution a name of its own."
        )


def _in_words(request: WindowRequest) -> str:
    length = f"{request.rows:,} rows" if request.rows is not None else str(request.last)
    return f"{length} that ends at {request.end.isoformat()}"


def _compact(place: Workplace) -> None:
    """Make few parts of the many that tasks have written, so that the run reads few."""
    cache, seeing = place.feature_cache, place.seeing
    if cache is not None:
        cache.compact()
    if seeing is not None and seeing.cache is not None:
        seeing.cache.compact()


def _missing(store: ExecutionStore, plan: ExecutionPlan) -> str:
    """Return in a sentence which shards are not done; empty where all are."""
    done = store.done()
    left = [(at, one) for at, one in enumerate(plan.shards) if one.name not in done]
    if not left:
        return ""
    tasks = sorted({at % plan.tasks for at, _ in left})
    first = "; ".join(
        f"shard {at} ({one.name}) of task {at % plan.tasks}: {one.images:,} images from "
        f"{one.first} on"
        for at, one in left[:3]
    )
    named = ", ".join(map(str, tasks[:_MOST_NAMED])) + (", ..." if len(tasks) > _MOST_NAMED else "")
    return (
        f"{store.plan_url}: {len(left)} of {len(plan.shards)} shards are not done, so nothing is "
        f"published. They are of the tasks {named}. {first}. Start these tasks again, or the whole "
        "array under the same name: what is done is not done again."
    )


def _no_plan(place: Workplace, store: ExecutionStore) -> str:
    there = executions_of(place.bucket, place.prefix)
    known = ", ".join(there[-_MOST_NAMED:]) or "none"
    return (
        f"{store.plan_url}: there is no plan, so there is nothing to collect. Expected task 0 of "
        f"the array to have run; or give another name as --execution (there are: {known})."
    )
