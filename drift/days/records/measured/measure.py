"""From images and what the model said of them to sums on the reference's scales."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.comparison.columns.columns import log_name
from drift.days.blocks import Block, BlockRecord
from drift.days.records.measured.drawing import drawn_rows
from drift.days.records.measured.scales import CLASS, ProfileScales
from drift.days.scale import ReferenceScale
from drift.days.sums import ColumnSums, FamilySums, effective_number
from drift.observations.side_copies import copies_of_window
from drift.observations.unit_rows import RowUnits, mean_rows
from drift.observations.window_images import WindowImages
from jobs.job_file.job import Job
from jobs.predictions.values.class_names import canonical_labels
from reference_stats.extraction.names_used_again import NamesUsedAgain
from reference_stats.profiles.profile import ReferenceProfile

# The scores of more images at a time would take gigabytes.
_AT_ONCE = 20_000
# The sampling error of so many is a twentieth of the smallest effect that matters.
MOST_WINDOW_IMAGES = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class BothSums:
    """Sums over some images: of what was measured on them, and of what the model said."""

    features: FamilySums
    predictions: FamilySums


@dataclass(frozen=True, slots=True, kw_only=True)
class Measuring:
    """How images become sums.

    Attributes
    ----------
    scales
        The scales of the profile.
    burst
        `detection.burst`.
    most_images
        At most so many images of a block are looked at.
    """

    scales: ProfileScales
    burst: timedelta
    most_images: int

    @classmethod
    def of(cls, job: Job, profile: ReferenceProfile) -> Measuring:
        """Return how the images of a job are measured beside a profile.

        Raises
        ------
        ProfileDefinitionError
            If the profile holds a feature that is defined in another way now.
        """
        return cls(
            scales=ProfileScales.of(profile, job.detection.burst),
            burst=job.detection.burst,
            most_images=job.baseline.images_per_day,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockCounts:
    """What a block holds, before any of its images is looked at; as of `BlockRecord`."""

    rows: int
    images: int
    refused: int


def window_sums(window: WindowImages, measuring: Measuring) -> BothSums:
    """Return the sums over all images of a window.

    Of more than 50,000 images as many are drawn by their names.
    """
    drawn = drawn_rows(window.rows["image"].to_numpy(dtype=object), MOST_WINDOW_IMAGES)
    return _sums(window if drawn.all() else take_rows(window, np.flatnonzero(drawn)), measuring)


def block_record(
    block: Block, counts: BlockCounts, images: WindowImages, measuring: Measuring
) -> BlockRecord:
    """Return the record of a block.

    Parameters
    ----------
    images
        Its rows whose image may be read: all of them, or those of the drawn images.
    """
    names = images.rows["image"].to_numpy(dtype=object)
    drawn = np.flatnonzero(drawn_rows(names, measuring.most_images))
    # In one order whatever else was read with them: sums depend on it in their last digits.
    moments = images.rows["timestamp"].to_numpy()[drawn]
    mine = take_rows(images, drawn[np.lexsort((moments, names[drawn].astype(str)))])
    sums = _sums(mine, measuring)
    return BlockRecord(
        block=block,
        rows=counts.rows,
        images=counts.images,
        refused=counts.refused,
        logged=len(np.unique(mine.images_of_rows)),
        features=sums.features,
        predictions=sums.predictions,
    )


def take_rows(window: WindowImages, rows: NDArray[np.int64]) -> WindowImages:
    """Return some rows of a window, in the order given, with what is known of their images."""
    analysed = window.features.index.to_numpy(dtype=np.int64)
    place = np.full(len(window.rows), -1, dtype=np.int64)
    place[analysed] = np.arange(len(analysed))
    kept = place[rows]
    there = np.flatnonzero(kept >= 0)
    prints, gone = window.fingerprints, window.names_used_again.gone
    return WindowImages(
        rows=window.rows.iloc[rows].reset_index(drop=True),
        features=window.features.iloc[kept[there]].set_axis(there, axis=0),
        fingerprints=None if prints is None else prints[kept[there]],
        names_used_again=NamesUsedAgain(gone=gone[rows]) if len(gone) else NamesUsedAgain(),
    )


def _sums(window: WindowImages, measuring: Measuring) -> BothSums:
    pictures = RowUnits.of(window.images_of_rows)
    analysed = window.features.index.to_numpy(dtype=np.int64)
    copies = copies_of_window(window, burst=measuring.burst).found.clusters
    found, first = np.unique(pictures.of_row[analysed], return_index=True)
    # The images that could not be measured are clusters of their own.
    clusters = len(analysed) + np.arange(pictures.number, dtype=np.int64)
    clusters[found] = copies[first]
    return BothSums(
        features=_in_pieces(
            measuring.scales.features, window.features.iloc[first], clusters[found], {}
        ),
        predictions=_said(window.rows, pictures, clusters, measuring),
    )


def _said(
    rows: pd.DataFrame, pictures: RowUnits, clusters: NDArray[np.int64], measuring: Measuring
) -> FamilySums:
    known_names = set(measuring.scales.predictions.columns)
    names = [name for name in rows if log_name(str(name)) in known_names]
    numbers = mean_rows(rows[names], pictures)
    known = numbers.notna().any(axis=1).to_numpy(copy=True)
    classes: dict[str, Mapping[str, float]] = {}
    if CLASS in rows:
        labels = canonical_labels(rows[CLASS])
        labelled = labels.notna().to_numpy()
        if labelled.any():
            classes[log_name(CLASS)] = _shares(labels[labelled], pictures.of_row[labelled])
            known[pictures.of_row[labelled]] = True
    numbers = numbers[known].rename(columns=log_name)
    return _in_pieces(measuring.scales.predictions, numbers, clusters[known], classes)


def _shares(labels: pd.Series, of_row: NDArray[np.int64]) -> dict[str, float]:
    """Return by class the sum over images of its share within the image."""
    sizes = np.bincount(of_row)
    codes, names = pd.factorize(labels.astype("str"), sort=True)
    sums = np.zeros(len(names))
    # Images with equally many rows are added at once, so that the rows' order does not show.
    for size in np.unique(sizes[of_row]).tolist():
        sums += np.bincount(codes[sizes[of_row] == size], minlength=len(names)) / size
    return dict(zip(map(str, names), sums.tolist(), strict=True))


def _in_pieces(
    scale: ReferenceScale,
    numbers: pd.DataFrame,
    clusters: NDArray[np.int64],
    classes: Mapping[str, Mapping[str, float]],
) -> FamilySums:
    """Return `FamilySums.of`, of many images in little memory."""
    starts = range(0, max(len(numbers), 1), _AT_ONCE)
    parts = [
        FamilySums.of(scale, numbers.iloc[at : at + _AT_ONCE], clusters[at : at + _AT_ONCE])
        for at in starts
    ]
    whole = parts[0] if len(parts) == 1 else _added(parts)
    return replace(whole, effective=effective_number(clusters), classes=classes)


def _added(parts: Sequence[FamilySums]) -> FamilySums:
    names = dict.fromkeys(name for part in parts for name in part.columns)
    keys = dict.fromkeys(key for part in parts for key in part.scores)
    return FamilySums(
        images=sum(part.images for part in parts),
        effective=0.0,
        columns={name: _one_column([part.columns[name] for part in parts]) for name in names},
        scores={
            key: _one_score([part.scores[key] for part in parts if key in part.scores])
            for key in keys
        },
    )


def _one_column(parts: Sequence[ColumnSums]) -> ColumnSums:
    return ColumnSums(
        known=sum(one.known for one in parts),
        total=sum(one.total for one in parts),
        squares=sum(one.squares for one in parts),
        above=sum(one.above for one in parts),
        below=sum(one.below for one in parts),
    )


def _one_score(parts: Sequence[tuple[int, float, float]]) -> tuple[int, float, float]:
    return (
        sum(one[0] for one in parts),
        sum(one[1] for one in parts),
        sum(one[2] for one in parts),
    )
