"""The independent observations of both sides: a picture, or the near-copies of one burst."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.observations.other_units import other_rows, other_units
from drift.observations.reference.copies import count_once_like_reference
from drift.observations.side_copies import BothCopies, SideCopies
from drift.observations.unit_rows import RowUnits
from drift.observations.window_images import WindowImages
from reference_stats.profiles.profile import ReferenceProfile
from reports.findings.remarks import Remark

# So many further rows of an image, or copies, change no share that anyone would see.
_FEW = 0.05
# More rows of an image than this are how a log is written, and no deliveries twice.
_SEVERAL = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class SideUnits:
    """The units of one side.

    Attributes
    ----------
    first
        The row of each unit's first image: a position in the profile's features, a label of the
        window's.
    copies
        How many further near-copies each unit has, 0 for a picture that stands alone.
    known
        Whether near-copies could be looked for at all.
    timed
        Whether bursts could be told by their times.
    clusters
        The unit of each image: of each position in the profile's features, or of each of the
        window's analysed rows. Numbered from 0, in any order.
    """

    first: NDArray[np.int64]
    copies: NDArray[np.int64]
    known: bool
    timed: bool
    clusters: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """The units of both sides.

    Attributes
    ----------
    reference, current
        The units of the images.
    predicted, reference_predicted
        The unit of each row of the window's log, and of each of the reference's predictions: that
        of its image. The rows of an image that could not be analysed are one unit.
    doubt
        Why the two sides' predictions cannot be counted alike; None where they can.
    """

    reference: SideUnits
    current: SideUnits
    predicted: RowUnits
    reference_predicted: RowUnits
    doubt: Remark | None = None


def find_units(profile: ReferenceProfile, window: WindowImages, copies: BothCopies) -> Units:
    """Return what counts once on either side."""
    reference = _side(copies.reference, np.arange(profile.images))
    clusters = count_once_like_reference(
        profile, window, copies.current.found.clusters, near_copies=bool(reference.copies.any())
    )
    joined = replace(copies.current, found=replace(copies.current.found, clusters=clusters))
    current = _side(joined, window.features.index.to_numpy(dtype=np.int64))
    said = profile.predictions.rows
    images = pd.Series(window.images_of_rows)
    linked = _of_predictions(profile, reference)
    # Predictions that count row by row are held against those of the window's bursts: pictures
    # that count once in the folder do not count once among them.
    counted = copies.current.found.clusters if linked is None else clusters
    predicted = _of_rows(images, window.features.index.to_numpy(), counted)
    alone = RowUnits.alone(len(said))
    doubt = None
    if len(said.columns):
        unknown = linked is None and _matters(reference, window, predicted)
        doubt = other_units() if unknown else _unlike_rows(profile, window)
    return Units(
        reference=reference,
        current=current,
        predicted=predicted,
        reference_predicted=alone if linked is None else linked,
        doubt=doubt,
    )


def reference_units(profile: ReferenceProfile, copies: SideCopies) -> tuple[SideUnits, RowUnits]:
    """Return the units of a reference's images, and those of its predictions.

    Where it is not known which image a prediction is of, each of them is a unit of its own.
    """
    images = _side(copies, np.arange(profile.images))
    linked = _of_predictions(profile, images)
    return images, RowUnits.alone(len(profile.predictions.rows)) if linked is None else linked


def _of_rows(
    images: pd.Series, analysed: NDArray[np.int64], clusters: NDArray[np.int64]
) -> RowUnits:
    """Return the unit of each row: its image's cluster, or its image where that was not analysed.

    Parameters
    ----------
    images
        The image that each row names; rows that name none are units of their own.
    analysed
        The positions of the rows whose image is in a cluster.
    clusters
        The cluster of each of these.
    """
    labels = np.full(len(images), -1, dtype=np.int64)
    labels[analysed] = clusters
    lost = np.flatnonzero(labels < 0)
    if len(lost):
        codes = pd.factorize(images.to_numpy(dtype=object)[lost])[0].astype(np.int64)
        nameless = codes < 0
        codes[nameless] = codes.max(initial=-1) + 1 + np.arange(int(nameless.sum()))
        labels[lost] = clusters.max(initial=-1) + 1 + codes
    return RowUnits.of(labels)


def _of_predictions(profile: ReferenceProfile, reference: SideUnits) -> RowUnits | None:
    """Return the unit of each of the reference's predictions; None where that is not known."""
    rows, images = len(profile.predictions.rows), profile.prediction_images
    if images is not None and profile.records is not None:
        position = pd.Index(profile.records["image"]).get_indexer(images)
        analysed = np.flatnonzero(position >= 0)
        return _of_rows(images, analysed, reference.clusters[position[analysed]])
    if images is not None:
        return _of_rows(images, np.zeros(0, np.int64), np.zeros(0, np.int64))
    # As many rows as images: a stretch of a log with a row per image, all of them readable, or a
    # table that holds the predictions beside the features.
    is_row_by_row = rows == profile.images and (reference.timed or profile.records is None)
    return RowUnits.of(reference.clusters) if is_row_by_row else None


def _matters(reference: SideUnits, window: WindowImages, predicted: RowUnits) -> bool:
    """Tell whether counting the reference's rows one by one differs from counting by images."""
    rows, images = len(window.rows), window.rows["image"].nunique()
    boxes = rows - images > _FEW * rows
    if not reference.timed:
        # A set of images, row by row, holds no bursts that would have to count once.
        return boxes
    bursts = int(reference.copies.sum()) > _FEW * len(reference.clusters)
    return boxes or bursts or rows - predicted.number > _FEW * rows


def _unlike_rows(profile: ReferenceProfile, window: WindowImages) -> Remark | None:
    """Return that one side has one row of an image where the other has several different ones."""
    images = profile.prediction_images
    if images is None:
        # The rows are the images one by one, or nothing is known of them.
        images = pd.Series(range(len(profile.predictions.rows)))
    then = _rows_per_image(images, profile.predictions.rows)
    answers = [name for name in profile.predictions.rows if name in window.rows]
    now = _rows_per_image(window.rows["image"], window.rows[answers])
    few, many = sorted((then, now))
    return other_rows(then, now) if few < 1 + _FEW and many > _SEVERAL else None


def _rows_per_image(images: pd.Series, rows: pd.DataFrame) -> float:
    """Return how many different rows an image has on average; 1 where there is no row."""
    repeated = images.duplicated(keep=False).to_numpy() & images.notna().to_numpy()
    if not repeated.any():
        return 1.0
    shared = rows.reset_index(drop=True)[repeated].assign(**{"": images.to_numpy()[repeated]})
    return float(len(images) - shared.duplicated().sum()) / max(1, images.nunique())


def _side(copies: SideCopies, labels: NDArray[np.int64]) -> SideUnits:
    """Return the first row of each cluster, and how many other images are in it.

    Clusters are numbered from 0 without gaps; an image is in one cluster only.

    Parameters
    ----------
    labels
        The label of each row.
    """
    clusters, images = copies.found.clusters, copies.found.images
    number = int(clusters.max(initial=-1)) + 1
    first = np.full(number, len(clusters))
    np.minimum.at(first, clusters, np.arange(len(clusters)))
    of_image = clusters[np.unique(images, return_index=True)[1]]
    order = np.argsort(first)
    return SideUnits(
        first=labels[first[order]].astype(np.int64, copy=False),
        copies=(np.bincount(of_image, minlength=number) - 1)[order],
        known=copies.known,
        timed=copies.timed,
        clusters=clusters,
    )
