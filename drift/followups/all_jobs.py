"""Telling the page over all jobs of the bucket what has become of this one."""

from __future__ import annotations

import logging

from drift.followups.finished_run import FinishedRun
from jobs.errors import DriftError
from reports.publishing.job_states import save_state
from reports.publishing.jobs_index import write_jobs_index

logger = logging.getLogger(__name__)


def tell_all_jobs(run: FinishedRun) -> None:
    """Write the job's ``state.json``, and then the page over all jobs below `reports.path`.

    Where that may not be written it is a warning: a job's account may be allowed its own folder
    only, and everything that is asked of the run is done.
    """
    place = run.place
    try:
        save_state(place.bucket, place.prefix, run.findings, run.rows, run.schedule)
        write_jobs_index(place.bucket, place.job.reports.path)
    except DriftError as error:
        logger.warning("the page over all jobs was not written: %s", error.message)
