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
from reports.findings.runs import NoticeKind, NoticeTopic
from reports.history.history import history_row, parse_time
from reports.pages.links import link_by_template
from reports.telling.apprise_sender import Delivery, send, split_urls
from reports.telling.message import message_of
from reports.telling.notices import standing_notice
from reports.telling.quality_notices import standing_quality_notice
from reports.telling.record import (
    DueNotice,
    KnownRecord,
    RecordState,
    claim,
    complete,
    known_record,
    reached_nobody,
    somebody_may_know_of,
)
from reports.telling.replayed import Told

logger = logging.getLogger(__name__)


def notify(run: FinishedRun) -> None:
    """Send what is due after a run, and keep what became of it in ``notifications/<run id>.json``.

    One message tells of the verdict, of the model's quality, or of both. Nothing is sent for a run
    that has a record, for a backfill, for an accepted run, and where another run of the same window
    end has told the same. A notice that reached nobody, because every URL failed or the run was
    killed, is sent by the next run if it is still so.

    Raises
    ------
    PublishError
        If a URL failed; the others were tried. The message shows schemes only.
    ObjectError
        If the record could not be read or written. Without a claim nothing is sent.
    """
    asked = [one for one in (_due_verdict(run), _due_quality(run)) if one is not None]
    if not asked or not _may_tell(run):
        return
    due = [one for one in asked if _is_news(run, one)]
    if not due:
        return
    place, findings = run.place, run.findings
    link = link_to(place, run.page_name, run_id=findings.run_id)
    notices = tuple(one.notice for one in due)
    message = message_of(findings, *notices, link=link, pictures=run.pictures)
    claimed = claim(place.bucket, place.prefix, findings.run_id, due, now=place.clock())
    if claimed is None:
        _say_why_not(run, due)
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


def _due_verdict(run: FinishedRun) -> DueNotice | None:
    """Return what is to be told of the verdict, be it what an older run failed to tell."""
    if run.findings.notification is not None:
        return DueNotice(notice=run.findings.notification)
    settings = run.place.job.notifications
    told = standing_notice(run.history, history_row(run.findings), settings)
    return _missed(run, told, NoticeTopic.VERDICT)


def _due_quality(run: FinishedRun) -> DueNotice | None:
    """Return the same of the model's quality; nothing in a job without labels."""
    if run.findings.quality_notification is not None:
        return DueNotice(notice=run.findings.quality_notification)
    if run.findings.model_quality is None:
        return None
    settings = run.place.job.notifications
    told = standing_quality_notice(run.history, history_row(run.findings), settings)
    return _missed(run, told, NoticeTopic.QUALITY)


def _missed(run: FinishedRun, told: Told | None, topic: NoticeTopic) -> DueNotice | None:
    place = run.place
    if told is None:
        return None
    missed = reached_nobody(place.bucket, place.prefix, told.run_ids, topic)
    if not missed:
        return None
    logger.info("what the run %s had to tell reached nobody; this run tells it", missed)
    return DueNotice(notice=told.notice, repeats=missed)


def _may_tell(run: FinishedRun) -> bool:
    """Return whether a run may tell anything at all; the log says why not."""
    run_id, end = run.findings.run_id, parse_time(run.findings.window.end)
    if any(row.end > end for row in run.history):
        logger.info("a run with a later window is published: nobody is told of this one")
        return False
    if any(row.run_id == run_id and row.accepted is not None for row in run.history):
        logger.info("the run is accepted as normal: nobody is told of it")
        return False
    return True


def _is_news(run: FinishedRun, due: DueNotice) -> bool:
    """Return whether nobody has told it for this window end; the log says why not."""
    run_id, end = run.findings.run_id, parse_time(run.findings.window.end)
    for row in run.history:
        if row.end == end and row.run_id != run_id and _has_told(run, row.run_id, due):
            logger.info("the run %s of the same window end has told it already", row.run_id)
            return False
    if due.notice.kind in {NoticeKind.RECOVERED, NoticeKind.QUALITY_RECOVERED}:
        return _is_news_that_it_ended(run, due)
    return True


def _is_news_that_it_ended(run: FinishedRun, due: DueNotice) -> bool:
    place, notice = run.place, due.notice
    if somebody_may_know_of(place.bucket, place.prefix, notice.since, notice.kind.topic):
        return True
    what = "drift" if notice.kind.topic is NoticeTopic.VERDICT else "model's drop"
    logger.info("the %s is over, but nobody was told of it: nobody is told of its end", what)
    return False


def _has_told(run: FinishedRun, run_id: str, due: DueNotice) -> bool:
    record = known_record(run.place.bucket, run.place.prefix, run_id)
    kind = due.notice.kind
    return record is not None and record.has_told(kind.topic) and _kind(record, due) == kind


def _kind(record: KnownRecord, due: DueNotice) -> str:
    return record.notices.get(due.notice.kind.topic, ("", ""))[0]


def _say_why_not(run: FinishedRun, due: Sequence[DueNotice]) -> None:
    record = known_record(run.place.bucket, run.place.prefix, run.findings.run_id)
    if record is not None and record.state == RecordState.CLAIMED:
        logger.warning(
            "%s was claimed at %s, and nothing says what became of it: another run is sending it "
            "now, or one was killed while it did. It is not sent again. To send it, delete that "
            "object and repeat the run.",
            run.place.bucket.url_of(record.name),
            record.claimed_at,
        )
    elif record is not None and any(one.notice.kind.topic not in record.notices for one in due):
        logger.info(
            "this run has sent its message already, before it had this to tell: the next run tells "
            "it if it is still so"
        )
    else:
        logger.info("this run has told what it had to tell already")


def _log(
    due: Sequence[DueNotice], deliveries: Sequence[Delivery], settings: NotificationSettings
) -> None:
    kinds = " and ".join(one.notice.kind for one in due)
    for one in deliveries:
        if one.delivered:
            logger.info("told %s: %s", kinds, one.service)
    failed = [one for one in deliveries if not one.delivered]
    if failed:
        raise PublishError(describe_failures(failed, settings))


def describe_failures(failed: Sequence[Delivery], settings: NotificationSettings) -> str:
    """Return one sentence per URL that failed, without any part of it but its scheme."""
    return " ".join(
        f"{one.service} (URL {one.position} of {settings.urls_from}): {one.problem}."
        for one in failed
    )
