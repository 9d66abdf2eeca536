"""The near-copies of each side: one look at the reference's images, one at the window's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.observations.near_copies.within_burst import (
    ImageRecords,
    NearCopies,
    as_moments,
    find_near_copies,
)
from drift.observations.reference.copies import has_times
from drift.observations.same_pictures import reference_pictures
from drift.observations.window_images import WindowImages
from reference_stats.fingerprint import stack_fingerprints
from reference_stats.profiles.profile import ReferenceProfile

_TIME = "timestamp"


@dataclass(frozen=True, slots=True, kw_only=True)
class SideCopies:
    """The near-copies among the images of one side.

    Attributes
    ----------
    found
        Image by image, in the order of the side's features; where `known` is false, only rows of
        one image are together.
    known
        Whether near-copies could be looked for at all: there are fingerprints.
    timed
        Whether bursts could be told by their times.
    """

    found: NearCopies
    known: bool
    timed: bool

    @classmethod
    def unknown(cls, images: NDArray[np.int64], *, timed: bool) -> SideCopies:
        """Return those of a side without fingerprints, by the number of each row's image."""
        none = np.zeros(len(images), dtype=np.bool_)
        found = NearCopies(clusters=images, images=images, is_near_copy=none)
        return cls(found=found, known=False, timed=timed)


@dataclass(frozen=True, slots=True, kw_only=True)
class BothCopies:
    """The near-copies of both sides."""

    reference: SideCopies
    current: SideCopies


def find_copies(profile: ReferenceProfile, window: WindowImages, *, burst: timedelta) -> BothCopies:
    """Return the near-copies of both sides.

    Parameters
    ----------
    burst
        `detection.burst`, by which a reference that comes from a log is taken apart too.
    """
    return BothCopies(
        reference=copies_of_reference(profile, burst=burst),
        current=copies_of_window(window, burst=burst),
    )


def copies_of_window(window: WindowImages, *, burst: timedelta) -> SideCopies:
    """Return the near-copies among the window's analysed images."""
    rows, analysed = window.rows, window.features.index
    images = window.images_of_rows[analysed]
    if window.fingerprints is None:
        return SideCopies.unknown(pd.factorize(images)[0].astype(np.int64), timed=True)
    # A million texts are not copied for nothing.
    of_images = rows if len(analysed) == len(rows) else rows.loc[analysed]
    clients = of_images["client"]
    records = ImageRecords(
        names=of_images["image"],
        numbers=images,
        fingerprints=window.fingerprints,
        clients=clients.to_numpy(dtype=object) if clients.notna().any() else None,
        times=as_moments(of_images[_TIME]),
    )
    return SideCopies(found=find_near_copies(records, burst=burst), known=True, timed=True)


def copies_of_reference(profile: ReferenceProfile, *, burst: timedelta) -> SideCopies:
    """Return the near-copies among the images of a profile."""
    records, timed = profile.records, has_times(profile)
    # What lies in a folder twice is no second observation, and no near-copy that traffic made.
    pictures = np.arange(profile.images) if timed else reference_pictures(profile)
    if records is None:
        return SideCopies.unknown(np.unique(pictures, return_inverse=True)[1], timed=False)
    found = find_near_copies(
        ImageRecords(
            names=records["image"].to_numpy(dtype=object)[pictures],
            fingerprints=stack_fingerprints(list(records["fingerprint"])),
            clients=records["client"].to_numpy(dtype=object) if timed else None,
            times=as_moments(records[_TIME]) if timed else None,
        ),
        burst=burst,
    )
    return SideCopies(found=found, known=True, timed=timed)
