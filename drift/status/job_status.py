"""Whether a job has run when it should have."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass

from jobs.errors import ExitCode
from reports.history.job_state import JobState


class Punctuality(enum.StrEnum):
    """Whether a job has run when it should have; the ones that need a look come first."""

    LATE = "late"
    NEVER = "never ran"
    UNREADABLE = "cannot be read"
    UNKNOWN = "no rhythm yet"
    PUNCTUAL = "on time"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatus:
    """What is known of a job now.

    Attributes
    ----------
    job, bucket
        Its name, and the URL of its bucket.
    punctuality
        Whether it has run when it should have.
    state
        What it says of itself; None where it has never run, or that could not be read.
    problem
        Why it could not be read; else empty.
    report_url
        The URL of its newest report; empty where there is none.
    """

    job: str
    bucket: str
    punctuality: Punctuality
    state: JobState | None = None
    problem: str = ""
    report_url: str = ""


def punctuality_of(state: JobState, now: str) -> Punctuality:
    """Return whether a job that says this of itself has run when it should have."""
    if not state.late_after:
        return Punctuality.UNKNOWN
    return Punctuality.LATE if state.is_late(now) else Punctuality.PUNCTUAL


def exit_code_of_jobs(jobs: Iterable[JobStatus]) -> ExitCode:
    """Return 9 where a job has not run when it should have, else 5 where one cannot be read."""
    found = {one.punctuality for one in jobs}
    if found & {Punctuality.LATE, Punctuality.NEVER}:
        return ExitCode.LATE
    return ExitCode.INPUT if Punctuality.UNREADABLE in found else ExitCode.FINISHED
