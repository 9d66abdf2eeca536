"""What labels say of a reference: computed once for its objects, and remembered."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from drift.model_quality.records.kind import Record
from drift.model_quality.records.store import QualityStore
from drift.model_quality.reference.reading import listing_of_reference, span_of
from drift.workplace import Workplace
from jobs.errors import DriftError, PublishError
from jobs.labels.listing import LabelListing
from jobs.predictions.selection.choose import find_objects, objects_of_days
from jobs.times.timestamps import to_moment

Found = TypeVar("Found")
Listing = TypeVar("Listing", LabelListing, LabelListing | None)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceScoring(Generic[Found, Listing]):
    """What is computed of the reference of one kind of model, and how it is remembered.

    Attributes
    ----------
    name
        By which it is remembered.
    settings
        A digest of what in the job file decides how rows are scored.
    to_bytes, parse
        Write it down with a key, and read it again; `parse` returns None for another key, and for
        anything else.
    read
        Computes it with the labels of the objects that are listed.
    """

    name: str
    settings: str
    to_bytes: Callable[[Found, str], bytes]
    parse: Callable[[bytes, str], Found | None]
    read: Callable[[Listing], Found]


def remembered_reference(
    place: Workplace,
    store: QualityStore[Record],
    listing: Listing,
    kind: ReferenceScoring[Found, Listing],
) -> Found | None:
    """Return what labels say of a reference of rows; None for any other reference.

    It is computed once for the objects that the reference and its labels lie in, and remembered.
    A reference that cannot be read now is logged, and None is returned.

    Parameters
    ----------
    listing
        The objects that may hold labels; None where the log's own labels count.
    """
    if place.job.reference.log is None and place.job.reference.window is None:
        return None
    try:
        own = None if listing is None else listing_of_reference(listing, place.job)
        key = _key(place, own, kind.settings)
        known = store.remembered(kind.name)
        found = None if known is None else kind.parse(known, key)
        if found is None:
            found = kind.read(own)
            store.remember(kind.name, kind.to_bytes(found, key))
    except PublishError:
        raise
    except (DriftError, ValueError) as error:
        logger.warning("the reference's labels could not be read: %s", error)
        return None
    return found


def _key(place: Workplace, listing: LabelListing | None, settings: str) -> str:
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
