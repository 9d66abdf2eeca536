"""Building a profile from whatever source the job file names."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from jobs.errors import ColumnMissingError, ObjectError
from jobs.job import Job, ReferenceSettings
from jobs.predictions.reading import read_predictions
from jobs.windows import WindowRequest
from reference_stats.profiles import from_images, from_table, from_tensors
from reference_stats.profiles.numbers import ReferenceNumbers, SourceContext
from reference_stats.profiles.profile import PredictionTable, ReferenceProfile, profile_id

Source = Callable[[SourceContext], ReferenceNumbers]

PROFILE_SOURCES: dict[str, Source] = {
    "images": from_images.collect_prefix,
    "features": from_table.collect,
    "tensors": from_tensors.collect,
    "window": from_images.collect_window,
}

_ALL_TIME = WindowRequest(end=datetime.max.replace(tzinfo=UTC), rows=10_000_000)


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
    predictions = numbers.predictions
    if job.reference.log is not None:
        predictions = predictions_of_log(context, job.reference.log)
    known = {feature.name: feature.version for feature in context.features}
    versions = {name: known[name] for name in numbers.features.columns}
    return ReferenceProfile(
        id=profile_id(numbers.features, predictions, versions, numbers.records),
        created_at=now,
        source=numbers.source,
        settings_digest=settings_digest(job),
        versions=versions,
        features=numbers.features,
        predictions=predictions,
        left_out=dict(Counter(numbers.left_out) + Counter(predictions.left_out)),
        records=numbers.records,
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
    # Only what is compared: who asked, and how long it took, the reference's log need not have.
    unused = dict.fromkeys(("id", "label", "client", "latency"))
    columns = context.job.predictions.columns.model_copy(update=unused)
    settings = context.job.predictions.model_copy(update={"path": path, "columns": columns})
    try:
        rows = read_predictions(context.bucket, settings, _ALL_TIME)
    except ColumnMissingError as error:
        # Predictions on a validation set are often a plain table without times.
        if error.column != settings.columns.timestamp:
            raise
        return from_table.read_predictions_table(context, path)
    table = PredictionTable.of(rows.fields, rows.probabilities)
    return replace(table, left_out=rows.tally.losses)
