"""The segments of a window's rows: parts of the traffic, such as a camera, a client or a class."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.observations.logged_images import LoggedImages
from jobs.job_file.job import Job
from jobs.predictions.values.class_names import canonical_labels
from reference_stats.profiles.profile import ReferenceProfile

EMPTY = "(empty)"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class SegmentValue:
    """A part of the traffic: the value `value` of the log's column `column`."""

    column: str
    value: str

    @property
    def group(self) -> str:
        """The group of its scores; no two segment values share one."""
        return json.dumps([self.column, self.value], ensure_ascii=False)


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
    return _with_one_spelling(logged.own_columns(segment_columns(job)), job)


def segments_of_reference(profile: ReferenceProfile, job: Job) -> pd.DataFrame:
    """Return the segments of the reference's images, as far as its profile knows them.

    Returns
    -------
    One row per image, in the order of the profile's features, and one column for each of
    `recorded_segments` that is known: text or missing.
    """
    known, client = profile.segments, job.predictions.columns.client
    if client is not None and profile.records is not None and "client" in profile.records:
        known = known.assign(**{client: profile.records["client"]})
    table = known[[name for name in recorded_segments(job) if name in known]]
    return _with_one_spelling(table, job)


def segment_text(value: str) -> str:
    """Return what the segment of a value is called; blanks are the same as a missing value."""
    return str(value).strip() or EMPTY


def segment_texts(column: pd.Series) -> NDArray[np.object_]:
    """Return what the segment of each row is called."""
    codes, values = pd.factorize(column)
    texts = np.array([*map(segment_text, values), EMPTY], dtype=object)
    named: NDArray[np.object_] = texts[codes]
    return named


def _with_one_spelling(table: pd.DataFrame, job: Job) -> pd.DataFrame:
    named = job.predictions.columns
    classes = [name for name in (named.prediction, named.label) if name in table]
    return table.assign(**{str(name): canonical_labels(table[name]) for name in classes})


def _named(*columns: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(column for column in columns if column is not None))
