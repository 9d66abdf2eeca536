"""Doing it: what nothing may lead to any more is unnamed first and deleted then."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from drift.pruning.plan import Kind, Removal
from drift.pruning.survey import PlannedPruning
from drift.workplace import Workplace
from jobs.buckets.bucket import Bucket
from jobs.errors import ObjectError, PublishError
from reports.history.pruned_runs import change_pruned
from reports.pages.links import JobLinks
from reports.publishing.neighbours import unlink_runs
from reports.publishing.publish import publish_errors, rebuild_index

_AT_ONCE = 16


def prune(place: Workplace, found: PlannedPruning, still_allowed: Callable[[], None]) -> None:
    """Do what was found to be done; call it while the job's lock is held.

    Killed at any moment it leaves no link to what is gone: first the bucket says which runs have
    no report, then the index and the pages of the runs around are made anew, and only then objects
    are deleted, those first that name others. The next pruning finds what is left.

    Parameters
    ----------
    still_allowed
        Raises where the lock was lost; nothing is written or deleted after that.

    Raises
    ------
    PublishError
        If an object could not be written or deleted.
    """
    plan = found.plan
    still_allowed()
    if plan.changes_index:
        with publish_errors():
            before = found.history.read_pruned()
            change_pruned(place.bucket, place.prefix, before, lambda _: plan.pruned, still_allowed)
        rebuild_index(
            place.bucket,
            place.prefix,
            place.job.name,
            place.job.reports.link_template,
            still_allowed,
        )
        _unlink(place, found, still_allowed)
    for kind in Kind:
        of_kind = [one for one in plan.removals if one.kind is kind]
        _delete(place.bucket, of_kind, still_allowed)


def _unlink(place: Workplace, found: PlannedPruning, still_allowed: Callable[[], None]) -> None:
    template = place.job.reports.link_template
    links = JobLinks(job=place.job.name, prefix=place.prefix, template=template, up="../../")
    with publish_errors():
        unlink_runs(place.bucket, links, found.history.rows, found.plan.pruned, still_allowed)


def _delete(bucket: Bucket, removals: Sequence[Removal], still_allowed: Callable[[], None]) -> None:
    """Delete objects, many removals side by side and the objects of each in their order."""
    stopped = threading.Event()

    def delete_all(removal: Removal) -> None:
        for info in removal.objects:
            if stopped.is_set():
                return
            still_allowed()
            _delete_one(bucket, info.name)

    with ThreadPoolExecutor(max_workers=_AT_ONCE) as workers:
        running = [workers.submit(delete_all, removal) for removal in removals]
        try:
            for one in as_completed(running):
                one.result()
        except BaseException:
            stopped.set()
            raise


def _delete_one(bucket: Bucket, name: str) -> None:
    try:
        bucket.delete(name)
    except ObjectError as error:
        raise PublishError(
            f"{error.url}: the object could not be deleted: {error.problem} What is left goes "
            "with the next drift prune."
        ) from error
