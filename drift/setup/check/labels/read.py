"""The labels of a job as the check reads them: the newest objects where there are very many."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from drift.workplace import Workplace
from jobs.labels.labels import ReadLabels, UnreadLabels
from jobs.labels.listing import list_labels
from jobs.labels.reading import read_listed_labels

_MOST_OBJECTS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenLabels:
    """Labels, and how many of the objects that hold them were looked at.

    Attributes
    ----------
    objects_in_all
        How many there are.
    """

    labels: ReadLabels
    objects_in_all: int


def look_at_labels(place: Workplace, since: datetime) -> SeenLabels | UnreadLabels:
    """Return the labels of a job whose `labels.path` is set, those in its newest objects.

    Parameters
    ----------
    since
        The time of the oldest prediction that waits for its label.
    """
    job = place.job
    listing = list_labels(place.bucket, place.open_bucket, job.labels, job.predictions)
    if isinstance(listing, UnreadLabels):
        return listing
    labels = read_listed_labels(
        replace(listing, objects=listing.objects[:_MOST_OBJECTS]),
        job.labels,
        job.predictions,
        since=since,
        workers=job.image_rules.fetch_workers,
    )
    if isinstance(labels, UnreadLabels):
        return labels
    return SeenLabels(labels=labels, objects_in_all=len(listing.objects))
