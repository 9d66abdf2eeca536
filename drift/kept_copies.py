"""When packed copies of small objects are written, and of which days they are kept."""

from __future__ import annotations

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


def save_copies(
    place: Workplace, still_allowed: StillAllowed, *, of_run: TimeWindow | None = None
) -> None:
    """Write the packs that were made so far.

    Parameters
    ----------
    of_run
        The window of a run that has read all that it reads: then the packs that neither it nor a
        later run looks at are deleted.

    Raises
    ------
    PublishError
        If the job's lock was lost.
    """
    copies = place.copies
    if copies is None:
        return
    copies.save(still_allowed)
    if of_run is not None:
        copies.remove_before(first_day_needed(place.job, of_run), still_allowed)


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
