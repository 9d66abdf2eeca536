"""When packed copies of small objects are written, and of which days they are kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

from drift.workplace import Workplace
from jobs.job_file.job import Job
from jobs.times.windows import TimeWindow
from reports.conditional_writes import StillAllowed

_DAY = timedelta(days=1)
# Names tell days of any zone, and the day before a window is read with it.
_MARGIN = 3 * _DAY
# Blocks of rows are as long as they take.
_AMPLE = 2


@contextmanager
def copies_kept(
    place: Workplace, window: TimeWindow, still_allowed: StillAllowed
) -> Iterator[None]:
    """Write the packs of what a run has read, before the last things are read and after.

    Then the packs that neither this run nor a later one looks at are deleted.

    Raises
    ------
    PublishError
        If the job's lock was lost.
    """
    copies = place.copies
    if copies is None:
        yield
        return
    copies.save(still_allowed)
    yield
    copies.save(still_allowed)
    copies.remove_before(first_day_needed(place.job, window), still_allowed)


def first_day_needed(job: Job, window: TimeWindow) -> date:
    """Return the first day whose objects runs of this window and of later ones may read again."""
    length = window.end - window.start
    reach = job.baseline.days * max(_DAY, length) + length
    if job.window.rows is not None:
        reach *= _AMPLE
    if job.has_labels:
        reach = max(reach, job.labels.wait)
    try:
        return (window.end - reach - _MARGIN).astimezone(UTC).date()
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC).date()
