"""The rows of a window with the features of their images, without writing anything."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from drift.stages import Workplace
from jobs.image_locations import ImageLocation
from jobs.predictions.reading import read_predictions
from jobs.windows import WindowRequest
from reference_stats.extraction import ImageFeatures, Outcome, extract
from reference_stats.feature_cache.cache import FeatureCache
from reference_stats.features.registry import feature_names

NOT_KNOWN = "not in the feature cache"


@dataclass(frozen=True, slots=True, kw_only=True)
class _ReadOnlyCache(FeatureCache):
    """The feature cache for those who must not write."""

    def add(self, entries: object) -> None:
        """Remember nothing."""

    def compact(self) -> None:
        """Leave the parts as they are."""


def window_features(
    place: Workplace, start: datetime, end: datetime, *, compute: bool
) -> pd.DataFrame:
    """Return the log's rows of ``[start, end)``: see `drift.notebook.JobReports.features`."""
    predictions = read_predictions(
        place.bucket,
        place.job.predictions,
        WindowRequest(end=end, last=end - start),
        extra_columns=place.locator.columns_used(),
        segment_columns=place.job.segments.columns,
    )
    located = place.locator.locate(predictions.raw, place.log_url)
    locations = [one for one in located if isinstance(one, ImageLocation)]
    allowed = [isinstance(one, ImageLocation) for one in located]
    rows = predictions.fields[allowed].assign(image=[one.path for one in locations])
    outcomes = _computed(place, locations) if compute else _remembered(place, locations)
    names = feature_names(place.features)
    own = _own_columns(predictions.raw[allowed], {*rows.columns, *names, "problem"})
    numbers = _numbers(outcomes, names, rows.index)
    return pd.concat([rows, own, numbers], axis=1).reset_index(drop=True)


def _own_columns(raw: pd.DataFrame, taken: Container[str]) -> pd.DataFrame:
    """Return the log's columns that are not in the table already, and are not the feature's."""
    return raw[[name for name in raw.columns if name not in taken]]


def _cache(place: Workplace) -> _ReadOnlyCache:
    return _ReadOnlyCache(
        bucket=place.bucket, prefix=place.job.reports.path, features=place.features
    )


def _remembered(place: Workplace, locations: Sequence[ImageLocation]) -> list[Outcome | None]:
    """Return what the cache knows; of an image that was overwritten, any of its versions."""
    known = _cache(place).load(location.path for location in locations)
    return [known.find(location.path) for location in locations]


def _computed(place: Workplace, locations: Sequence[ImageLocation]) -> list[Outcome | None]:
    found = extract(
        locations,
        place.job.images,
        open_bucket=place.open_bucket,
        cache=_cache(place),
        features=place.features,
    )
    return [found[location] for location in locations]


def _numbers(
    outcomes: Sequence[Outcome | None], names: Sequence[str], index: pd.Index
) -> pd.DataFrame:
    values = [dict(one.values) if isinstance(one, ImageFeatures) else {} for one in outcomes]
    numbers = pd.DataFrame(values, columns=list(names), index=index, dtype="float64")
    numbers.insert(0, "problem", pd.Series(map(_problem, outcomes), index=index, dtype="str"))
    return numbers


def _problem(outcome: Outcome | None) -> str:
    if outcome is None:
        return NOT_KNOWN
    return "" if isinstance(outcome, ImageFeatures) else outcome.summary
