"""Telling people about a run: once, at every URL, whatever becomes of the others."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from datetime import timedelta

from drift.followups.finished_run import FinishedRun
from drift.workplace import Workplace
from jobs.errors import ObjectError, PublishError
from jobs.job_file.output_settings import NotificationSettings
from reports.findings.runs import Notice, NoticeKind
from reports.history.history import history_row, parse_time
from reports.pages.links import link_by_template
from reports.telling.apprise_sender import Delivery, send, split_urls
from reports.telling.message import message_of
from reports.telling.notices import standing_notice
from reports.telling.record import (
    RecordState,
    claim,
    complete,
    known_record,
    reached_nobody,
    somebody_may_know_of,
)

logger = logging.getLogger(__name__)


def notify(run: FinishedRun) -> None:
    """Send what is due after a run, and keep what became of it in ``notifications/<run id>.json``.

    Nothing is sent for a run that has a record, for a backfill, for an accepted run, and where
    another run of the same window end has told the same. A notice that reached nobody, because
    every URL failed or the run was killed, is sent by the next run if it is still so.

    Raises
    ------
    PublishError
        If a URL failed; the others were tried. The message shows schemes only.
    ObjectError
        If the record could not be read or written. Without a claim nothing is sent.
    """
    due, repeats = _due(run)
    if due is None or not _is_wanted(run, due):
        return
    place, findings = run.place, run.findings
    link = link_to(place, run.page_name, run_id=findings.run_id)
    message = message_of(findings, due, link=link, pictures=run.pictures)
    claimed = claim(
        place.bucket, place.prefix, findings.run_id, due, now=place.clock(), repeats=repeats
    )
    if claimed is None:
        _say_why_not(run)
        return
    deliveries = send(urls_of(place.job.notifications), message)
    complete(place.bucket, claimed, deliveries, now=place.clock())
    _log(due, deliveries, place.job.notifications)


def urls_of(settings: NotificationSettings) -> tuple[str, ...]:
    """Return the URLs of the environment variable that the job names; they are secret."""
    return split_urls(os.environ.get(settings.urls_from, ""))


def link_to(place: Workplace, name: str, *, run_id: str = "") -> str:
    """Return the link to a page that goes into a message.

    A signed one where `reports.signed_links` asks for it and the bucket can, else the one that
    `reports.link_template` makes, else the object's own URL.
    """
    reports = place.job.reports
    plain = link_by_template(
        reports.link_template, job=place.job.name, path=name, run_id=run_id
    ) or place.bucket.url_of(name)
    if reports.signed_links is None:
        return plain
    return _signed(place, name, reports.signed_links) or plain


def _signed(place: Workplace, name: str, lifetime: timedelta) -> str | None:
    try:
        signed = place.bucket.signed_url(name, lifetime)
    except ObjectError as error:
        logger.warning("no signed link (the plain one is sent): %s", error.problem)
        return None
    if signed is None:
        logger.warning(
            "reports.signed_links is set, but %s is no bucket that signs links; the plain one is "
            "sent",
            place.bucket.url,
        )
    return signed


def _due(run: FinishedRun) -> tuple[Notice | None, str]:
    """Return what is to be told, and the run that failed to tell it where that is an older one."""
    if run.findings.notification is not None:
        return run.findings.notification, ""
    place = run.place
    told = standing_notice(run.history, history_row(run.findings), place.job.notifications)
    missed = told and reached_nobody(place.bucket, place.prefix, told.run_ids)
    if not told or not missed:
        return None, ""
    logger.info("what the run %s had to tell reached nobody; this run tells it", missed)
    return told.notice, missed


def _is_wanted(run: FinishedRun, due: Notice) -> bool:
    """Return whether a notice is news; the log says why not."""
    run_id, end = run.findings.run_id, parse_time(run.findings.window.end)
    if any(row.end > end for row in run.history):
        logger.info("a run with a later window is published: nobody is told of this one")
        return False
    for row in run.history:
        if row.run_id == run_id and row.accepted is not None:
            logger.info("the run is accepted as normal: nobody is told of it")
            return False
        if row.end == end and row.run_id != run_id and _has_told(run, row.run_id, due.kind):
            logger.info("the run %s of the same window end has told it already", row.run_id)
            return False
    if due.kind is NoticeKind.RECOVERED:
        return _is_news_that_it_ended(run, due)
    return True


def _is_news_that_it_ended(run: FinishedRun, due: Notice) -> bool:
    place = run.place
    if somebody_may_know_of(place.bucket, place.prefix, due.since):
        return True
    logger.info("the drift is over, but nobody was told of it: nobody is told of its end")
    return False


def _has_told(run: FinishedRun, run_id: str, kind: NoticeKind) -> bool:
    record = known_record(run.place.bucket, run.place.prefix, run_id)
    return record is not None and record.kind == kind and record.reached_somebody


def _say_why_not(run: FinishedRun) -> None:
    record = known_record(run.place.bucket, run.place.prefix, run.findings.run_id)
    if record is None or record.state != RecordState.CLAIMED:
        logger.info("this run has told what it had to tell already")
        return
    logger.warning(
        "%s was claimed at %s, and nothing says what became of it: another run is sending it now, "
        "or one was killed while it did. It is not sent again. To send it, delete that object and "
        "repeat the run.",
        run.place.bucket.url_of(record.name),
        record.claimed_at,
    )


def _log(due: Notice, deliveries: Sequence[Delivery], settings: NotificationSettings) -> None:
    for one in deliveries:
        if one.delivered:
            logger.info("told %s: %s", due.kind, one.service)
    failed = [one for one in deliveries if not one.delivered]
    if failed:
        raise PublishError(describe_failures(failed, settings))


def describe_failures(failed: Sequence[Delivery], settings: NotificationSettings) -> str:
    """Return one sentence per URL that failed, without any part of it but its scheme."""
    return " ".join(
        f"{one.service} (URL {one.position} of {settings.urls_from}): {one.problem}."
        for one in failed
    )
