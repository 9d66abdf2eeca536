"""The independent observations of both sides: a picture, or the near-copies of one burst."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from drift.near_duplicates import ImageRecords, as_moments, find_near_copies
from drift.reference_copies import count_once_like_reference, has_times
from drift.same_pictures import reference_pictures
from drift.window_images import WindowImages
from reference_stats.fingerprint import stack_fingerprints
from reference_stats.profiles.profile import ReferenceProfile

_TIME = "timestamp"


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
    """

    first: NDArray[np.int64]
    copies: NDArray[np.int64]
    known: bool
    timed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """The units of both sides.

    Attributes
    ----------
    reference, current
        The units of the images.
    predicted
        The labels of the window's rows whose predictions count: one row per unit, and every row
        whose image could not be analysed.
    reference_predicted
        The positions of the reference's predictions that count.
    """

    reference: SideUnits
    current: SideUnits
    predicted: NDArray[np.int64]
    reference_predicted: NDArray[np.int64]


def find_units(profile: ReferenceProfile, window: WindowImages, *, burst: timedelta) -> Units:
    """Return what counts once on either side.

    Parameters
    ----------
    burst
        `detection.burst`, by which a reference that comes from a log is taken apart too.
    """
    reference = _of_reference(profile, burst)
    current = _side(
        count_once_like_reference(profile, window),
        _images(window),
        labels=window.features.index.to_numpy(dtype=np.int64),
        known=window.copies is not None,
        timed=True,
    )
    unanalysed = window.rows.index.difference(window.features.index).to_numpy()
    rows = len(profile.predictions.rows)
    one_log = reference.timed and rows == profile.images
    return Units(
        reference=reference,
        current=current,
        predicted=np.sort(np.concatenate([current.first, unanalysed])).astype(np.int64),
        reference_predicted=reference.first if one_log else np.arange(rows),
    )


def _of_reference(profile: ReferenceProfile, burst: timedelta) -> SideUnits:
    positions = np.arange(profile.images)
    records = profile.records
    timed = has_times(profile)
    # What lies in a folder twice is no second observation, and no near-copy that traffic made.
    pictures = positions if timed else reference_pictures(profile)
    if records is None:
        numbers = np.unique(pictures, return_inverse=True)[1]
        return _side(numbers, numbers, labels=positions, known=False, timed=False)
    found = find_near_copies(
        ImageRecords(
            names=records["image"].to_numpy(dtype=object)[pictures],
            fingerprints=stack_fingerprints(list(records["fingerprint"])),
            clients=records["client"].to_numpy(dtype=object) if timed else None,
            times=as_moments(records[_TIME]) if timed else None,
        ),
        burst=burst,
    )
    return _side(found.clusters, found.images, labels=positions, known=True, timed=timed)


def _images(window: WindowImages) -> NDArray[np.int64] | None:
    """Return a number for the image of each analysed row; None where each has one of its own."""
    if window.copies is not None:
        return window.copies.images
    return np.asarray(window.clusters, dtype=np.int64)


def _side(
    clusters: NDArray[np.int64],
    images: NDArray[np.int64] | None,
    *,
    labels: NDArray[np.int64],
    known: bool,
    timed: bool,
) -> SideUnits:
    """Return the first row of each cluster, and how many other images are in it.

    Clusters are numbered from 0 without gaps; an image is in one cluster only.
    """
    number = int(clusters.max(initial=-1)) + 1
    first = np.full(number, len(clusters))
    np.minimum.at(first, clusters, np.arange(len(clusters)))
    of_image = clusters if images is None else clusters[np.unique(images, return_index=True)[1]]
    order = np.argsort(first)
    return SideUnits(
        first=labels[first[order]].astype(np.int64, copy=False),
        copies=(np.bincount(of_image, minlength=number) - 1)[order],
        known=known,
        timed=timed,
    )
