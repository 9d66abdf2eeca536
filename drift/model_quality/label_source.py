"""The labels of a run: those below `labels.path`, or the log's own column."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from drift.model_quality.joining.answers import Answers
from drift.model_quality.joining.joined import JoinedRows, join_labels, names_match, with_own_labels
from drift.model_quality.joining.label_index import LabelIndex
from drift.model_quality.records.documents import VERSION
from drift.model_quality.records.known_labels import KnownLabels, labels_bytes, parse_labels
from drift.model_quality.records.record import DayRecord
from drift.model_quality.records.store import QualityStore
from drift.model_quality.whole_days import WholeDay
from drift.workplace import Workplace
from jobs.job_file.job import Job
from jobs.labels.labels import OBJECT_GONE, LabelFacts, ReadLabels, UnreadLabels
from jobs.labels.listing import LabelListing, list_labels
from jobs.labels.reading import read_listed_labels
from jobs.predictions.selection.choose import NamedObject, objects_of_days
from jobs.times.timestamps import parse_timestamp, to_moment

_ALL_TIME = (np.iinfo(np.int64).min, np.iinfo(np.int64).max)


class LabelSource(Protocol):
    """Labels that rows can be joined with."""

    @property
    def given(self) -> LabelFacts | None:
        """What is told of those below `labels.path`; None where the log's own labels count."""

    @property
    def count(self) -> int | None:
        """How many labels there are; None where each is in the row that it is for."""

    @property
    def digest(self) -> str:
        """A digest of the objects that hold labels of images joined by name; empty for others."""

    def key(self, day: WholeDay) -> str:
        """Return a digest of the objects that may hold labels of a day, and of the settings."""

    def names_match(self, answers: Answers) -> bool:
        """Tell whether labels name any image as the log does, or none at all."""

    def join(self, answers: Answers, *, last_part: bool) -> JoinedRows:
        """Return rows with their labels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLabels:
    """The labels in the log's own column.

    Attributes
    ----------
    objects
        Name and version of each object of the log.
    spans
        Of each: from when to when its rows may lie, in microseconds since 1970-01-01 UTC.
    """

    job: Job
    objects: tuple[tuple[str, str], ...]
    spans: NDArray[np.int64]
    settings: str

    given = None
    count = None
    digest = ""

    def key(self, day: WholeDay) -> str:
        """Return a digest of the log's objects that may hold rows of a day, and of settings."""
        start, end = to_moment(day.start), to_moment(day.end)
        there = np.flatnonzero((self.spans[:, 0] < end) & (self.spans[:, 1] > start))
        return digest_of(self.settings, *sorted(self.objects[row] for row in there.tolist()))

    def names_match(self, answers: Answers) -> bool:  # noqa: ARG002 - as others have it
        """Return True: each label stands in its row."""
        return True

    def join(self, answers: Answers, *, last_part: bool) -> JoinedRows:  # noqa: ARG002 - as others
        """Return rows with the labels in them."""
        return with_own_labels(answers, self.job.labels.classes)


@dataclass(frozen=True, slots=True, kw_only=True)
class FurtherLabels:
    """The labels below `labels.path`."""

    listing: LabelListing
    given: LabelFacts
    index: LabelIndex
    settings: str

    @property
    def count(self) -> int:
        """How many labels there are."""
        return self.index.count

    @property
    def digest(self) -> str:
        """The digest of their objects."""
        return digest_of(self.settings, self.given.listing_digest)

    def key(self, day: WholeDay) -> str:  # noqa: ARG002 - as others have it
        """Return the digest of all their objects, and of settings: any may hold labels of a day."""
        return self.digest

    def names_match(self, answers: Answers) -> bool:
        """Tell whether labels name any image as the log does, or none at all."""
        return not len(self.index.by_image) or names_match(answers, self.index)

    def join(self, answers: Answers, *, last_part: bool) -> JoinedRows:
        """Return rows with the labels for their ids or images."""
        return join_labels(answers, self.index, last_part=last_part)


def label_source(
    place: Workplace, store: QualityStore[DayRecord], since: datetime
) -> LabelSource | UnreadLabels:
    """Return a job's labels: those that are remembered, where no object and no setting changed.

    Parameters
    ----------
    store
        Where they are remembered.
    since
        The time of the oldest prediction that waits for its label.

    Raises
    ------
    ObjectError
        If the log cannot be listed.
    """
    job = place.job
    if job.labels.path is None:
        start, end = to_moment(since), _ALL_TIME[1]
        in_log = objects_of_days(place.bucket, job.predictions, start, end)
        return own_labels(job, in_log.objects)
    listing = listed_labels(place, since)
    if isinstance(listing, UnreadLabels):
        return listing
    key = key_of_labels(place, listing, since, settings_digest(job))
    stored = store.known_labels()
    known = None if stored is None else parse_labels(stored, key)
    if known is not None:
        facts = facts_as_listed(known.facts, listing, since)
        return FurtherLabels(
            listing=listing, given=facts, index=known.index, settings=settings_digest(job)
        )
    found = further_labels(place, listing, since)
    # What was deleted while it was read is not what the listing says.
    if isinstance(found, FurtherLabels) and OBJECT_GONE not in found.given.left_out:
        fresh = KnownLabels(index=found.index, facts=found.given)
        store.remember_labels(lambda: labels_bytes(fresh, key))
    return found


def facts_as_listed(known: LabelFacts, listing: LabelListing, since: datetime) -> LabelFacts:
    """Return what is told of labels that are remembered, with how their objects are listed now."""
    return replace(
        known,
        listing_digest=listing.digest,
        passed_over=len(listing.objects) - len(listing.since(since)),
    )


def key_of_labels(place: Workplace, listing: LabelListing, since: datetime, settings: str) -> str:
    """Return a digest of all that decides which labels are read, and what they are joined with.

    Parameters
    ----------
    settings
        A digest of what in the job file decides how a day is scored.
    """
    objects = sorted((one.name, one.info.version) for one in listing.since(since))
    told = (settings, place.job.labels.most_objects)
    return digest_of(told, place.bucket.url, listing.url, bool(listing.objects), objects)


def listed_labels(place: Workplace, since: datetime | None = None) -> LabelListing | UnreadLabels:
    """Return which objects may hold a job's labels; `labels.path` has to be set.

    Parameters
    ----------
    since
        The time of the oldest prediction that waits for its label; None for all labels. Those of
        the reference are listed too.
    """
    job = place.job
    folder = job.reports.path.strip("/")
    oldest = None if since is None else oldest_listed(job, since)
    return list_labels(place.bucket, place.open_bucket, job.labels, job.predictions, folder, oldest)


def oldest_listed(job: Job, since: datetime) -> datetime | None:
    """Return from when on labels are listed, so that those of the reference are; None for all.

    Parameters
    ----------
    since
        The time of the oldest prediction that waits for its label.
    """
    if job.reference.log is not None:
        return None
    return min(since, _start_of_reference(job, since))


def _start_of_reference(job: Job, otherwise: datetime) -> datetime:
    window = job.reference.window
    try:
        zone = job.predictions.timezone
        return otherwise if window is None else parse_timestamp(window.start, zone)
    except ValueError:
        return otherwise


def further_labels(
    place: Workplace, listing: LabelListing, since: datetime
) -> FurtherLabels | UnreadLabels:
    """Return the labels in objects that were listed, read now."""
    read = read_below(place, listing, since)
    return read if isinstance(read, UnreadLabels) else labels_that_were_read(place, listing, read)


def read_below(
    place: Workplace, listing: LabelListing, since: datetime
) -> ReadLabels | UnreadLabels:
    """Read the labels in objects that were listed."""
    job = place.job
    return read_listed_labels(
        listing,
        job.labels,
        job.predictions,
        since=since,
        workers=job.image_rules.fetch_workers,
        copies=place.copies,
    )


def labels_that_were_read(
    place: Workplace, listing: LabelListing, read: ReadLabels
) -> FurtherLabels:
    """Return labels as rows are joined with them."""
    return FurtherLabels(
        listing=listing,
        given=read.facts,
        index=LabelIndex.of(read, place.bucket.url),
        settings=settings_digest(place.job),
    )


def settings_digest(job: Job) -> str:
    """Return a digest of what in the job file decides how a day is scored."""
    told = {
        "version": VERSION,
        "predictions": job.predictions.model_dump(mode="json"),
        "labels": job.labels.model_dump(
            mode="json", exclude={"wait", "min_labels", "most_objects", "allowed_prefixes"}
        ),
        "model_version": job.quality.version,
        "images": [job.image_rules.source, *job.image_rules.allowed_prefixes]
        if job.has_images
        else [],
        "zone": str(job.day_zone),
    }
    return digest_of(json.dumps(told, sort_keys=True))


def own_labels(job: Job, objects: Sequence[NamedObject]) -> OwnLabels:
    """Return the labels that stand in a log of these objects."""
    spans = [None if one.span is None else one.span.widened() for one in objects]
    edges = [
        _ALL_TIME if one is None else (to_moment(one.start), to_moment(one.end)) for one in spans
    ]
    return OwnLabels(
        job=job,
        objects=tuple((one.name, one.info.version) for one in objects),
        spans=np.array(edges, dtype=np.int64).reshape(-1, 2),
        settings=settings_digest(job),
    )


def digest_of(*parts: object) -> str:
    """Return a short digest of values that JSON has."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]
