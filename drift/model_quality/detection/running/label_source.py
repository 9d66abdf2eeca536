"""The true boxes of a run: those that are remembered, or read below `labels.path`."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime

from drift.model_quality.detection.joining.labels import BoxLabels
from drift.model_quality.detection.records.documents import VERSION
from drift.model_quality.detection.records.known_boxes import (
    BoxFacts,
    KnownBoxes,
    boxes_bytes,
    parse_boxes,
)
from drift.model_quality.detection.records.record import DetectorRecord
from drift.model_quality.label_source import (
    digest_of,
    facts_as_listed,
    key_of_labels,
    oldest_listed,
    settings_digest,
)
from drift.model_quality.records.store import QualityStore
from drift.workplace import Workplace
from jobs.boxes.image_boxes import OtherFormat
from jobs.job_file.job import Job
from jobs.labels.box_labels import ReadBoxLabels
from jobs.labels.boxes.reading import list_box_labels, read_listed_boxes
from jobs.labels.labels import OBJECT_GONE, LabelFacts, UnreadLabels
from jobs.labels.listing import LabelListing


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxSource:
    """The true boxes below `labels.path`.

    Attributes
    ----------
    listing
        The objects that may hold some.
    told
        What is told of those that were read.
    labels
        The boxes.
    settings
        A digest of what in the job file decides how a day is scored.
    """

    listing: LabelListing
    told: BoxFacts
    labels: BoxLabels
    settings: str

    @property
    def digest(self) -> str:
        """The digest of the labels' objects, and of settings."""
        return digest_of(self.settings, self.told.facts.listing_digest)

    @property
    def count(self) -> int:
        """How many images are labelled."""
        return self.labels.boxes.images


def detector_digest(job: Job) -> str:
    """Return a digest of what in the job file decides how a day is scored."""
    return digest_of("detector", VERSION, settings_digest(job))


def listed_boxes(place: Workplace, since: datetime) -> LabelListing | UnreadLabels:
    """Return which objects may hold a job's true boxes; `labels.path` has to be set.

    Parameters
    ----------
    since
        The time of the oldest prediction that waits for its label. Those of the reference are
        listed too.
    """
    job = place.job
    return list_box_labels(
        place.bucket,
        place.open_bucket,
        job.labels,
        job.predictions,
        job.reports.path.strip("/"),
        oldest_listed(job, since),
    )


def box_source(
    place: Workplace, store: QualityStore[DetectorRecord], since: datetime
) -> BoxSource | UnreadLabels:
    """Return a job's true boxes: those that are remembered, where no object and no setting changed.

    Parameters
    ----------
    store
        Where they are remembered.
    since
        The time of the oldest prediction that waits for its label.
    """
    listing = listed_boxes(place, since)
    if isinstance(listing, UnreadLabels):
        return listing
    settings = detector_digest(place.job)
    key = key_of_labels(place, listing, since, settings)
    stored = store.known_labels()
    known = None if stored is None else parse_boxes(stored, key, place.bucket.url)
    if known is not None:
        facts = facts_as_listed(known.told.facts, listing, since)
        told = replace(known.told, facts=facts)
        return BoxSource(listing=listing, told=told, labels=known.labels, settings=settings)
    found = read_boxes_below(place, listing, since)
    # What was deleted while it was read is not what the listing says.
    if isinstance(found, BoxSource) and OBJECT_GONE not in found.told.facts.left_out:
        fresh = KnownBoxes(labels=found.labels, told=found.told)
        store.remember_labels(lambda: boxes_bytes(fresh, key))
    return found


def read_boxes_below(
    place: Workplace, listing: LabelListing, since: datetime
) -> BoxSource | UnreadLabels:
    """Return the true boxes in objects that were listed, read now."""
    job = place.job
    read = read_listed_boxes(
        listing,
        job.labels,
        job.predictions,
        since=since,
        workers=job.image_rules.fetch_workers,
        copies=place.copies,
    )
    if isinstance(read, UnreadLabels):
        return read
    return BoxSource(
        listing=listing,
        told=facts_of(read),
        labels=BoxLabels.read(read, place.bucket.url),
        settings=detector_digest(job),
    )


def facts_of(read: ReadBoxLabels) -> BoxFacts:
    """Return what is told of true boxes that were read."""
    facts = LabelFacts(**{one.name: getattr(read, one.name) for one in fields(LabelFacts)})
    return BoxFacts(
        facts=facts,
        lost_boxes=read.lost_boxes,
        noted_boxes=read.noted_boxes,
        other_format=_words(read.other_format),
    )


def _words(other: OtherFormat | None) -> str:
    if other is None:
        return ""
    return (
        f"The true boxes look like {other.fit.box_format}, not {other.said} as the job file or the "
        f"export says: {other.fit.share:.0%} of {other.checked:,} lie within their images then. "
        "Correct labels.columns.boxes.format and unit."
    )
