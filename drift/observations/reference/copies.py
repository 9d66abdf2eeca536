"""Copies among the reference images: each picture of a folder counts once.

Someone who copies a file into the folder five hundred times has not seen that picture five hundred
times. A reference that is a stretch of the log is another matter: what was sent twice was asked
twice, as in the window, and both sides are taken apart by the same bursts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.observations.near_copies.links import merge_labels
from drift.observations.near_copies.within_burst import LARGEST_CLUSTER
from drift.observations.reference.scenes import scenes_of_reference
from drift.observations.same_pictures import (
    PictureKeys,
    pixel_columns,
    reference_fingerprints,
    reference_pictures,
)
from drift.observations.window_images import WindowImages
from reference_stats.profiles.profile import ReferenceProfile
from reports.words.numbers import counted

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyCount:
    """How many images are copies of others.

    Attributes
    ----------
    images, copies
        All images, and those that show the picture of an earlier one.
    copied
        How many pictures are there more than once.
    is_complete
        Whether all images that could be equal were looked at; otherwise there may be more copies.
    """

    images: int
    copies: int
    copied: int
    is_complete: bool = True

    @property
    def different(self) -> int:
        """The number of different pictures."""
        return self.images - self.copies

    def words(self) -> str:
        """Return what is there: ``499 of 600 reference images are copies of one``."""
        least = "" if self.is_complete else "at least "
        of_what = "one" if self.copied == 1 else f"{self.copied:,} others"
        verb = "is a copy" if self.copies == 1 else "are copies"
        return f"{least}{self.copies:,} of {self.images:,} reference images {verb} of {of_what}"

    def different_words(self) -> str:
        """Return ``600 images (101 different)``; only the images where all are different."""
        images = counted(self.images, "image")
        return f"{images} ({self.different:,} different)" if self.copies else images


def count_copies(profile: ReferenceProfile) -> CopyCount:
    """Return how many images of a profile are copies of others."""
    times = np.unique(reference_pictures(profile), return_counts=True)[1]
    return CopyCount(
        images=profile.images,
        copies=profile.images - len(times),
        copied=int(np.count_nonzero(times > 1)),
    )


def words_of_copies(profile: ReferenceProfile) -> str:
    """Return which images are copies and how they count; empty where all are different."""
    found = count_copies(profile)
    if not found.copies:
        return ""
    counts = (
        "they count by bursts, like those of the window"
        if has_times(profile)
        else "each picture counts once, so the reference is "
        + counted(found.different, "different picture")
    )
    return f"{found.words()}; {counts}"


def has_times(profile: ReferenceProfile) -> bool:
    """Tell whether a profile comes from a log, whose images have times and bursts."""
    return profile.records is not None and "timestamp" in profile.records


def without_copies(profile: ReferenceProfile) -> ReferenceProfile:
    """Return a profile whose images are those that count: of a folder each picture once."""
    if has_times(profile):
        return profile
    first = np.unique(reference_pictures(profile))
    if len(first) == profile.images:
        return profile
    records = profile.records
    return replace(
        profile,
        features=profile.features.iloc[first].reset_index(drop=True),
        records=None if records is None else records.iloc[first].reset_index(drop=True),
    )


def count_once_like_reference(
    profile: ReferenceProfile, window: WindowImages, clusters: Numbers, *, near_copies: bool
) -> Numbers:
    """Return the cluster of each analysed image, those of one picture of the reference joined.

    A picture that counts once in a folder of reference images counts once in the window too,
    whenever and by whomever it was sent; otherwise a placeholder that is as frequent on both
    sides would look like a change. As with bursts, some 25 images count once, so that a camera
    that froze does not become one observation.

    Parameters
    ----------
    clusters
        The cluster of near-copies of each analysed image of the window.
    near_copies
        Whether the reference holds near-copies: those of a folder count once too, as there are no
        times, and so do the window's images that look like them, whenever they were sent.
        Otherwise the nights of a camera that stands still would be many in the window only.
    """
    if has_times(profile) or window.of_rows or not len(clusters):
        return clusters
    ours, theirs = keys_of_both(profile, window)
    positions = np.flatnonzero(ours.known & np.isin(ours.keys, theirs.keys[theirs.known]))
    clusters = _joined(clusters, ours.keys[positions], positions)
    if not near_copies:
        return clusters
    scenes = scenes_of_reference(profile, window)
    positions = np.flatnonzero(scenes >= 0)
    return _joined(clusters, scenes[positions], positions)


def _joined(clusters: Numbers, keys: NDArray[Any], positions: Numbers) -> Numbers:
    """Return clusters where images of equal keys are one, some 25 images each.

    Parameters
    ----------
    keys
        One for each of `positions`.
    """
    if not len(positions):
        return clusters
    rows = pd.DataFrame({"key": keys, "cluster": clusters[positions]})
    sizes = rows.groupby(["key", "cluster"], sort=False).size().rename("images").reset_index()
    # In order of time, as the clusters are numbered.
    sizes = sizes.sort_values(["key", "cluster"], kind="stable")
    before = sizes.groupby("key")["images"].cumsum() - sizes["images"]
    part = before // LARGEST_CLUSTER
    leader = sizes.groupby([sizes["key"], part])["cluster"].transform("first")
    labels = np.arange(int(clusters.max()) + 1, dtype=np.int64)
    joined = merge_labels(labels, leader.to_numpy(), sizes["cluster"].to_numpy())
    return pd.factorize(joined[clusters])[0].astype(np.int64)


def keys_of_both(
    profile: ReferenceProfile, window: WindowImages
) -> tuple[PictureKeys, PictureKeys]:
    """Return the keys of the window's analysed images and of the reference's, alike for both."""
    columns = [name for name in pixel_columns(profile) if name in window.features]
    known = reference_fingerprints(profile)
    both = known is not None and window.fingerprints is not None
    return (
        PictureKeys.of(window.features, columns, window.fingerprints if both else None),
        PictureKeys.of(profile.features, columns, known if both else None),
    )
