"""The reference's predictions with their labels, read from where the reference is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from drift.model_quality.joining.answers import Answers, of_columns
from drift.model_quality.joining.joined import JoinedRows, with_own_labels
from drift.model_quality.joining.reading import answers_of_days, joined_answers
from drift.model_quality.label_source import FurtherLabels, further_labels
from drift.model_quality.whole_days import WholeDay
from drift.workplace import Workplace
from jobs.errors import ObjectError
from jobs.job_file.job import Job
from jobs.job_file.reference_settings import ReferenceWindow
from jobs.labels.labels import UnreadLabels
from jobs.labels.listing import LabelListing
from jobs.predictions.log_columns import NeededColumns
from jobs.times.timestamps import parse_timestamp, to_moment
from reference_stats.profiles.from_rows import read_reference_log

_ALL_TIME = datetime(1970, 1, 1, tzinfo=UTC)
_END_OF_TIME = datetime(9999, 12, 31, tzinfo=UTC)


def span_of(window: ReferenceWindow, job: Job) -> WholeDay:
    """Return the stretch that `reference.window` names.

    Raises
    ------
    ValueError
        If its bounds are no times.
    """
    zone = job.predictions.timezone
    return WholeDay(
        start=parse_timestamp(window.start, zone), end=parse_timestamp(window.end, zone)
    )


def listing_of_reference(listing: LabelListing, job: Job) -> LabelListing:
    """Return the objects that may hold labels of the reference: no later ones than it waits."""
    window = job.reference.window
    if window is None:
        return listing
    span = span_of(window, job)
    start, end = to_moment(span.start), to_moment(span.end + job.labels.wait)
    kept = tuple(one for one in listing.objects if one.may_hold(start, end))
    return replace(listing, objects=kept)


def read_reference(place: Workplace, listing: LabelListing | None) -> JoinedRows | None:
    """Return the reference's rows with their labels; None where it has no predictions.

    Parameters
    ----------
    listing
        The objects that may hold its labels; None where the log's own labels count.

    Raises
    ------
    ObjectError
        If it cannot be read, or its labels cannot.
    ValueError
        If `reference.window` has bounds that are no times.
    """
    reference = place.job.reference
    if reference.window is not None:
        span = span_of(reference.window, place.job)
        parts = [answers for _, answers in answers_of_days(place, [span])]
        return _with_labels(place, joined_answers(parts), listing, span.start)
    if reference.log is None:
        return None
    answers = _answers_of_log(place, reference.log)
    if answers.own_label.null_count < len(answers):
        return with_own_labels(answers, place.job.labels.classes)
    return _with_labels(place, answers, listing, _ALL_TIME)


def _with_labels(
    place: Workplace, answers: Answers, listing: LabelListing | None, since: datetime
) -> JoinedRows:
    if listing is None:
        return with_own_labels(answers, place.job.labels.classes)
    labels = further_labels(place, listing, since)
    if isinstance(labels, UnreadLabels):
        # They may be there: nothing may remember that the reference has none.
        raise ObjectError(labels.url, labels.reason)
    return _joined(labels, answers)


def _joined(labels: FurtherLabels, answers: Answers) -> JoinedRows:
    return labels.join(answers, last_part=not labels.names_match(answers))


def _answers_of_log(place: Workplace, path: str) -> Answers:
    """Return the rows of `reference.log`, which may be a plain table without times."""
    found = read_reference_log(place.source_context, path)
    job, count = place.job, len(found.raw)
    columns = {
        str(name): pa.array(found.raw[name].tolist(), pa.string()) for name in found.raw.columns
    }
    probabilities = NeededColumns(named=job.predictions.columns).probabilities(
        found.predictions.rows.columns
    )
    label = next((one for one in label_columns(job) if one in columns), "")
    return of_columns(
        place,
        np.zeros(count, np.int64),
        columns,
        found.predictions.rows,
        probabilities,
        label=label,
    )


def label_columns(job: Job) -> tuple[str, ...]:
    """Return what the column of true classes may be called in `reference.log`."""
    named = (job.predictions.columns.label, job.labels.columns.label)
    return tuple(dict.fromkeys(name for name in named if name))
