"""Adding a run's snapshot to an Evidently workspace."""

from __future__ import annotations

import contextlib
import logging
from pathlib import Path

from drift.evidently_workspace import WorkspaceFiles, workspace_files
from drift.followups.finished_run import FinishedRun
from jobs.buckets.bucket import JSON, Bucket
from jobs.endpoints import without_secrets
from jobs.errors import ObjectError, ObjectExistsError, PublishError, UsageError
from reports.links import link_by_template

logger = logging.getLogger(__name__)


def add_to_workspace(run: FinishedRun) -> None:
    """Write the run's snapshot to `evidently.workspace`, over that of an earlier run of its id.

    The job's project is made where there is none. A run without a snapshot adds nothing.

    Raises
    ------
    UsageError
        If nothing here can write to such a URL.
    PublishError
        If the workspace could not be written.
    """
    url = run.place.job.evidently.workspace
    if url is None:
        return
    shown = without_secrets(url)
    if run.snapshot is None:
        logger.info("nothing was compared, so there is nothing to add to %s", shown)
        return
    files = workspace_files(run.findings, run.snapshot, _link(run))
    try:
        _write(_open(run, url), files)
    except ObjectError as error:
        raise PublishError(
            f"{error.url}: the run could not be added to the Evidently workspace: {error.problem}"
        ) from error
    logger.info("added the run to the Evidently workspace %s", shown)


def _link(run: FinishedRun) -> str | None:
    job, run_id = run.place.job, run.findings.run_id
    template = job.reports.link_template
    return link_by_template(template, job=job.name, path=run.page_name, run_id=run_id)


def _open(run: FinishedRun, url: str) -> Bucket:
    if "://" not in url:
        _make_folder(url)
    try:
        return run.place.open_bucket(url)
    except UsageError:
        raise UsageError(
            f"evidently.workspace is {without_secrets(url)!r}, which nothing here can write to. "
            'Expected a folder, or a URL such as "gs://your-bucket/evidently".'
        ) from None


def _make_folder(path: str) -> None:
    try:
        Path(path).expanduser().mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PublishError(
            f"evidently.workspace is {path!r}: the folder could not be made ({error.strerror}). "
            "Expected a folder that the user who runs the job may write to."
        ) from error


def _write(workspace: Bucket, files: WorkspaceFiles) -> None:
    """Write the project first: a running ``evidently ui`` only sees snapshots of known projects."""
    for name, data in files.made_once.items():
        with contextlib.suppress(ObjectExistsError):
            workspace.create(name, data, JSON)
    try:
        # A running ``evidently ui`` notices files that appear, but none that is moved over another.
        workspace.create(files.snapshot_name, files.snapshot, JSON)
    except ObjectExistsError:
        workspace.write(files.snapshot_name, files.snapshot, JSON)
