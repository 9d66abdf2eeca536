"""Publishing the page over all jobs below one folder: by whichever job has just run."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from jobs.buckets.bucket import Bucket, StoredObject
from reports.conditional_writes import put_if_unchanged, read_if_there
from reports.findings.run import RunFindings
from reports.history.history import HistoryRow
from reports.pages.jobs.making import JobSchedule
from reports.pages.jobs.page import MARKER, FoundJob, jobs_page
from reports.publishing.index import INDEX_KIND, INDEX_NAME
from reports.publishing.job_states import job_folders, read_states, save_state

# A page of a thousand jobs has four megabytes.
_MOST_BYTES = 100_000_000
_ATTEMPTS = 3

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Before:
    """The page as it was, and what the other jobs said of themselves after it was read."""

    page: StoredObject | None
    others: tuple[FoundJob, ...]


def tell_jobs_index(
    bucket: Bucket,
    path: str,
    findings: RunFindings,
    rows: Sequence[HistoryRow],
    schedule: JobSchedule,
) -> None:
    """Write what the job says of itself, and then the page over all jobs.

    A page that this program did not write is left as it is. Three attempts are enough for any
    number of writers: each reads the page before the states. Whoever was faster than the second
    attempt may not have seen this job's state; whoever is faster than the third one has read a page
    that came after this job's state was written, and the states after that.

    Parameters
    ----------
    path
        `reports.path`; the page is ``index.html`` in it.
    rows
        All rows of the job's history, sorted, that of the run among them.

    Raises
    ------
    ObjectError
        If an object could not be read or written.
    PublishError
        If others kept changing the job's state.
    """
    name, job = f"{path}/{INDEX_NAME}", findings.job
    with ThreadPoolExecutor(1) as other:
        looking = other.submit(_look, bucket, path, job)
        own = FoundJob(
            name=job, state=save_state(bucket, f"{path}/{job}", findings, rows, schedule)
        )
        before = looking.result()
    for attempt in range(_ATTEMPTS):
        found = before if attempt == 0 else _look(bucket, path, job)
        if found.page is not None and MARKER not in found.page.data:
            logger.info(
                "%s is no page of this program and is left as it is: there is no page over all "
                "jobs.",
                bucket.url_of(name),
            )
            return
        page = jobs_page(path, (*found.others, own), bucket.url)
        if found.page is not None and found.page.data == page:
            return
        version = None if found.page is None else found.page.version
        if put_if_unchanged(bucket, name, page, version, INDEX_KIND) is not None:
            return


def _look(bucket: Bucket, path: str, own: str) -> _Before:
    # The page first: who is on it has a folder by the time that they are listed.
    page = read_if_there(bucket, f"{path}/{INDEX_NAME}", _MOST_BYTES)
    names = [name for name in job_folders(bucket, path) if name != own]
    return _Before(page=page, others=read_states(bucket, path, names))
