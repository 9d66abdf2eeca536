"""Rendering a run's files and handing them to the publisher."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import chain

from drift.comparison.columns.columns import Column, LinedUp
from drift.comparison.compare import Comparison
from drift.evidently import report as evidently_report
from drift.evidently.report import EvidentlyFiles
from drift.followups.finished_run import FinishedRun
from drift.observations.reference.copies import without_copies
from drift.observations.window_images import WindowImages
from drift.where.pictures.pictured import wrong_images
from drift.where.pictures.quiet import quiet_pictures
from drift.where.pictures.thumbnail_reading import (
    has_pictures,
    sizes_now,
    sizes_of,
    thumbnails,
)
from drift.where.pictures.typical import typical_images
from drift.where.pictures.view_pictures import view_pictures
from drift.workplace import Workplace
from jobs.buckets.bucket import CSV, HTML, JSON, ObjectKind
from reference_stats.profiles.profile import ReferenceProfile
from reports.findings.columns import Finding, Multivariate
from reports.findings.run import RunFindings
from reports.history.store import HistoryReader
from reports.pages.links import ImageLinks
from reports.pages.run.grown_class import ClassPictures
from reports.pages.run.model_view.pictures import Attributions, ViewPictures
from reports.pages.run.report import Links, report_html
from reports.pages.run.thumbnails import (
    MOST_CLASS_BYTES,
    MOST_TYPICAL_BYTES,
    MOST_TYPICAL_PICTURES,
    MOST_WRONG_BYTES,
    MOST_WRONG_PICTURES,
    FurtherPictures,
    most_bytes_beside,
    within_budget,
)
from reports.publishing.affected_csv import AFFECTED_NAME, NO_IMAGES, AffectedImages, affected_csv
from reports.publishing.publish import publish

# Some of the reference's images may have been deleted since.
_SPARE_TYPICAL = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What a run compared, and what came of it.

    Attributes
    ----------
    affected
        All images that are likely affected; None without drift.
    looked_at
        Which pixels counted for the model's answers; None where nothing is explained.
    segments
        The segments that drifted as columns of their own, with what was found of each.
    """

    lined_up: LinedUp
    comparison: Comparison
    profile: ReferenceProfile
    window: WindowImages
    affected: AffectedImages | None
    segments: tuple[tuple[Column, Finding], ...] = ()
    looked_at: Attributions | None = None


def publish_run(
    workplace: Workplace,
    findings: RunFindings,
    compared: Compared,
    history: HistoryReader,
    still_allowed: Callable[[], None],
) -> FinishedRun:
    """Render the run's pages and publish them with its JSON, the history and the index.

    Returns what the follow-ups of the run need.

    Parameters
    ----------
    compared
        What was compared and what came of it, for Evidently's page and the reference's pictures.
    history
        Has read the rows of all runs so far.
    still_allowed
        Raises where the lock was lost; nothing is written after that.

    Raises
    ------
    PublishError
        If an object could not be written.
    """
    rows = history.rows
    # Before Evidently's part, so that images are fetched while it is still being imported.
    further = _further_pictures(workplace, findings, compared)
    pictures = _pictures(workplace, findings, compared.window, further.of_view)
    typical = _typical(workplace, findings, compared.profile)
    evidently = _evidently(workplace, findings, compared)
    links = _links(workplace, findings, history.read_pruned().run_ids)
    page = report_html(findings, pictures, rows, links=links, typical=typical, further=further)
    files: dict[str, tuple[bytes, ObjectKind]] = {
        "report.html": (page, HTML),
        **({} if evidently is None else _files_of(evidently)),
    }
    if compared.affected is not None:
        files[AFFECTED_NAME] = (affected_csv(compared.affected, _image_links(workplace)), CSV)
    publish(
        workplace.bucket,
        workplace.prefix,
        findings,
        files,
        emptied={AFFECTED_NAME: (NO_IMAGES, CSV), **_files_of(evidently_report.LEFT_OUT)},
        still_allowed=still_allowed,
        link_template=workplace.job.reports.link_template,
        history=history,
    )
    return FinishedRun(
        place=workplace,
        findings=findings,
        history=rows,
        pictures=pictures or {},
        snapshot=None if evidently is None else evidently.snapshot,
    )


def _evidently(
    workplace: Workplace, findings: RunFindings, compared: Compared
) -> EvidentlyFiles | None:
    """Return Evidently's report, or None where the job wants none; Evidently is not imported."""
    wanted = workplace.job.evidently.report
    if wanted == "off":
        return None
    with workplace.stopwatch.stage("evidently"):
        return evidently_report.render(
            *_for_evidently(compared), findings.basis, with_summary=wanted == "full"
        )


def _files_of(evidently: EvidentlyFiles) -> dict[str, tuple[bytes, ObjectKind]]:
    return {"evidently.html": (evidently.html, HTML), "evidently.json": (evidently.json, JSON)}


def _links(workplace: Workplace, findings: RunFindings, pruned: frozenset[str]) -> Links:
    links = Links.of_run(
        workplace.job.reports.link_template,
        job=workplace.job.name,
        prefix=workplace.prefix,
        run_id=findings.run_id,
        table=findings.affected_table,
        images=_image_links(workplace),
    )
    links = links.without(pruned)
    return replace(links, evidently=None) if workplace.job.evidently.report == "off" else links


def _image_links(workplace: Workplace) -> ImageLinks:
    return ImageLinks.of_run(
        workplace.job.reports.image_link,
        bucket_url=workplace.bucket.url,
        prefix=workplace.prefix,
        environment=os.environ,
    )


def _for_evidently(
    compared: Compared,
) -> tuple[list[Column], dict[str, Finding | Multivariate]]:
    """Return all columns, the joint distance and segments among them, and what was found."""
    comparison = compared.comparison
    columns = list(compared.lined_up.columns)
    findings: dict[str, Finding | Multivariate] = {one.name: one for one in comparison.findings}
    if comparison.joint is not None:
        columns.append(comparison.joint.column)
        findings[comparison.joint.column.name] = comparison.joint.finding
    for column, finding in compared.segments:
        columns.append(column)
        findings[column.name] = finding
    return columns, findings


def _pictures(
    workplace: Workplace,
    findings: RunFindings,
    window: WindowImages,
    of_view: ViewPictures | None,
) -> dict[str, bytes] | None:
    """Return thumbnails of images that stand out and of wrong answers; None if switched off."""
    if not workplace.job.reports.thumbnails:
        return None
    images = [offender.image for offender in findings.offenders]
    shots = thumbnails(workplace, images, sizes_now(window, images))
    standing_out = within_budget(shots, most_bytes=most_bytes_beside(findings.boxes, of_view))
    return {**pictures_of_wrong_answers(workplace, findings, window), **standing_out}


def _further_pictures(
    workplace: Workplace, findings: RunFindings, compared: Compared
) -> FurtherPictures:
    return FurtherPictures(
        of_class=_of_grown_class(workplace, findings, compared),
        of_view=view_pictures(
            workplace,
            findings.model_view,
            compared.window,
            compared.profile,
            compared.looked_at,
        ),
        of_quiet=quiet_pictures(workplace, findings, compared.window, compared.profile),
    )


def pictures_of_wrong_answers(
    workplace: Workplace, findings: RunFindings, window: WindowImages
) -> dict[str, bytes]:
    """Return thumbnails of what a worse model got wrong; of earlier days as they are now."""
    images = wrong_images(workplace, findings.model_quality)
    return within_budget(
        thumbnails(workplace, images, sizes_now(window, images)),
        most_pictures=MOST_WRONG_PICTURES,
        most_bytes=MOST_WRONG_BYTES,
    )


def _typical(
    workplace: Workplace, findings: RunFindings, profile: ReferenceProfile
) -> dict[str, bytes] | None:
    """Return thumbnails of typical reference images, or None where the reference has no images.

    They are fetched only where there is something to put them beside.
    """
    profile = without_copies(profile)
    if profile.records is None or not has_pictures(workplace):
        return None
    if not findings.offenders or not workplace.job.reports.thumbnails:
        return {}
    most = MOST_TYPICAL_PICTURES
    names = typical_images(profile.features, profile.records, most + _SPARE_TYPICAL)
    sizes = sizes_of(profile.records["image"], profile.features)
    # The spare ones are only read where one of the others is not there.
    pictures = chain(
        thumbnails(workplace, names[:most], sizes), thumbnails(workplace, names[most:], sizes)
    )
    return within_budget(pictures, most_pictures=most, most_bytes=MOST_TYPICAL_BYTES)


def _of_grown_class(
    workplace: Workplace, findings: RunFindings, compared: Compared
) -> ClassPictures | None:
    """Return thumbnails of the class that grew; None where there is none to show."""
    grown, records = findings.grown_class, compared.profile.records
    if grown is None or not workplace.job.reports.thumbnails:
        return None
    now = thumbnails(workplace, grown.images, sizes_now(compared.window, grown.images))
    known = () if records is None or not has_pictures(workplace) else grown.reference_images
    sizes = {} if records is None else sizes_of(records["image"], compared.profile.features)
    then = thumbnails(workplace, known, sizes)
    return ClassPictures(
        window=within_budget(now, most_pictures=8, most_bytes=MOST_CLASS_BYTES),
        reference=within_budget(then, most_pictures=8, most_bytes=MOST_CLASS_BYTES),
    )
