"""The reference's labels as they are remembered: only a cache, made anew where it is lost."""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import asdict

import numpy as np

from drift.model_quality.joining.joined import spelled
from drift.model_quality.label_source import settings_digest
from drift.model_quality.records.documents import (
    sums_document,
    sums_in,
)
from drift.model_quality.records.record import DayRecord
from drift.model_quality.records.store import QualityStore
from drift.model_quality.reference.quality import ReferenceQuality
from drift.model_quality.reference.reading import (
    listing_of_reference,
    read_reference,
    span_of,
)
from drift.model_quality.scored_rows import ScoredRows
from drift.model_quality.scoring.expected_accuracy import ConfidenceThreshold, learn_threshold
from drift.model_quality.scoring.summing import sum_up
from drift.model_quality.sums import ClassifierSums
from drift.workplace import Workplace
from jobs.errors import DriftError, PublishError
from jobs.labels.listing import LabelListing
from jobs.predictions.selection.choose import find_objects, objects_of_days
from jobs.times.timestamps import to_moment

_VERSION = 1
_REMEMBERED = "reference"

logger = logging.getLogger(__name__)


def reference_quality(
    place: Workplace, store: QualityStore[DayRecord], listing: LabelListing | None
) -> ReferenceQuality | None:
    """Return how right the model is on its reference; None where that has no labels.

    It is computed once for the objects that the reference and its labels lie in, and remembered.
    A reference that cannot be read now is logged.

    Parameters
    ----------
    listing
        The objects that may hold labels; None where the log's own labels count.
    """
    if place.job.reference.log is None and place.job.reference.window is None:
        return None
    try:
        own = None if listing is None else listing_of_reference(listing, place.job)
        key = key_of_reference(place, own, settings_digest(place.job))
        known = store.remembered(_REMEMBERED)
        found = None if known is None else parse_reference(known, key)
        if found is None:
            found = _read(place, own)
            store.remember(_REMEMBERED, reference_document(found, key))
    except PublishError:
        raise
    except (DriftError, ValueError) as error:
        logger.warning("the reference's labels could not be read: %s", error)
        return None
    return found if found.sums.labelled else None


def quality_of_rows(rows: ScoredRows) -> ReferenceQuality:
    """Return what is kept of the reference's rows."""
    table = rows.labelled
    right = (table["true"] == table["predicted"]).to_numpy(np.bool_)
    learned = learn_threshold(table["confidence"].to_numpy(np.float64), right)
    return ReferenceQuality(sums=sum_up(rows), learned=learned)


def reference_document(found: ReferenceQuality, key: str) -> bytes:
    """Return what is remembered."""
    document = {
        "version": _VERSION,
        "key": key,
        "sums": sums_document(found.sums),
        "learned": None if found.learned is None else asdict(found.learned),
    }
    return json.dumps(document, separators=(",", ":"), allow_nan=False).encode()


def parse_reference(data: bytes, key: str) -> ReferenceQuality | None:
    """Return what was remembered under a key; None where it is anything else."""
    try:
        document = json.loads(data)
        if document["version"] != _VERSION or document["key"] != key:
            return None
        learned = document["learned"]
        return ReferenceQuality(
            sums=sums_in(document["sums"]),
            learned=None if learned is None else _learned(learned),
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _learned(document: dict[str, float]) -> ConfidenceThreshold:
    return ConfidenceThreshold(
        threshold=float(document["threshold"]),
        at_threshold=float(document["at_threshold"]),
        labelled=int(document["labelled"]),
        variance=float(document["variance"]),
    )


def _read(place: Workplace, listing: LabelListing | None) -> ReferenceQuality:
    joined = read_reference(place, listing)
    if joined is None:
        return ReferenceQuality(sums=ClassifierSums())
    return quality_of_rows(spelled(joined).rows)


def key_of_reference(place: Workplace, listing: LabelListing | None, settings: str) -> str:
    """Return a digest of the objects that the reference and its labels lie in, and of settings.

    Parameters
    ----------
    listing
        The objects that may hold labels; None where the log's own labels count.
    settings
        A digest of what in the job file decides how rows are scored.
    """
    job = place.job
    if job.reference.window is None:
        objects = find_objects(place.bucket, job.reference.log or job.predictions.path)
    else:
        span = span_of(job.reference.window, job)
        start, end = to_moment(span.start), to_moment(span.end)
        there = objects_of_days(place.bucket, job.predictions, start, end).objects
        objects = [one for one in there if one.may_hold(start, end)]
    labels = () if listing is None else listing.objects
    told = [
        settings,
        job.reference.model_dump(mode="json"),
        *([sorted([one.name, one.info.version] for one in part) for part in (objects, labels)]),
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]
