"""The rows of a window with the features of their images, without writing anything."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from drift.workplace import Workplace
from jobs.images.locations import ImageLocation
from jobs.predictions.reading import read_predictions
from jobs.times.windows import WindowRequest
from reference_stats.extraction.cached_uses import RememberedUses
from reference_stats.extraction.extract import extract
from reference_stats.feature_cache.cache import FeatureCache
from reference_stats.feature_cache.cached_outcomes import CachedOutcomes
from reference_stats.features.registry import feature_names
from reference_stats.image_uses import WantedImages, images_of_rows
from reference_stats.outcomes import ImageFeatures, Outcome

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
        WindowRequest(end=end, last=end - start, most_rows=place.job.window.most_rows),
        extra_columns=place.locator.columns_used(),
        segment_columns=place.job.segments.columns,
    )
    if not place.job.has_images:
        own = _own_columns(predictions.raw, set(predictions.fields.columns))
        return pd.concat([predictions.fields, own], axis=1)
    located = place.locator.locate(predictions.raw, place.log_url)
    locations = [one for one in located if isinstance(one, ImageLocation)]
    allowed = [isinstance(one, ImageLocation) for one in located]
    rows = predictions.fields[allowed].assign(image=[one.path for one in locations])
    images = images_of_rows(predictions, located)
    outcomes = _computed(place, images) if compute else _remembered(place, images)
    found = [outcomes[one] for one in locations]
    names = feature_names(place.features)
    own = _own_columns(predictions.raw[allowed], {*rows.columns, *names, "problem"})
    numbers = _numbers(found, names, rows.index)
    return pd.concat([rows, own, numbers], axis=1).reset_index(drop=True)


def _own_columns(raw: pd.DataFrame, taken: Container[str]) -> pd.DataFrame:
    """Return the log's columns that are not in the table already, and are not the feature's."""
    return raw[[name for name in raw.columns if name not in taken]]


def _cache(place: Workplace) -> _ReadOnlyCache:
    return _ReadOnlyCache(
        bucket=place.bucket, prefix=place.job.reports.path, features=place.features
    )


def _remembered(place: Workplace, images: WantedImages) -> Mapping[ImageLocation, Outcome | None]:
    """Return what the cache knows of each image's last use, or of one that it does not tell."""
    cache, paths = _cache(place), [location.path for location in images.locations]
    rows = cache.rows(paths)
    if images.used is None:
        known = [cache.recall(rows, by_version=False, limits=None)]
    else:
        uses = RememberedUses.of(rows, paths, images.used)
        known = [
            cache.recall(uses.where(chosen), by_version=False, limits=None)
            for chosen in (uses.own, uses.timeless)
        ]
    return {location: _first_known(known, location.path) for location in images.locations}


def _first_known(known: Sequence[CachedOutcomes], path: str) -> Outcome | None:
    found = (one.find(path) for one in known)
    return next((outcome for outcome in found if outcome is not None), None)


def _computed(place: Workplace, images: WantedImages) -> Mapping[ImageLocation, Outcome | None]:
    found = extract(
        images,
        place.job.image_rules,
        open_bucket=place.open_bucket,
        cache=_cache(place),
        features=place.features,
    )
    return found.outcomes


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
