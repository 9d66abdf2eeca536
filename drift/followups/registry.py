"""The follow-ups of a run, by name; each is imported when the job asks for it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from drift.followups.finished_run import FollowUp
from jobs.job_file.job import Job


def follow_ups(job: Job) -> Mapping[str, Callable[[], FollowUp]]:
    """Return what loads each follow-up of a run, in the order in which they are run."""
    asked_for: dict[str, Callable[[], FollowUp]] = {}
    # First of all, so that nothing slow delays a message.
    if os.environ.get(job.notifications.urls_from, "").strip():
        asked_for["notifications"] = _notify
    metrics = job.metrics
    if any((metrics.textfile, metrics.pushgateway, metrics.otlp)):
        asked_for["metrics"] = _metrics
    if job.evidently.workspace is not None:
        asked_for["evidently.workspace"] = _workspace
    # Of every job: nobody waits for it, and so it comes last.
    asked_for["the page over all jobs"] = _all_jobs
    return asked_for


def _all_jobs() -> FollowUp:
    from drift.followups.all_jobs import tell_all_jobs  # noqa: PLC0415 - with the others

    return tell_all_jobs


def _workspace() -> FollowUp:
    from drift.followups.workspace import add_to_workspace  # noqa: PLC0415 - when asked for

    return add_to_workspace


def _metrics() -> FollowUp:
    from drift.followups.metrics import export_metrics  # noqa: PLC0415 - when asked for

    return export_metrics


def _notify() -> FollowUp:
    from drift.followups.notify import notify  # noqa: PLC0415 - when asked for

    return notify
