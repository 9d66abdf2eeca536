"""Opening what a job has published: from its job file, or from its folder."""

from __future__ import annotations

import os
from pathlib import Path

from drift.notebook.job_reports import JobReports
from drift.workplace import open_workplace
from jobs.buckets.registry import open_bucket
from jobs.errors import InputError, ObjectMissingError
from jobs.job_file.job import Job
from jobs.job_file.reading import load_job
from reports.publishing.latest import LATEST_NAME


def open_job(where: str | Path | Job) -> JobReports:
    """Return what a job has published, for reading.

    Parameters
    ----------
    where
        The job file, whose name ends in ``.toml``; environment variables such as
        ``DRIFT__BUCKET__URL`` override it as in ``drift run``. Or the URL or path of the job's
        folder below `reports.path`, such as ``gs://your-bucket/data_drift_reports/dogs``: then
        `JobReports.features` and pictures are not to be had, because they need the job file.

    Raises
    ------
    JobFileError
        If the job file has faults.
    InputError
        If nothing of a job is in the folder.

    Examples
    --------
    >>> open_job("job.toml")
    <JobReports of 'dogs' in ...data_drift_reports/dogs>
    >>> open_job("data_drift_reports/dogs").history()["verdict"].tolist()
    ['steady', 'drift']
    """
    if isinstance(where, Job):
        return _of_job(where)
    if str(where).endswith(".toml"):
        return _of_job(load_job(Path(where), os.environ))
    return _of_folder(str(where))


def _of_job(job: Job) -> JobReports:
    place = open_workplace(job, writes=False)
    return JobReports(bucket=place.bucket, prefix=place.prefix, place=place)


def _of_folder(url: str) -> JobReports:
    above, _, name = url.rstrip("/").rpartition("/")
    reports = None
    if "://" not in url:
        folder = Path(url).expanduser().absolute()
        if folder.is_dir():
            reports = JobReports(bucket=open_bucket(str(folder.parent)), prefix=folder.name)
    elif not above.endswith(":/"):
        reports = JobReports(bucket=open_bucket(above), prefix=name)
    if reports is None or not _is_published(reports):
        raise InputError(
            f"{url}: no job has published anything there. Expected a job file such as dogs.toml, "
            "or the folder of a job below reports.path, which holds latest.json, such as "
            "gs://your-bucket/data_drift_reports/dogs."
        )
    return reports


def _is_published(reports: JobReports) -> bool:
    try:
        reports.bucket.info(f"{reports.prefix}/{LATEST_NAME}")
    except ObjectMissingError:
        return False
    return True
