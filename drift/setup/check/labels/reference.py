"""The check of the reference's labels, which the newest ones are compared with at first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from drift.model_quality.joining.joined import JoinedRows
from drift.model_quality.label_source import listed_labels
from drift.model_quality.reference.reading import (
    label_columns,
    listing_of_reference,
    read_reference,
)
from drift.setup.check.labels.labelled import labelled_rows
from drift.setup.check.labels.read import MOST_OBJECTS
from drift.setup.check.result import Check, CheckState, is_ok
from drift.setup.words import one_of
from drift.workplace import Workplace
from jobs.errors import DriftError
from jobs.job_file.job import Job
from jobs.labels.labels import UnreadLabels

_THING = "reference's labels"
_EARLIER = "Without them the newest labels are compared with those of earlier days."


def check_reference_labels(place: Workplace) -> Iterator[Check]:
    """Say how many of the reference's predictions have a label; it need not have any."""
    job = place.job
    if not job.has_labels or job.labels.are_boxes or job.predictions.columns.prediction is None:
        return
    if job.reference.log is None and job.reference.window is None:
        yield _none("none, as no reference.log holds the model's answers for the reference", "")
        return
    try:
        joined = _joined(place)
    except (DriftError, ValueError):
        # `check_reference` says what is wrong with the reference.
        return
    if joined is None:
        return
    found = labelled_rows(joined, "the reference")
    if found.labelled:
        yield is_ok(_THING, f"{found.labelled:,} of {found.rows:,} predictions have a label")
    else:
        yield _none(f"none of {found.rows:,} predictions has a label", _how(job))


def _joined(place: Workplace) -> JoinedRows | None:
    job = place.job
    if job.labels.path is None:
        return read_reference(place, None)
    listing = listed_labels(place)
    if isinstance(listing, UnreadLabels):
        return None
    kept = listing_of_reference(listing, job)
    return read_reference(place, replace(kept, objects=kept.objects[:MOST_OBJECTS]))


def _none(found: str, how: str) -> Check:
    mend = f"{_EARLIER} {how}".strip()
    return Check(thing=_THING, state=CheckState.OK, found=found, mend=mend)


def _how(job: Job) -> str:
    if job.reference.log is None:
        return ""
    return f"A column {one_of(label_columns(job))} in reference.log gives it labels."
