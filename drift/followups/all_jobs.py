"""Telling the page over all jobs of the bucket what has become of this one."""

from __future__ import annotations

import logging

from drift.followups.finished_run import FinishedRun
from jobs.errors import DriftError
from reports.publishing.jobs_index import tell_jobs_index

logger = logging.getLogger(__name__)


def tell_all_jobs(run: FinishedRun) -> None:
    """Write the job's ``state.json``, and then the page over all jobs below `reports.path`.

    Where that may not be written it is a warning: a job's account may be allowed its own folder
    only, and everything that is asked of the run is done.
    """
    place = run.place
    try:
        path = place.job.reports.path
        tell_jobs_index(place.bucket, path, run.findings, run.rows, run.schedule)
    except DriftError as error:
        logger.warning("the page over all jobs was not written: %s", error.message)
