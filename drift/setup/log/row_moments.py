"""The times of the rows of a candidate that were looked at."""

from __future__ import annotations

import numpy as np

from drift.setup.columns.values import column_values
from drift.setup.log.candidates import Candidate
from drift.setup.log.times import SampledTimes


def moments_by_row(candidate: Candidate) -> np.ndarray:
    """Return the time of each sampled row in microseconds since 1970; not positive without one."""
    guess = candidate.guesses.time
    if guess is None:
        return np.empty(0, np.int64)
    values = column_values(candidate.sample.table[[guess.column]], most=len(candidate.sample.table))
    return values[guess.column].times(candidate.guesses.day_first).moments


def sorted_moments(candidate: Candidate) -> np.ndarray:
    """Return the times of the rows that have one, sorted."""
    moments = moments_by_row(candidate)
    return np.sort(moments[moments > 0])


def newest_moment(candidate: Candidate) -> int:
    """Return the time of the newest row; -1 where no row has one."""
    moments = sorted_moments(candidate)
    return int(moments[-1]) if len(moments) else -1


def sampled_times(
    candidate: Candidate, *, share_found: float = 1.0, distinct: float = 1.0
) -> SampledTimes:
    """Return when the log's rows were written; `share_found` and `distinct` as its attributes."""
    sample = candidate.sample
    known = sorted_moments(candidate).tolist()
    return SampledTimes(
        moments=known,
        # Rows without a time are in no window and in no stretch.
        rows=max(1, round(sample.rows_in_all * len(known) / max(1, len(sample.table)))),
        share_found=share_found,
        is_complete=sample.is_complete,
        distinct=distinct,
    )
