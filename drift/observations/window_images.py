"""The window's rows joined with what became of their images."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.observations.log_counts import count_rows
from drift.observations.near_copies.clusters import (
    ImageRecords,
    NearCopies,
    as_moments,
    find_near_copies,
)
from drift.observations.window_counts import (
    LostImage,
    count_images,
    count_near_duplicates,
    count_reasons,
    cross_check,
    first_troubles,
)
from jobs.images.locations import ImageLocation, RefusedLocation
from jobs.job_file.job import DetectionSettings
from jobs.predictions.rows.rows import PredictionRows
from reference_stats.extraction.names_used_again import NamesUsedAgain, names_used_again
from reference_stats.extraction.result import ExtractionResult
from reference_stats.features.registry import feature_names
from reference_stats.file_facts.facts import FileFacts
from reference_stats.fingerprint import Fingerprints, stack_fingerprints
from reference_stats.image_uses import Moments, moments_of
from reference_stats.outcomes import (
    ImageFeatures,
    Outcome,
    OverwrittenImage,
)
from reports.findings.images import ImageCounts, Quality
from reports.findings.log import LogCounts

_USUAL_BURST = DetectionSettings().burst
# So many objects are taken apart at a time, so that no second copy of all numbers is made.
_IMAGES_AT_ONCE = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowImages:
    """The window row by row.

    Attributes
    ----------
    rows
        The rows whose image path is allowed: the fields of the log and ``image``, the image's path.
    features
        One row per analysed image, indexed by the position of its row in `rows`; one float64
        column per feature.
    counts, log, quality
        What the report says about the data.
    copies
        The clusters of near-copies among the analysed images, in the order of `features`; None
        where fingerprints are not known.
    fingerprints
        Those of the analysed images, in the order of `features`; None where they are not known.
    kept
        Which of the log's rows are in `rows`; all of them where None.
    files
        What the files of the analysed images are, in the order of `features`; None where that is
        not known.
    names_used_again
        What is known of the rows whose image's name is used more than once.
    """

    rows: pd.DataFrame
    features: pd.DataFrame
    counts: ImageCounts
    log: LogCounts
    quality: Quality
    copies: NearCopies | None = None
    fingerprints: Fingerprints | None = None
    kept: NDArray[np.bool_] | None = None
    files: Sequence[FileFacts | None] | None = None
    names_used_again: NamesUsedAgain = field(default_factory=NamesUsedAgain)

    def files_of_images(self) -> list[FileFacts | None]:
        """Return what the file of each analysed image is, once where several rows name it."""
        if self.files is None:
            return []
        images = self.rows["image"].loc[self.features.index]
        first = np.flatnonzero(~images.duplicated().to_numpy())
        return [self.files[place] for place in first.tolist()]

    @property
    def images_of_rows(self) -> NDArray[np.int64]:
        """A number for the image of each row: one whose name was used again is another."""
        paths = self.rows["image"].to_numpy(dtype=object)
        if self.names_used_again.gone.any():
            return self.names_used_again.pictures(paths)
        numbers: NDArray[np.int64] = pd.factorize(paths)[0].astype(np.int64)
        return numbers

    @property
    def pictures(self) -> pd.DataFrame:
        """The features of each analysed image once, at the first row that names it."""
        repeated = self.rows["image"].loc[self.features.index].duplicated().to_numpy()
        return self.features[~repeated] if repeated.any() else self.features

    @property
    def clusters(self) -> pd.Series[int]:
        """The cluster of each analysed row, with the index of `features`.

        Rows of one cluster are one observation: they name one stored image, or near-copies that
        one client sent in one burst.
        """
        if self.copies is not None:
            return pd.Series(self.copies.clusters, index=self.features.index)
        images = self.rows["image"].loc[self.features.index]
        return pd.Series(pd.factorize(images)[0], index=self.features.index)


def join(
    predictions: PredictionRows,
    located: Sequence[ImageLocation | RefusedLocation],
    extracted: ExtractionResult,
    *,
    burst: timedelta = _USUAL_BURST,
) -> WindowImages:
    """Return the window row by row with its counts; nothing that was left out is uncounted.

    Parameters
    ----------
    burst
        `detection.burst` of the job.
    """
    logged = _LoggedImages.of(predictions, located)
    outcomes = _outcomes(logged.locations, extracted)
    again = names_used_again(logged.paths, logged.moments, extracted.sightings)
    for place in np.flatnonzero(again.gone).tolist():
        outcomes[place] = OverwrittenImage()
    places = np.flatnonzero([isinstance(outcome, ImageFeatures) for outcome in outcomes])
    analysed = [outcome for outcome in outcomes if isinstance(outcome, ImageFeatures)]
    fingerprints = stack_fingerprints([outcome.fingerprint for outcome in analysed])
    # Before there is a table of numbers: these two need most of the memory of a large window.
    copies = logged.near_copies(places, fingerprints, burst)
    first = np.unique(again.pictures(logged.paths), return_index=True)[1]
    first.sort()
    features = _features(analysed, places, extracted.names)
    return WindowImages(
        rows=logged.rows,
        features=features,
        counts=count_images(_once_each(outcomes, first), rows=len(outcomes)),
        log=count_rows(predictions, logged.refused),
        quality=_quality(predictions.raw, logged, outcomes, features, copies, first),
        copies=copies,
        fingerprints=fingerprints,
        kept=logged.keep,
        files=[outcome.file for outcome in analysed],
        names_used_again=again,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _LoggedImages:
    """The log's rows, by whether their image may be read at all.

    Attributes
    ----------
    keep
        Which rows may be read.
    rows, locations, paths
        Those rows, and their images.
    refused
        Why the others must not be read.
    """

    keep: NDArray[np.bool_]
    rows: pd.DataFrame
    locations: Sequence[ImageLocation]
    paths: NDArray[np.object_]
    refused: Sequence[RefusedLocation]

    @classmethod
    def of(
        cls, predictions: PredictionRows, located: Sequence[ImageLocation | RefusedLocation]
    ) -> _LoggedImages:
        locations = [place for place in located if isinstance(place, ImageLocation)]
        keep = np.array([isinstance(place, ImageLocation) for place in located], dtype=np.bool_)
        paths = np.array([place.path for place in locations], dtype=object)
        rows = rows_where(predictions.fields, keep)
        return cls(
            keep=keep,
            rows=rows.assign(image=pd.array(paths, dtype="str")),
            locations=locations,
            paths=paths,
            refused=[place for place in located if isinstance(place, RefusedLocation)],
        )

    @property
    def moments(self) -> Moments:
        """When each row was written, in microseconds since 1970 UTC."""
        return moments_of(self.rows["timestamp"])

    def near_copies(
        self, places: NDArray[np.int64], fingerprints: Fingerprints, burst: timedelta
    ) -> NearCopies:
        """Look for near-copies among the rows at some places."""
        clients = self.rows["client"].iloc[places]
        records = ImageRecords(
            names=self.paths[places],
            fingerprints=fingerprints,
            clients=clients.to_numpy(dtype=object) if clients.notna().any() else None,
            times=as_moments(self.rows["timestamp"].iloc[places]),
        )
        return find_near_copies(records, burst=burst)


def _quality(
    raw: pd.DataFrame,
    logged: _LoggedImages,
    outcomes: Sequence[Outcome],
    features: pd.DataFrame,
    copies: NearCopies,
    first: NDArray[np.int64],
) -> Quality:
    images = pd.factorize(logged.paths)[0]
    named_once = np.bincount(images)[images] == 1
    lost = _lost(logged.locations, outcomes, first)
    once = _once_each(outcomes, first)
    return Quality(
        troubles=first_troubles(lost),
        reasons=count_reasons(lost),
        duplicated_rows=len(images) - len(first),
        near_duplicates=count_near_duplicates(copies),
        deep_images=sum(one.deep for one in once if isinstance(one, ImageFeatures)),
        # Of rows that share an image, all but the last describe one that was overwritten.
        cross_check=cross_check(raw, logged.keep, features, named_once),
    )


def _outcomes(locations: Sequence[ImageLocation], extracted: ExtractionResult) -> list[Outcome]:
    # Where no two rows name one image, as they mostly do, a million locations are not looked up.
    if len(extracted) == len(locations) and all(map(operator.is_, extracted, locations)):
        return list(extracted.outcomes.values())
    return [extracted[location] for location in locations]


def _once_each(outcomes: Sequence[Outcome], first: NDArray[np.int64]) -> Sequence[Outcome]:
    """Return the outcome of each image, however many rows name it."""
    return outcomes if len(first) == len(outcomes) else [outcomes[place] for place in first]


def _lost(
    locations: Sequence[ImageLocation], outcomes: Sequence[Outcome], first: NDArray[np.int64]
) -> list[tuple[ImageLocation, LostImage]]:
    pairs = ((locations[place], outcomes[place]) for place in first.tolist())
    return [(place, one) for place, one in pairs if not isinstance(one, ImageFeatures)]


def rows_where(table: pd.DataFrame, keep: NDArray[np.bool_]) -> pd.DataFrame:
    """Return the rows to keep with a new index 0..n-1; nothing is copied where all are kept."""
    return table.reset_index(drop=True) if keep.all() else table[keep].reset_index(drop=True)


def _features(
    analysed: Sequence[ImageFeatures], places: NDArray[np.int64], names: tuple[str, ...]
) -> pd.DataFrame:
    """Return one row per analysed image; `names` are those of its numbers."""
    # One column after the other in memory, as they are used.
    numbers = np.empty((len(analysed), len(names)), order="F")
    for start in range(0, len(analysed), _IMAGES_AT_ONCE):
        part = slice(start, start + _IMAGES_AT_ONCE)
        numbers[part] = [image.values.numbers for image in analysed[part]]  # noqa: PD011
    table = pd.DataFrame(numbers, index=places, columns=list(names), copy=False)
    known = list(dict.fromkeys((*feature_names(), *names)))
    return table if list(names) == known else table.reindex(columns=known)
