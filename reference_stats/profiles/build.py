"""Building a profile from whatever source the job file names."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd

from jobs.errors import ColumnMissingError, ObjectError
from jobs.images.locations import ImageLocator
from jobs.job_file.job import Job, ReferenceSettings
from jobs.job_file.name_templates import is_template
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.predictions.reading import read_predictions
from jobs.times.windows import WindowRequest
from reference_stats.profiles import from_images, from_table, from_tensors
from reference_stats.profiles.numbers import ReferenceNumbers, SourceContext
from reference_stats.profiles.prediction_images import name_images
from reference_stats.profiles.profile import PredictionTable, ReferenceProfile, profile_id

Source = Callable[[SourceContext], ReferenceNumbers]

PROFILE_SOURCES: dict[str, Source] = {
    "images": from_images.collect_prefix,
    "features": from_table.collect,
    "tensors": from_tensors.collect,
    "window": from_images.collect_window,
}

_ALL_TIME = datetime.max.replace(tzinfo=UTC)


def build_profile(context: SourceContext, *, now: datetime) -> ReferenceProfile:
    """Return the profile of the reference that the job file names.

    Raises
    ------
    InputError
        If the source is missing, unreadable or empty.
    """
    job = context.job
    numbers = PROFILE_SOURCES[job.reference.kinds[0]](context)
    if numbers.features.empty:
        raise ObjectError(
            context.bucket.url,
            f"the reference ({numbers.source}) has no row with a readable feature. Expected one "
            "row per image; correct [reference] in the job file or what it names.",
        )
    predictions, images = numbers.predictions, numbers.prediction_images
    if job.reference.log is not None:
        known = [] if numbers.records is None else numbers.records["image"].tolist()
        predictions, images = linked_predictions(context, job.reference.log, known)
    if not len(predictions.rows.columns):
        images = None
    current = {feature.name: feature.version for feature in context.features}
    versions = {name: current[name] for name in numbers.features.columns}
    return ReferenceProfile(
        id=profile_id(numbers.features, predictions, versions, numbers.records, images),
        created_at=now,
        source=numbers.source,
        settings_digest=settings_digest(job),
        versions=versions,
        features=numbers.features,
        predictions=predictions,
        left_out=dict(Counter(numbers.left_out) + Counter(predictions.left_out)),
        records=numbers.records,
        prediction_images=images,
    )


def settings_digest(job: Job) -> str:
    """Return a hash of the job file's ``[reference]``, to tell a profile of other settings."""
    # Profiles that were built before there was such a key stay those of the same settings.
    unset = set() if job.reference.exclude else {"exclude"}
    described = ReferenceSettings.model_dump_json(job.reference, exclude=unset)
    return hashlib.sha256(described.encode()).hexdigest()[:16]


def predictions_of_log(context: SourceContext, path: str) -> PredictionTable:
    """Return the reference's predictions in the log or plain table that ``reference.log`` names.

    Raises
    ------
    ObjectError
        If it is missing, unreadable, or without a column that the job names.
    """
    return linked_predictions(context, path, [])[0]


def _rows_of(
    context: SourceContext, path: str, settings: PredictionSettings
) -> tuple[PredictionTable, pd.DataFrame]:
    """Return the rows of ``reference.log``: a log, or a plain table."""
    if is_template(settings.columns.timestamp) or settings.from_path or settings.images_only:
        # What the names of the log's objects hold, those of the reference need not.
        return from_table.read_predictions_table(context, path)
    try:
        most = context.job.window.most_rows
        everything = WindowRequest(end=_ALL_TIME, rows=most, most_rows=most)
        rows = read_predictions(context.bucket, settings, everything)
    except ColumnMissingError as error:
        # Predictions on a validation set are often a plain table without times.
        if error.column != settings.columns.timestamp:
            raise
        return from_table.read_predictions_table(context, path)
    table = PredictionTable.of(rows.fields, rows.probabilities)
    return replace(table, left_out=rows.tally.losses), rows.raw


def linked_predictions(
    context: SourceContext, path: str, images: Sequence[str]
) -> tuple[PredictionTable, pd.Series | None]:
    """Return the predictions of ``reference.log``, and the image that each of them is of.

    Parameters
    ----------
    images
        The images of the profile.

    Raises
    ------
    ObjectError
        As `predictions_of_log`.
    """
    # Only what is compared: who asked, and how long it took, the reference's log need not have.
    unused = dict.fromkeys(("id", "label", "client", "latency"))
    columns = context.job.predictions.columns.model_copy(update=unused)
    settings = context.job.predictions.model_copy(
        update={"path": path, "columns": columns, "format": None}
    )
    table, raw = _rows_of(context, path, settings)
    locator = ImageLocator(
        bucket_url=context.bucket.url,
        settings=context.job.images,
        day_first=context.job.predictions.day_first,
    )
    log_id = context.job.predictions.columns.id or ""
    return table, name_images(raw.reset_index(drop=True), locator, log_id, images)
