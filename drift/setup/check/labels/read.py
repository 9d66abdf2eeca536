"""The labels of a job as the check reads them: the newest objects where there are very many."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from drift.model_quality.label_source import FurtherLabels, further_labels, listed_labels
from drift.workplace import Workplace
from jobs.labels.labels import UnreadLabels

MOST_OBJECTS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenLabels:
    """Labels, and how many objects that hold some there are in all."""

    labels: FurtherLabels
    objects_in_all: int


def look_at_labels(place: Workplace, since: datetime) -> SeenLabels | UnreadLabels:
    """Return the labels of a job whose `labels.path` is set, those in its newest objects.

    Parameters
    ----------
    since
        The time of the oldest prediction that waits for its label.
    """
    listing = listed_labels(place)
    if isinstance(listing, UnreadLabels):
        return listing
    newest = replace(listing, objects=listing.objects[:MOST_OBJECTS])
    labels = further_labels(place, newest, since)
    if isinstance(labels, UnreadLabels):
        return labels
    return SeenLabels(labels=labels, objects_in_all=len(listing.objects))
