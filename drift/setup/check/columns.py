"""Checks whether the columns that a job names have values in the window's rows."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from drift.setup.check.result import Check, look
from jobs.job_file.job import Job
from jobs.job_file.prediction_settings import LogColumns
from jobs.predictions.rows.rows import PredictionRows
from reference_stats.logged_features import further_numbers
from reports.words.numbers import listed

_KEYS = ("prediction", "confidence", "latency", "client")
_FEW_EMPTY = 0.05


def check_columns(named: LogColumns, rows: PredictionRows) -> Iterator[Check]:
    """Say which columns are empty in a part of the window.

    `check_log` names the columns without any value, and `check_labels` says how many labels came.
    """
    fields = [(key, getattr(named, key)) for key in _KEYS]
    fields += [(name, name) for name in rows.probabilities]
    numbers = named.number_columns(rows.raw.columns)
    fields += [(name, numbers[name]) for name in rows.numbers if name in numbers]
    unread = {tally.column: tally.lost for tally in rows.tally.numbers}
    for key, column in fields:
        if column is None or column not in rows.raw.columns:
            continue
        # `check_rows` reports values that cannot be read.
        empty = rows.fields[key].isna().to_numpy()
        if rows.boxes is not None:
            empty = empty & ~rows.boxes.without_boxes
        many = int(empty.sum()) - unread.get(column, 0)
        if _FEW_EMPTY * len(rows) < many < len(rows):
            yield look(
                _kind(key, rows),
                f"{column} is empty in {many:,} of {len(rows):,} rows of the window",
                "Was it called otherwise in a part of the log? These rows say nothing about it.",
            )


def check_numbers(
    job: Job, rows: PredictionRows, reference: pd.DataFrame | None
) -> Iterator[Check]:
    """Say which further numbers the reference does not know, so that they are not compared.

    Parameters
    ----------
    reference
        The reference's predictions and numbers; None where there are none.
    """
    known = () if reference is None else reference.columns
    named = job.predictions.columns.numbers
    # Of images the reference gives the features that the log holds too.
    given = set(named) if job.has_images and isinstance(named, dict) and reference is None else ()
    lacking = [one for one in further_numbers(job, rows) if one not in known and one not in given]
    if lacking:
        yield look(
            "numbers",
            f"the reference has no value of {listed(lacking, most=6)}: not compared with it",
            "Set reference.log to a log or table that has them, or reference.window; then "
            "drift profile build.",
        )


def _kind(field: str, rows: PredictionRows) -> str:
    if field in rows.probabilities:
        return "probability column"
    return "number column" if field in rows.numbers else f"{field} column"
