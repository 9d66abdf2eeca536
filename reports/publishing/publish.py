"""Publishing a run: in an order that never shows half of it, and never moves the newest back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace

from jobs.buckets.bucket import JSON, Bucket, ObjectKind
from jobs.errors import ObjectError, PublishError
from reports.conditional_writes import (
    ATTEMPTS,
    StillAllowed,
    always_allowed,
    put_if_unchanged,
    read_if_there,
    taken_over,
    too_busy,
)
from reports.findings.run import RunFindings
from reports.history.history import HistoryRow, history_bytes, history_name, history_row
from reports.history.parsing import parse_history_row
from reports.history.pruned_runs import change_pruned
from reports.history.store import HistoryReader
from reports.json_report.report import report_json
from reports.pages.links import JobLinks
from reports.publishing.index import look_at_index, write_index
from reports.publishing.latest import LATEST_NAME, Newest, move_latest
from reports.publishing.neighbours import link_neighbours, look_at_neighbours

REPORT_NAME = "report.json"
PAGE_NAME = "report.html"
_AT_ONCE = 8
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """Where a run was published.

    Attributes
    ----------
    report_url
        The URL of the run's page, or of its ``report.json`` where no page was given.
    is_latest
        Whether ``latest.json`` now shows this run; False after a backfill of an older window.
    """

    report_url: str
    is_latest: bool


def run_prefix(prefix: str, run_id: str) -> str:
    """Return the folder of a run below its job's folder, without a slash at its end."""
    return f"{prefix}/runs/{run_id}"


def publish(  # noqa: PLR0913 - the optional ones are named where it is called
    bucket: Bucket,
    prefix: str,
    findings: RunFindings,
    files: Mapping[str, tuple[bytes, ObjectKind]],
    *,
    emptied: Mapping[str, tuple[bytes, ObjectKind]] | None = None,
    still_allowed: StillAllowed = always_allowed,
    link_template: str | None = None,
    history: HistoryReader | None = None,
) -> Published:
    """Write a run's files, links to it, its history row, and then what shows the newest run.

    Repeating it writes the same objects again. ``report.json`` is made from `findings` and is the
    last of the run's files: a run with one is complete.

    Parameters
    ----------
    prefix
        The job's folder in the bucket, without a slash at its end.
    files
        Content and kind by name below the run's folder, beside ``report.json``.
    emptied
        The same of files that this run does not have: written only over those that an earlier run
        of the same window left.
    still_allowed
        Called before each write, after what the write replaces was looked at; it raises to end the
        publication, for instance when the lock was lost.
    link_template
        `reports.link_template`, by which the index makes its links.
    history
        A reader of the job's history; what it has read before is not read again.

    Raises
    ------
    PublishError
        If an object could not be written or read, or another run has written this one's files
        meanwhile; the message names it.
    """
    report = report_json(findings)
    rows = history or HistoryReader(bucket, prefix)
    latest = f"{prefix}/{LATEST_NAME}"
    links = JobLinks(job=findings.job, prefix=prefix, template=link_template, up="../../")
    with publish_errors(), ThreadPoolExecutor(_AT_ONCE) as others:
        # What will be replaced is read while the files are written; a change since is noticed.
        index_before = others.submit(look_at_index, bucket, prefix, rows)
        latest_before = others.submit(read_if_there, bucket, latest)
        around = others.submit(
            lambda: look_at_neighbours(
                bucket, links.without(index_before.result().pruned.run_ids), rows.rows, findings
            )
        )
        own = _OwnFiles.look(bucket, run_prefix(prefix, findings.run_id), still_allowed)
        page = own.write({**own.among(emptied or {}), **files}, report, others)
        link_neighbours(bucket, around.result(), still_allowed)
        before = index_before.result()
        pruned = change_pruned(
            bucket, prefix, before.pruned, lambda ids: ids - {findings.run_id}, still_allowed
        )
        before = replace(before, pruned=pruned)
        row = history_row(findings)
        _write_row(bucket, prefix, row, rows, still_allowed)
        newest = Newest(report=report, end=row.end, before=latest_before.result())
        is_latest = move_latest(bucket, latest, newest, still_allowed)
        write_index(bucket, prefix, findings.job, link_template, before, still_allowed)
    return Published(report_url=bucket.url_of(page), is_latest=is_latest)


def change_row(
    bucket: Bucket,
    prefix: str,
    run_id: str,
    change: Callable[[HistoryRow], HistoryRow],
    still_allowed: StillAllowed = always_allowed,
) -> HistoryRow:
    """Rewrite the history row of a published run and the index; return the new row.

    Nothing is written where the change leaves the row as it is.

    Raises
    ------
    PublishError
        If the row is not there, cannot be understood, or could not be written.
    """
    name = history_name(prefix, run_id)
    with publish_errors():
        for _ in range(ATTEMPTS):
            stored = bucket.read(name)
            row = _parse(bucket, name, stored.data)
            changed = change(row)
            if changed == row:
                return row
            still_allowed()
            if put_if_unchanged(bucket, name, history_bytes(changed), stored.version, JSON):
                return changed
    raise too_busy(bucket, name)


def rebuild_index(
    bucket: Bucket,
    prefix: str,
    job: str,
    link_template: str | None = None,
    still_allowed: StillAllowed = always_allowed,
) -> None:
    """Make the index of all runs anew from the history.

    Raises
    ------
    PublishError
        If it could not be written.
    """
    with publish_errors():
        write_index(bucket, prefix, job, link_template, still_allowed=still_allowed)


@contextmanager
def publish_errors() -> Iterator[None]:
    """Turn what goes wrong with an object inside into a `PublishError` that names it."""
    try:
        yield
    except ObjectError as error:
        raise PublishError(
            f"{error.url}: the report could not be published: {error.problem}"
        ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _OwnFiles:
    """The files of one run, and the versions that they had before its lock was checked."""

    bucket: Bucket
    folder: str
    versions: Mapping[str, str]
    still_allowed: StillAllowed

    @classmethod
    def look(cls, bucket: Bucket, folder: str, still_allowed: StillAllowed) -> _OwnFiles:
        """Look at what an earlier run of the same window has left; nothing is written yet."""
        versions = {info.name: info.version for info in bucket.list(f"{folder}/")}
        return cls(bucket=bucket, folder=folder, versions=versions, still_allowed=still_allowed)

    def among(
        self, files: Mapping[str, tuple[bytes, ObjectKind]]
    ) -> Mapping[str, tuple[bytes, ObjectKind]]:
        """Return those of some files that are there."""
        return {
            name: one for name, one in files.items() if f"{self.folder}/{name}" in self.versions
        }

    def write(
        self,
        files: Mapping[str, tuple[bytes, ObjectKind]],
        report: bytes,
        writers: Executor,
    ) -> str:
        """Write all files, ``report.json`` last; return the name of the page."""
        self.still_allowed()
        others = [(name, *files[name]) for name in sorted(set(files) - {REPORT_NAME})]
        for written in [writers.submit(self._put, *one) for one in others]:
            written.result()
        self.still_allowed()
        self._put(REPORT_NAME, report, JSON)
        return f"{self.folder}/{PAGE_NAME if PAGE_NAME in files else REPORT_NAME}"

    def _put(self, name: str, data: bytes, kind: ObjectKind) -> None:
        full = f"{self.folder}/{name}"
        if put_if_unchanged(self.bucket, full, data, self.versions.get(full), kind) is None:
            raise taken_over(self.bucket, full)


def _write_row(
    bucket: Bucket,
    prefix: str,
    row: HistoryRow,
    history: HistoryReader,
    still_allowed: StillAllowed,
) -> None:
    """Write a run's row; where the same run was accepted or rejected before, it stays so."""
    name = history_name(prefix, row.run_id)
    kept, before = row, None
    for _ in range(ATTEMPTS):
        data = history_bytes(kept)
        still_allowed()
        version = put_if_unchanged(bucket, name, data, before, JSON)
        if version is not None:
            history.remember(name, version, data)
            return
        stored = read_if_there(bucket, name)
        kept = row if stored is None else _with_marks(row, bucket.url_of(name), stored.data)
        before = None if stored is None else stored.version
    raise too_busy(bucket, name)


def _with_marks(row: HistoryRow, url: str, before: bytes) -> HistoryRow:
    try:
        known = parse_history_row(before)
    except ValueError as error:
        logger.warning("%s is no history row (%s) and is replaced by this run's.", url, error)
        return row
    row = replace(row, rejected=known.rejected)
    if known.accepted is None:
        return row
    if known.profile_id != row.profile_id:
        logger.warning(
            "%s: the run was accepted against the profile %s and is now compared with %s, so it "
            "is no longer accepted. To accept it again: drift accept.",
            url,
            known.profile_id,
            row.profile_id,
        )
        return row
    return replace(row, accepted=known.accepted)


def _parse(bucket: Bucket, name: str, data: bytes) -> HistoryRow:
    try:
        return parse_history_row(data)
    except ValueError as error:
        raise PublishError(
            f"{bucket.url_of(name)} is no history row ({error}). Repeat that run."
        ) from None
