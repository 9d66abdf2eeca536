"""Building a profile from whatever source the job file names."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

import pandas as pd

from jobs.errors import ObjectError
from jobs.images.locations import ImageLocator
from jobs.job_file.job import Job
from jobs.job_file.reference_settings import ReferenceSettings
from reference_stats.features.registry import feature_set
from reference_stats.image_uses import WantedImages
from reference_stats.profiles import from_images, from_rows, from_table, from_tensors
from reference_stats.profiles.from_rows import read_reference_log
from reference_stats.profiles.numbers import ReferenceNumbers, SourceContext
from reference_stats.profiles.prediction_images import name_images
from reference_stats.profiles.profile import PredictionTable, ReferenceProfile, profile_id

Source = Callable[[SourceContext], ReferenceNumbers]

PROFILE_SOURCES: dict[str, Source] = {
    "images": from_images.collect_prefix,
    "features": from_table.collect,
    "tensors": from_tensors.collect,
    "window": from_images.collect_window,
    "log": from_rows.collect_log,
}
# A job without images takes a stretch of its log row by row.
_SOURCES_OF_ROWS = PROFILE_SOURCES | {"window": from_rows.collect_window}


# What they measure of images; the other sources hold numbers.
_IMAGES: dict[str, Callable[[SourceContext], WantedImages]] = {
    "images": from_images.images_below_prefix,
    "window": from_images.images_of_stretch,
}


def images_of_reference(context: SourceContext) -> WantedImages | None:
    """Return the images that `build_profile` would measure; None where it measures none.

    Raises
    ------
    InputError
        If the source is missing or unreadable.
    """
    kind = context.job.reference.kinds[0]
    if not context.job.has_images or kind not in _IMAGES:
        return None
    return _IMAGES[kind](context)


def build_profile(context: SourceContext, *, now: datetime) -> ReferenceProfile:
    """Return the profile of the reference that the job file names.

    Raises
    ------
    InputError
        If the source is missing, unreadable or empty.
    """
    job = context.job
    sources = PROFILE_SOURCES if job.has_images else _SOURCES_OF_ROWS
    numbers = sources[job.reference.kinds[0]](context)
    of_rows = not job.has_images and numbers.records is None
    if not len(numbers.features) or (numbers.features.empty and not of_rows):
        raise ObjectError(
            context.bucket.url,
            f"the reference ({numbers.source}) has no row with a readable feature. Expected one "
            "row per image; correct [reference] in the job file or what it names.",
        )
    predictions, images = numbers.predictions, numbers.prediction_images
    if job.reference.log is not None and job.reference.kinds != ("log",):
        known = [] if numbers.records is None else numbers.records["image"].tolist()
        predictions, images = linked_predictions(context, job.reference.log, known)
    if not len(predictions.rows.columns):
        images = None
    predictions = _with_own_numbers(predictions, numbers, job)
    if not len(numbers.features.columns) and not len(predictions.rows.columns):
        raise ObjectError(
            context.bucket.url,
            f"the reference ({numbers.source}) has no value of anything that the job compares. "
            "Expected columns named as in predictions.columns.",
        )
    current = {feature.name: feature.version for feature in feature_set(None)}
    current |= {feature.name: feature.version for feature in context.features}
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
        of_rows=of_rows,
    )


def _with_own_numbers(
    predictions: PredictionTable, numbers: ReferenceNumbers, job: Job
) -> PredictionTable:
    """Return what the model said; where that is nothing, the images' numbers that the log has too.

    A log that holds features of its own images is compared with those of the reference's.
    """
    named = job.predictions.columns.numbers
    if len(predictions.rows.columns) or not job.has_images or not isinstance(named, dict):
        return predictions
    own = tuple(name for name in named if name in numbers.features)
    return PredictionTable.of(numbers.features, (), own)


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
    found = read_reference_log(context, path)
    table, raw = found.predictions, found.raw
    if not context.job.has_images:
        return table, None
    locator = ImageLocator(
        bucket_url=context.bucket.url,
        settings=context.job.image_rules,
        day_first=context.job.predictions.day_first,
    )
    log_id = context.job.predictions.columns.id or ""
    return table, name_images(raw.reset_index(drop=True), locator, log_id, images)
