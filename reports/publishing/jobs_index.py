"""Publishing the page over all jobs below one folder: by whichever job has just run."""

from __future__ import annotations

import logging

from jobs.buckets.bucket import Bucket
from reports.conditional_writes import put_if_unchanged, read_if_there
from reports.pages.jobs.page import MARKER, jobs_page
from reports.publishing.index import INDEX_KIND, INDEX_NAME
from reports.publishing.job_states import read_jobs

# A page of a thousand jobs has four megabytes.
_MOST_BYTES = 100_000_000
_ATTEMPTS = 2

logger = logging.getLogger(__name__)


def write_jobs_index(bucket: Bucket, path: str) -> None:
    """Make the page over all jobs anew; call it once the own job's state is written.

    A page that this program did not write is left as it is. Two attempts are enough for any number
    of writers: each reads the page before the states. Whoever is faster than the first attempt may
    not have seen this job's state; whoever is faster than the second one has read a page that came
    after it, and the states after that.

    Parameters
    ----------
    path
        `reports.path`; the page is ``index.html`` in it.

    Raises
    ------
    ObjectError
        If an object could not be read or written.
    """
    name = f"{path}/{INDEX_NAME}"
    for _ in range(_ATTEMPTS):
        before = read_if_there(bucket, name, _MOST_BYTES)
        if before is not None and MARKER not in before.data:
            logger.info(
                "%s is no page of this program and is left as it is: there is no page over all "
                "jobs.",
                bucket.url_of(name),
            )
            return
        jobs = read_jobs(bucket, path)
        page = jobs_page(path, jobs, bucket.url)
        if before is not None and before.data == page:
            return
        version = None if before is None else before.version
        if put_if_unchanged(bucket, name, page, version, INDEX_KIND) is not None:
            return
