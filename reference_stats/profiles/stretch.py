"""The past stretch of the log that ``reference.window`` names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from jobs.errors import UsageError
from jobs.job_file.names.templates import templates_among
from jobs.predictions.reading import read_predictions
from jobs.predictions.rows.rows import PredictionRows
from jobs.times.timestamps import parse_timestamp
from jobs.times.windows import WindowRequest
from reference_stats.profiles.numbers import SourceContext


def read_stretch(context: SourceContext, *, extra_columns: Sequence[str] = ()) -> PredictionRows:
    """Return the rows of ``reference.window``.

    Parameters
    ----------
    extra_columns
        Columns that the log must have besides those that the job names.

    Raises
    ------
    UsageError
        If its bounds are no times, or in the wrong order.
    """
    window = context.job.reference.window
    if window is None:
        raise UsageError("reference.window is not set.")
    start = _bound(window.start, "start", context)
    end = _bound(window.end, "end", context)
    if start >= end:
        raise UsageError(
            f"reference.window.start is {window.start!r}. Expected a time before "
            f"reference.window.end ({window.end!r})."
        )
    return read_predictions(
        context.bucket,
        context.job.predictions,
        WindowRequest(end=end, last=end - start, most_rows=context.job.window.most_rows),
        extra_columns=extra_columns,
        segment_columns=templates_among(context.job.segments.columns),
        workers=context.job.image_rules.fetch_workers,
        copies=context.copies,
    )


def _bound(text: str, key: str, context: SourceContext) -> datetime:
    try:
        return parse_timestamp(text, context.job.predictions.timezone)
    except ValueError as error:
        raise UsageError(f"reference.window.{key} is {text!r}. Expected {error}.") from None
