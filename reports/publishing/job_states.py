"""Reading what the jobs below one folder say of themselves, and writing what one says."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from jobs.buckets.bucket import JSON, Bucket, ObjectInfo, ObjectKind, StoredObject
from jobs.errors import ObjectError
from jobs.job_file.value_kinds import job_name
from reports.conditional_writes import ATTEMPTS, put_if_unchanged, read_if_there, too_busy
from reports.findings.run import RunFindings
from reports.history.history import HistoryRow, parse_time
from reports.history.job_state import (
    STATE_NAME,
    JobState,
    parse_state,
    state_bytes,
    state_of_report,
)
from reports.pages.jobs.making import JobSchedule, state_of_job
from reports.pages.jobs.page import FoundJob
from reports.publishing.latest import LATEST_NAME

# A report has some hundred kilobytes, a state three.
_MOST_BYTES = 50_000_000
_AT_ONCE = 16
_STATE_KIND = ObjectKind(content_type=JSON.content_type, cache_control="no-cache")

logger = logging.getLogger(__name__)


def read_jobs(bucket: Bucket, path: str) -> tuple[FoundJob, ...]:
    """Return the jobs that have published a run below a folder, by name.

    One small read a job; of a job whose last run was of a version that wrote no ``state.json``,
    its ``latest.json`` is read.

    Parameters
    ----------
    path
        `reports.path`.

    Raises
    ------
    ObjectError
        If the folder cannot be listed.
    """
    return read_states(bucket, path, job_folders(bucket, path))


def job_folders(bucket: Bucket, path: str) -> list[str]:
    """Return the folders below `reports.path` that may be jobs', by name.

    Raises
    ------
    ObjectError
        If the folder cannot be listed.
    """
    folder = f"{path}/"
    folders = [one for one in bucket.level(folder) if not isinstance(one, ObjectInfo)]
    return [name for one in folders if _is_job(name := one.removeprefix(folder).rstrip("/"))]


def read_states(bucket: Bucket, path: str, names: Sequence[str]) -> tuple[FoundJob, ...]:
    """Return what some jobs say of themselves, without those that have published no run."""
    with ThreadPoolExecutor(_AT_ONCE) as readers:
        found = list(readers.map(lambda name: read_job_state(bucket, path, name), names))
    return tuple(one for one in found if one is not None)


def read_job_state(bucket: Bucket, path: str, job: str) -> FoundJob | None:
    """Return what one job says of itself; None where it has published no run."""
    prefix = f"{path}/{job}"
    problem = ""
    try:
        for name, parse in ((STATE_NAME, parse_state), (LATEST_NAME, state_of_report)):
            stored = read_if_there(bucket, f"{prefix}/{name}", _MOST_BYTES)
            if stored is None:
                continue
            try:
                return FoundJob(name=job, state=parse(stored.data))
            except ValueError as error:
                url = bucket.url_of(f"{prefix}/{name}")
                problem = problem or f"{url}: it says nothing of the job ({error})."
    except ObjectError as error:
        problem = problem or error.message
    return FoundJob(name=job, problem=problem) if problem else None


def save_state(
    bucket: Bucket,
    prefix: str,
    findings: RunFindings,
    rows: Sequence[HistoryRow],
    schedule: JobSchedule,
) -> JobState:
    """Write what a job says of itself once a run of it is published; return it.

    It never shows an older window than it did, and the same run writes the same bytes again.

    Parameters
    ----------
    prefix
        The job's folder.
    rows
        All rows of its history, sorted, that of the run among them.

    Raises
    ------
    ObjectError
        If it could not be read or written.
    PublishError
        If others kept changing it.
    """
    name = f"{prefix}/{STATE_NAME}"
    for _ in range(ATTEMPTS):
        stored = read_if_there(bucket, name)
        known = _known(bucket, name, stored)
        if known is not None and parse_time(known.window_end) > rows[-1].end:
            return known
        made = _made(bucket, prefix, findings, rows[-1], known)
        state = state_of_job(findings.job, rows, made, schedule)
        data = state_bytes(state)
        if stored is not None and stored.data == data:
            return state
        version = None if stored is None else stored.version
        if put_if_unchanged(bucket, name, data, version, _STATE_KIND) is not None:
            return state
    raise too_busy(bucket, name)


def _is_job(folder: str) -> bool:
    try:
        job_name(folder)
    except ValueError:
        return False
    return True


def _known(bucket: Bucket, name: str, stored: StoredObject | None) -> JobState | None:
    if stored is None:
        return None
    try:
        return parse_state(stored.data)
    except ValueError as error:
        url = bucket.url_of(name)
        logger.warning("%s is no state of a job (%s) and is replaced by this run's.", url, error)
        return None


def _made(
    bucket: Bucket,
    prefix: str,
    findings: RunFindings,
    newest: HistoryRow,
    known: JobState | None,
) -> str:
    """Return when the run with the newest window was made; empty where nothing tells."""
    if newest.run_id == findings.run_id:
        return findings.generated_at
    if known is not None and known.run_id == newest.run_id:
        return known.made
    try:
        stored = read_if_there(bucket, f"{prefix}/{LATEST_NAME}")
        latest = None if stored is None else state_of_report(stored.data)
    except ValueError:
        return ""
    return latest.made if latest is not None and latest.run_id == newest.run_id else ""
