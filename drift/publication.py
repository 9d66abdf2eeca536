"""Rendering a run's files and handing them to the publisher."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from drift import evidently_report
from drift.columns import Column, LinedUp
from drift.comparison import Comparison
from drift.followups.finished_run import FinishedRun
from drift.stages import Workplace
from drift.typical import typical_images
from jobs.buckets.bucket import HTML, JSON, ObjectKind
from jobs.errors import ObjectError
from jobs.image_locations import ImageLocation, RefusedLocation
from reference_stats.profiles.profile import ReferenceProfile
from reports.findings import Finding, Multivariate, RunFindings
from reports.history import HistoryRow
from reports.html_report import Links, report_html
from reports.publishing import publish
from reports.thumbnails import (
    MOST_TYPICAL_BYTES,
    MOST_TYPICAL_PICTURES,
    thumbnail,
    within_budget,
)

logger = logging.getLogger(__name__)

# Some of the reference's images may have been deleted since.
_SPARE_TYPICAL = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What a run compared, and what came of it."""

    lined_up: LinedUp
    comparison: Comparison
    profile: ReferenceProfile


def publish_run(
    place: Workplace,
    findings: RunFindings,
    compared: Compared,
    history: Sequence[HistoryRow],
    still_allowed: Callable[[], None],
) -> FinishedRun:
    """Render the run's pages and publish them with its JSON, the history and the index.

    Returns what the follow-ups of the run need.

    Parameters
    ----------
    compared
        What was compared and what came of it, for Evidently's page and the reference's pictures.
    history
        The rows of all runs so far.
    still_allowed
        Raises where the lock was lost; nothing is written after that.

    Raises
    ------
    PublishError
        If an object could not be written.
    """
    with place.stopwatch.stage("evidently"):
        evidently = evidently_report.render(*_for_evidently(compared))
    pictures = _pictures(place, findings)
    page = report_html(
        findings,
        pictures,
        history,
        links=Links.of_run(
            place.job.reports.link_template,
            job=place.job.name,
            prefix=place.prefix,
            run_id=findings.run_id,
        ),
        typical=_typical(place, findings, compared.profile),
    )
    files: dict[str, tuple[bytes, ObjectKind]] = {
        "report.html": (page, HTML),
        "evidently.html": (evidently.html, HTML),
        "evidently.json": (evidently.json, JSON),
    }
    still_allowed()
    template = place.job.reports.link_template
    publish(place.bucket, place.prefix, findings, files, still_allowed, template)
    return FinishedRun(
        place=place,
        findings=findings,
        history=history,
        pictures=pictures or {},
        snapshot=evidently.snapshot,
    )


def _for_evidently(
    compared: Compared,
) -> tuple[list[Column], dict[str, Finding | Multivariate]]:
    """Return all columns, the joint distance among them, and what was found of each."""
    comparison = compared.comparison
    columns = list(compared.lined_up.columns)
    findings: dict[str, Finding | Multivariate] = {one.name: one for one in comparison.findings}
    if comparison.joint is not None:
        columns.append(comparison.joint.column)
        findings[comparison.joint.column.name] = comparison.joint.finding
    return columns, findings


def _pictures(place: Workplace, findings: RunFindings) -> dict[str, bytes] | None:
    """Return thumbnails of the images that stand out, or None where they are switched off."""
    if not place.job.reports.thumbnails:
        return None
    images = [offender.image for offender in findings.offenders]
    return within_budget(_thumbnails(place, images))


def _typical(
    place: Workplace, findings: RunFindings, profile: ReferenceProfile
) -> dict[str, bytes] | None:
    """Return thumbnails of typical reference images, or None where the reference has no images.

    They are fetched only where there is something to put them beside.
    """
    if profile.records is None or place.job.reference.kinds[0] not in {"images", "window"}:
        return None
    if not findings.offenders or not place.job.reports.thumbnails:
        return {}
    most = MOST_TYPICAL_PICTURES
    names = typical_images(profile.features, profile.records, most + _SPARE_TYPICAL)
    return within_budget(
        _thumbnails(place, names), most_pictures=most, most_bytes=MOST_TYPICAL_BYTES
    )


def _thumbnails(place: Workplace, images: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
    for image in images:
        location = place.locator.resolve(image)
        if isinstance(location, RefusedLocation):
            continue
        yield image, _thumbnail(place, location)


def _thumbnail(place: Workplace, location: ImageLocation) -> bytes | None:
    try:
        data = place.open_bucket(location.bucket_url).read(location.name).data
    except ObjectError as error:
        logger.warning("no thumbnail of %s: %s", location.path, error)
        return None
    return thumbnail(data)
