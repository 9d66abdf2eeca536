"""Reading what jobs say of themselves, in a bucket or of a job file; nothing is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from drift.run_request import as_text
from drift.status.job_status import JobStatus, Punctuality, punctuality_of
from jobs.buckets.bucket import Bucket
from jobs.buckets.registry import open_bucket
from jobs.errors import InputError, ObjectError
from jobs.job_file.job import Job
from jobs.times.next_run import expected_by_cron
from reports.conditional_writes import read_if_there
from reports.history.history import parse_time
from reports.history.job_state import JobState, state_of_report
from reports.history.store import read_history
from reports.pages.jobs.making import JobSchedule, state_of_job
from reports.pages.jobs.page import FoundJob
from reports.publishing.job_states import read_job_state, read_jobs
from reports.publishing.latest import LATEST_NAME
from reports.publishing.publish import PAGE_NAME


def jobs_of_bucket(url: str, path: str, now: datetime) -> list[JobStatus]:
    """Return all jobs that have published a run below a folder of a bucket.

    Parameters
    ----------
    url
        The bucket, or that folder itself.
    path
        `reports.path` of the jobs.

    Raises
    ------
    InputError
        If the bucket cannot be read, or no job has published anything there.
    """
    bucket = open_bucket(url.rstrip("/").removesuffix(f"/{path}") or "/")
    found = [_status(bucket, path, one, JobSchedule(), now) for one in read_jobs(bucket, path)]
    if not found:
        raise InputError(
            f"{bucket.url_of(path)}: no job has published a run there. Expected a bucket, such as "
            "gs://your-bucket, whose jobs have it as bucket.url. Where reports.path of the jobs is "
            "another one, name it: --path FOLDER."
        )
    return found


def status_of_job(job: Job, now: datetime) -> JobStatus:
    """Return the status of the job of a job file, by the schedule that the file names now.

    Raises
    ------
    InputError
        If the bucket cannot be read.
    """
    bucket, path = open_bucket(job.bucket.url), job.reports.path
    found = read_job_state(bucket, path, job.name)
    if found is None:
        return JobStatus(job=job.name, bucket=bucket.url, punctuality=Punctuality.NEVER)
    schedule = JobSchedule(cron=job.schedule.cron, timezone=job.schedule.timezone)
    return _status(bucket, path, found, schedule, now)


def _status(
    bucket: Bucket, path: str, job: FoundJob, schedule: JobSchedule, now: datetime
) -> JobStatus:
    status = JobStatus(
        job=job.name,
        bucket=bucket.url,
        punctuality=Punctuality.UNREADABLE,
        problem=job.problem,
    )
    if job.state is None:
        return status
    prefix, moment = f"{path}/{job.name}", as_text(now)
    try:
        state = _scheduled(_with_history(bucket, prefix, job.state, schedule), schedule)
        if state.is_late(moment):
            # What a run could not write, or an older version does not, is no reason for an alarm.
            state = _looked_at_again(bucket, prefix, state, schedule)
    except ObjectError as error:
        return replace(status, problem=error.message)
    return replace(
        status,
        punctuality=punctuality_of(state, moment),
        state=state,
        report_url=bucket.url_of(f"{prefix}/runs/{state.run_id}/{PAGE_NAME}"),
    )


def _with_history(bucket: Bucket, prefix: str, state: JobState, schedule: JobSchedule) -> JobState:
    """Return a state that an older version's report told, with what its history tells beside."""
    if state.recent:
        return state
    rows = read_history(bucket, prefix)
    if not rows or rows[-1].run_id != state.run_id:
        return state
    return state_of_job(state.job, rows, state.made, schedule)


def _scheduled(state: JobState, schedule: JobSchedule) -> JobState:
    if schedule.cron is None or not state.made:
        return state
    expected = expected_by_cron(schedule.cron, schedule.timezone, parse_time(state.made))
    return replace(state, expected=as_text(expected.at), late_after=as_text(expected.late_after))


def _looked_at_again(
    bucket: Bucket, prefix: str, state: JobState, schedule: JobSchedule
) -> JobState:
    """Return what the newest report says where it is newer than the state of a late job."""
    stored = read_if_there(bucket, f"{prefix}/{LATEST_NAME}")
    try:
        latest = None if stored is None else state_of_report(stored.data)
    except ValueError:
        return state
    if latest is None or parse_time(latest.made) <= parse_time(state.made):
        return state
    return _scheduled(_with_history(bucket, prefix, latest, schedule), schedule)
