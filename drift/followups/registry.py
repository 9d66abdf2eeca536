"""The follow-ups of a run, by name; each is imported when the job asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from drift.followups.finished_run import FollowUp
from jobs.job import Job


def follow_ups(job: Job) -> Mapping[str, Callable[[], FollowUp]]:
    """Return what loads each follow-up that the job file asks for, in the order they are run."""
    del job
    return {}
