"""What a source of a profile delivers, and what it needs to do so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from jobs.buckets.bucket import Bucket
from jobs.job_file.job import Job
from jobs.predictions.small_copies import SmallCopies
from reference_stats.extraction.sharded.elsewhere import Elsewhere
from reference_stats.extraction.viewing.seeing import Seeing
from reference_stats.feature_cache.cache import FeatureCache
from reference_stats.features.feature import Feature
from reference_stats.profiles.profile import PredictionTable


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceNumbers:
    """A reference set as numbers, before it has an id.

    Attributes
    ----------
    features
        One float64 column per known feature, one row per image.
    predictions
        What the model said about the reference, where that is known.
    source
        Where the numbers came from, in plain words.
    left_out
        The number of images or rows that could not be used, by reason.
    records, prediction_images
        As of `ReferenceProfile`.
    """

    features: pd.DataFrame
    predictions: PredictionTable
    source: str
    left_out: Mapping[str, int]
    records: pd.DataFrame | None = None
    prediction_images: pd.Series | None = None


def nobody() -> None:
    """Say that no model looks at images."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceContext:
    """What a source of a profile works with.

    Attributes
    ----------
    job
        The job.
    bucket
        The job's own bucket.
    open_bucket
        Opens the bucket of an image location.
    cache
        The feature cache, or None to compute everything anew and keep nothing.
    progress
        Called with the number of images done and the number of all.
    features
        The features to compute.
    copies
        What keeps copies of the log's small objects; None where each is read by itself.
    see
        Returns what looks at the images too, or None; asked only where images are read.
    elsewhere
        What measures many images on other machines, or None.
    """

    job: Job
    bucket: Bucket
    open_bucket: Callable[[str], Bucket]
    cache: FeatureCache | None
    progress: Callable[[int, int], None] | None
    features: tuple[Feature, ...]
    copies: SmallCopies | None = None
    see: Callable[[], Seeing | None] = nobody
    elsewhere: Elsewhere | None = None
