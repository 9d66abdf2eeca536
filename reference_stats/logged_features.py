"""The log's own numbers: which of them are features, and what stands for images where none are."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jobs.job_file.job import Job
from jobs.predictions.rows.rows import PredictionRows
from reference_stats.features.registry import feature_named
from reference_stats.outcome_columns import OutcomeColumns, OutcomeDraft


def logged_features(job: Job) -> tuple[str, ...]:
    """Return the features that a job without images takes from its log, by their names.

    In a job with images they are computed from those, and the log's numbers stand beside them.
    """
    numbers = job.predictions.columns.numbers
    if job.has_images or not isinstance(numbers, dict):
        return ()
    return tuple(name for name in numbers if feature_named(name) is not None)


def further_numbers(job: Job, rows: PredictionRows) -> tuple[str, ...]:
    """Return the numbers of a log that are compared as such, beside features and predictions."""
    features = set(logged_features(job))
    return tuple(name for name in rows.numbers if name not in features)


def names_of_rows(times: pd.Series) -> NDArray[np.object_]:
    """Return a name for each row: its time, and its place among the rows of that time.

    It does not depend on which other rows were read with it, as those of one time are always read
    together.

    Parameters
    ----------
    times
        Of the rows, ascending, in UTC.
    """
    place = times.groupby(times, sort=False).cumcount()
    texts = times.dt.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    names: NDArray[np.object_] = (texts + " row " + (place + 1).astype("str")).to_numpy(
        dtype=object
    )
    return names


def outcomes_of_rows(rows: PredictionRows, features: tuple[str, ...]) -> OutcomeColumns:
    """Return the features that the log holds row by row, as if each row were an image."""
    draft = OutcomeDraft.of(len(rows), features)
    for column, name in zip(draft.numbers.T, features, strict=True):
        column[:] = rows.fields.get(name, np.nan)
    return draft.columns()
