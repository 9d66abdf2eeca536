"""What engines leave in the bucket that is of no use any more: executions, and marks of runs."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from drift.execution.dask_cluster.rights import is_mark
from drift.execution.tasks.store import EXECUTIONS_FOLDER, is_finished_mark, is_of_execution
from drift.pruning.plan import Kind, Removal
from drift.workplace import Workplace
from jobs.buckets.bucket import ObjectInfo
from jobs.job_file.value_kinds import FEATURES_FOLDER

# A task that a platform starts late still finds that its execution has finished.
_FINISHED_FOR = timedelta(days=1)
# Nobody starts a task again that failed so long ago.
_GIVEN_UP_FOR = timedelta(days=7)
# No run goes on for so long that its workers would still look for its mark.
_MARKED_FOR = timedelta(days=7)


def old_executions(place: Workplace) -> tuple[Removal, ...]:
    """Return the executions of a job that finished a day ago, or were given up for a week.

    Where the store does not say when objects were written, those that have finished.

    Raises
    ------
    InputError
        If the bucket cannot be listed.
    """
    folder = f"{place.prefix}/{EXECUTIONS_FOLDER}/"
    found: dict[str, list[ObjectInfo]] = defaultdict(list)
    for info in place.bucket.list(folder):
        name, *file = info.name.removeprefix(folder).split("/")
        if is_of_execution(file):
            found[name].append(info)
    now = place.clock()
    return tuple(
        Removal(kind=Kind.EXECUTION, name=name, objects=tuple(objects))
        for name, objects in sorted(found.items())
        if _is_over(objects, now)
    )


def old_marks(place: Workplace) -> tuple[Removal, ...]:
    """Return what runs with workers have left beside the caches when they were killed a week ago.

    All jobs share the folder: the mark of a run that is going on is of this week. Where the store
    does not say when an object was written, it stays.

    Raises
    ------
    InputError
        If the bucket cannot be listed.
    """
    folder = f"{place.job.reports.path.strip('/')}/{FEATURES_FOLDER}/"
    now = place.clock()
    return tuple(
        Removal(kind=Kind.MARK, name=name, objects=(info,))
        for info in place.bucket.level(folder)
        if isinstance(info, ObjectInfo)
        and is_mark(name := info.name.removeprefix(folder))
        and info.written is not None
        and now - info.written > _MARKED_FOR
    )


def _is_over(objects: list[ObjectInfo], now: datetime) -> bool:
    finished = any(is_finished_mark(one.name) for one in objects)
    written = [one.written for one in objects]
    known = [one for one in written if one is not None]
    if len(known) < len(written):
        return finished
    return now - max(known) > (_FINISHED_FOR if finished else _GIVEN_UP_FOR)
