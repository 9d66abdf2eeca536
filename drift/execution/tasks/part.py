"""One part of an array job, a task or the last step, from its job to its end."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import TypeVar

from drift.execution.tasks.array import ArrayTask, LastStep
from drift.execution.tasks.collecting import collect
from drift.execution.tasks.task import execution_of, run_task
from drift.run_request import RunOptions, requested_window
from drift.workplace import open_workplace
from jobs.job_file.job import Job

Found = TypeVar("Found")


def execute_part(
    job: Job,
    part: ArrayTask | LastStep,
    run: Callable[[RunOptions], Found],
    options: RunOptions,
) -> Found | None:
    """Do one part of an array; return what the run found where this part did it.

    Parameters
    ----------
    run
        Does the ordinary run.
    """
    with closing(open_workplace(job)) as place:
        if isinstance(part, ArrayTask):
            return run_task(place, part, options, run)
        request = requested_window(job, options, place.clock())
        return collect(place, execution_of(place, part.execution, request), run, options)
