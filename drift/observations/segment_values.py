"""The segments of a window's rows: parts of the traffic, such as a camera, a client or a class."""

from __future__ import annotations

import pandas as pd

from drift.observations.logged_images import LoggedImages
from jobs.job_file.job import Job
from jobs.predictions.values.class_names import canonical_labels

EMPTY = "(empty)"


def segment_columns(job: Job) -> tuple[str, ...]:
    """Return the log columns whose values are segments: the named ones, class and client."""
    columns = job.predictions.columns
    return _named(*job.segments.columns, columns.prediction, columns.client)


def recorded_segments(job: Job) -> tuple[str, ...]:
    """Return the segments of which normal days are kept value by value.

    The predicted class is none of them unless the job names it: which images have a class is up to
    the model, and moves with it.
    """
    return _named(*job.segments.columns, job.predictions.columns.client)


def segments_of(logged: LoggedImages, job: Job) -> pd.DataFrame:
    """Return the segments of the rows whose image may be read.

    A class is one segment however it is written.

    Returns
    -------
    One column per segment column that the log has: text or missing.
    """
    named = job.predictions.columns
    table = logged.own_columns(segment_columns(job))
    classes = [name for name in (named.prediction, named.label) if name in table]
    return table.assign(**{str(name): canonical_labels(table[name]) for name in classes})


def segment_text(value: str) -> str:
    """Return what the segment of a value is called; blanks are the same as a missing value."""
    return str(value).strip() or EMPTY


def _named(*columns: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(column for column in columns if column is not None))
