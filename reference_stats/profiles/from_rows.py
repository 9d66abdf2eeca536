"""A profile of a job without images: from rows of a log, or of a plain table without times."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pandas as pd

from jobs.boxes.image_boxes import ImageBoxes
from jobs.errors import ColumnMissingError, ObjectError
from jobs.job_file.names.patterns import NamePattern
from jobs.job_file.names.templates import is_template
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.predictions.reading import read_predictions
from jobs.predictions.rows.rows import PredictionRows
from jobs.times.windows import WindowRequest
from reference_stats.logged_features import further_numbers, logged_features
from reference_stats.profiles.from_table import read_predictions_table
from reference_stats.profiles.numbers import ReferenceNumbers, SourceContext
from reference_stats.profiles.profile import PredictionTable
from reference_stats.profiles.stretch import read_stretch

_ALL_TIME = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceRows:
    """What ``reference.log`` holds.

    Attributes
    ----------
    features
        The features that the log holds itself, row by row; without a column in a job with images.
    predictions
        What the model said, and the further numbers, row by row.
    raw
        The columns as they are written.
    boxes
        The boxes, where the job says where they stand: as in `PredictionRows`.
    """

    features: pd.DataFrame
    predictions: PredictionTable
    raw: pd.DataFrame
    boxes: ImageBoxes | None = None


def read_reference_log(context: SourceContext, path: str) -> ReferenceRows:
    """Return what a log, or a plain table without times, says of the reference.

    Raises
    ------
    ObjectError
        If it is missing, unreadable, or without a column that the job names.
    """
    # Only what is compared: who asked, and how long it took, the reference's log need not have.
    unused = dict.fromkeys(("id", "label", "client", "latency"))
    columns = context.job.predictions.columns.model_copy(update=unused)
    settings = context.job.predictions.model_copy(
        update={"path": path, "columns": columns, "format": None, "exclude": ()}
    )
    if _has_times_in_names(context.job.predictions):
        # What the names of the log's objects hold, those of the reference need not.
        return _of_table(context, path)
    try:
        most = context.job.window.most_rows
        everything = WindowRequest(end=_ALL_TIME, rows=most, most_rows=most)
        # Numbers that it lacks are told where the column is shown: the rest is compared.
        rows = read_predictions(
            context.bucket, settings, everything, all_numbers=False, copies=context.copies
        )
    except ColumnMissingError as error:
        # Predictions on a validation set are often a plain table without times.
        if error.column != settings.columns.timestamp:
            raise
        return _of_table(context, path)
    features, predictions = _of_log(rows, context)
    return ReferenceRows(
        features=features,
        predictions=replace(predictions, left_out=rows.tally.losses),
        raw=rows.raw,
        boxes=rows.boxes,
    )


def _has_times_in_names(log: PredictionSettings) -> bool:
    timestamp = log.columns.timestamp
    pieces = NamePattern(log.from_path).columns if log.from_path is not None else ()
    return log.images_only or is_template(timestamp) or timestamp in pieces


def _of_table(context: SourceContext, path: str) -> ReferenceRows:
    found, raw, boxes = read_predictions_table(context, path)
    features, predictions = _taken_apart(found, logged_features(context.job))
    return ReferenceRows(features=features, predictions=predictions, raw=raw, boxes=boxes)


def collect_log(context: SourceContext) -> ReferenceNumbers:
    """Return what ``reference.log`` holds, each of its rows an observation."""
    path = str(context.job.reference.log)
    found = read_reference_log(context, path)
    return ReferenceNumbers(
        features=found.features,
        predictions=found.predictions,
        source=f"the rows of {path}",
        left_out={},
    )


def collect_window(context: SourceContext) -> ReferenceNumbers:
    """Return the rows of the stretch of the log that ``reference.window`` names.

    Raises
    ------
    ObjectError
        If there is none.
    """
    rows = read_stretch(context)
    if not len(rows):
        raise ObjectError(
            context.bucket.url_of(context.job.predictions.path),
            "the stretch that reference.window names holds no row that can be read. Correct "
            "reference.window in the job file.",
        )
    features, predictions = _of_log(rows, context)
    span = rows.window
    return ReferenceNumbers(
        features=features,
        predictions=predictions,
        source=f"the log from {span.start:%Y-%m-%d %H:%M} to {span.end:%Y-%m-%d %H:%M} UTC",
        left_out=rows.tally.losses,
    )


def _of_log(rows: PredictionRows, context: SourceContext) -> tuple[pd.DataFrame, PredictionTable]:
    features = rows.fields[list(logged_features(context.job))]
    numbers = further_numbers(context.job, rows)
    return features, PredictionTable.of(rows.fields, rows.probabilities, numbers)


def _taken_apart(
    found: PredictionTable, features: tuple[str, ...]
) -> tuple[pd.DataFrame, PredictionTable]:
    rows = found.rows
    own = rows.reindex(columns=list(features)).dropna(axis="columns", how="all")
    others = [name for name in rows if name not in features]
    numbers = tuple(name for name in found.numbers if name not in features)
    return own, replace(found, rows=rows[others], numbers=numbers)
