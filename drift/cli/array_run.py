"""A task or the last step of an array job for the commands."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

from drift.execution.tasks.array import ArrayTask, LastStep
from drift.execution.tasks.collecting import collect
from drift.execution.tasks.task import execution_of, run_task
from drift.run_request import RunOptions, requested_window
from drift.workplace import open_workplace
from jobs.job_file.job import Job
from reports.findings.run import RunFindings


def execute_part(
    job: Job,
    part: ArrayTask | LastStep,
    run: Callable[[RunOptions], RunFindings],
    options: RunOptions,
) -> RunFindings | None:
    """Do one part of an array; return what the run found where this part did it.

    Parameters
    ----------
    run
        Does the ordinary run, and prints its result.
    """
    with closing(open_workplace(job)) as place:
        if isinstance(part, ArrayTask):
            return run_task(place, part, options, run)
        request = requested_window(job, options, place.clock())
        return collect(place, execution_of(place, part.execution, request), run, options)
