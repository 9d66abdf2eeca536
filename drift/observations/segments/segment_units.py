"""The segments of both sides' units, where the reference knows them as the window does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.observations.segments.segment_values import (
    SegmentValue,
    recorded_segments,
    segment_texts,
    segments_of_reference,
)
from drift.observations.unit_rows import RowUnits
from drift.observations.units import Units
from drift.observations.window_images import WindowImages
from jobs.job_file.job import Job
from reference_stats.profiles.profile import ReferenceProfile

Texts = NDArray[np.object_]
# No segment is called so: of what image a prediction was is not known.
_NOWHERE = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitSegments:
    """The value of one segment column of each unit: text of shape (units,)."""

    reference: Texts
    current: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentedUnits:
    """The segments of all units. A unit of several rows has the values of its first one.

    Attributes
    ----------
    images, views, predictions
        By segment column those of the units of images, of these as a model's view has them, and of
        the units of predictions.
    counts
        How many of the window's images each value has, of these columns and the unknown ones; of
        all its images, too, where only a part is compared.
    unknown
        The segment columns that the profile does not know: an older version built it, or the job
        did not name them then.
    """

    images: Mapping[str, UnitSegments] = field(default_factory=dict)
    views: Mapping[str, UnitSegments] = field(default_factory=dict)
    predictions: Mapping[str, UnitSegments] = field(default_factory=dict)
    counts: Mapping[SegmentValue, int] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowSegments:
    """Which of the window's log rows belong to a segment value, and which of its units do.

    A unit may have several log rows: those of an image that has several, and of its near-copies.

    Attributes
    ----------
    table
        The segments of the log rows, one column each; index 0..n-1.
    analysed
        The log rows whose image could be analysed, ascending.
    clusters
        The unit of each of these.
    predicted
        The unit of each log row, as predictions are counted.
    """

    table: pd.DataFrame
    analysed: NDArray[np.int64]
    clusters: NDArray[np.int64]
    predicted: RowUnits

    @classmethod
    def of(cls, table: pd.DataFrame, window: WindowImages, units: Units) -> WindowSegments:
        """Return the segments of a window, given those of its rows."""
        return cls(
            table=table,
            analysed=window.features.index.to_numpy(dtype=np.int64),
            clusters=units.current.clusters,
            predicted=units.predicted,
        )

    def rows_of(self, segment: SegmentValue) -> NDArray[np.bool_]:
        """Tell of each log row whether it has a segment value."""
        inside: NDArray[np.bool_] = segment_texts(self.table[segment.column]) == segment.value
        return inside

    def first_rows(self, segment: SegmentValue, units: pd.Index) -> NDArray[np.int64]:
        """Return the first analysed log row of each unit that has a segment value, -1 without any.

        Parameters
        ----------
        units
            An analysed log row of each unit.
        """
        own = np.flatnonzero(self.rows_of(segment)[self.analysed])
        found, first = np.unique(self.clusters[own], return_index=True)
        row_of = np.full(int(self.clusters.max(initial=-1)) + 1, -1, dtype=np.int64)
        row_of[found] = self.analysed[own[first]]
        return row_of[self.units_of(units)]

    def units_of(self, rows: pd.Index) -> NDArray[np.int64]:
        """Return the unit of images of some analysed log rows."""
        return self.clusters[np.searchsorted(self.analysed, rows.to_numpy(dtype=np.int64))]


def segment_units(
    profile: ReferenceProfile,
    window: WindowImages,
    units: Units,
    table: pd.DataFrame,
    job: Job,
    held_out: NDArray[np.int64] | None = None,
) -> SegmentedUnits:
    """Return the segments of both sides' units; none where the reference comes from no log.

    Parameters
    ----------
    table
        The segments of the window's rows, one column each.
    held_out
        The rows of the profile that a model's view of the window is held against; None without one.
    """
    if profile.records is None or "timestamp" not in profile.records:
        return SegmentedUnits()
    known = segments_of_reference(profile, job)
    wanted = [name for name in recorded_segments(job) if name in table]
    shared = [name for name in wanted if name in known]
    asked, answered = units.reference.first, _images_of_predictions(profile, units)
    rows = _first_rows(units.predicted)
    images = {
        name: UnitSegments(
            reference=segment_texts(known[name])[asked],
            current=segment_texts(table[name].iloc[units.current.first]),
        )
        for name in shared
    }
    return SegmentedUnits(
        images=images,
        views={}
        if held_out is None
        else {
            name: replace(of_units, reference=segment_texts(known[name])[held_out])
            for name, of_units in images.items()
        },
        predictions={
            name: UnitSegments(
                reference=np.append(segment_texts(known[name]), _NOWHERE)[answered],
                current=segment_texts(table[name].iloc[rows]),
            )
            for name in shared
        },
        counts=dict(_counts(wanted, table, window)),
        unknown=frozenset(wanted) - frozenset(shared),
    )


def _images_of_predictions(profile: ReferenceProfile, units: Units) -> NDArray[np.int64]:
    """Return the image that each unit of the reference's predictions is of, -1 where unknown."""
    rows = _first_rows(units.reference_predicted)
    if profile.prediction_images is None or profile.records is None:
        is_row_by_row = len(profile.predictions.rows) == profile.images
        return rows if is_row_by_row else np.full(len(rows), -1)
    known = pd.Index(profile.records["image"])
    found: NDArray[np.int64] = known.get_indexer(profile.prediction_images.iloc[rows])
    return found


def _first_rows(units: RowUnits) -> NDArray[np.int64]:
    first: NDArray[np.int64] = np.unique(units.of_row, return_index=True)[1].astype(np.int64)
    return first


def _counts(
    columns: Sequence[str], table: pd.DataFrame, window: WindowImages
) -> Iterator[tuple[SegmentValue, int]]:
    whole = window if window.part_of is None else window.part_of
    if whole is not window and whole.segments is not None:
        table, window = whole.segments, whole
    once = np.sort(np.unique(window.images_of_rows, return_index=True)[1])
    for name in columns:
        codes, values = pd.factorize(segment_texts(table[name].iloc[once]))
        counts = np.bincount(codes, minlength=len(values))
        for value, images in zip(values.tolist(), counts.tolist(), strict=True):
            yield SegmentValue(column=str(name), value=value), images
