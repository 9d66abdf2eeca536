"""What engines have left in the bucket that is of no use any more."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from drift.execution.dask_cluster.rights import marks
from drift.execution.tasks.store import EXECUTIONS_FOLDER, is_finished_mark, is_of_execution
from drift.pruning.plan import Kind, Removal
from drift.workplace import Workplace
from jobs.buckets.bucket import ObjectInfo

# A task that a platform starts late still finds that its execution has finished.
_FINISHED_FOR = timedelta(days=1)
# Nobody starts a task again that failed so long ago.
_GIVEN_UP_FOR = timedelta(days=7)


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
    """Return the marks by which runs asked workers of Dask what these may do, from the second day.

    A run deletes its own at its end, unless it is killed or may not. Where the store does not say
    when objects were written they stay: a run may be looking at them.

    Raises
    ------
    InputError
        If the bucket cannot be listed.
    """
    now = place.clock()
    return tuple(
        Removal(kind=Kind.MARK, name=one.name.rpartition("/")[2], objects=(one,))
        for one in marks(place)
        if one.written is not None and now - one.written > _FINISHED_FOR
    )


def _is_over(objects: list[ObjectInfo], now: datetime) -> bool:
    finished = any(is_finished_mark(one.name) for one in objects)
    written = [one.written for one in objects]
    known = [one for one in written if one is not None]
    if len(known) < len(written):
        return finished
    return now - max(known) > (_FINISHED_FOR if finished else _GIVEN_UP_FOR)
