"""Images that are in the window and in the reference: they are compared with themselves."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drift.observations.near_copies.between_sides import match_near_copies
from drift.observations.reference.copies import keys_of_both
from drift.observations.same_pictures import Numbers, PictureKeys, reference_fingerprints
from drift.observations.window_images import WindowImages
from reference_stats.profiles.profile import ReferenceProfile

Flags = NDArray[np.bool_]

# A shift is seen smaller by the part of a side that is in the other one too: by so much at most
# it may be. One or two pictures, such as that of a health check, are no part worth speaking of.
A_PART = 0.05
_FEWEST = 3
# From here on what is left is too little to stand for the whole.
NEARLY_ALL = 0.9
# Beyond what is alike within the reference itself, in standard errors.
_CLEARLY = 4.0
# Images that were saved anew have one original each; many images of one thing share theirs.
_ONE_TO_ONE = 0.8
_MOST_MATCHED = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """So many of all."""

    count: int
    total: int

    @property
    def share(self) -> float:
        """The part of the whole, between 0 and 1."""
        return self.count / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedImages:
    """What window and reference share.

    Attributes
    ----------
    images
        The window's images whose picture is in the reference, of those analysed.
    window, reference
        The different pictures of either side that are on the other one too.
    saved_anew
        How many of the window's different pictures are in the reference as near-copies only.
    """

    images: Part
    window: Part
    reference: Part
    saved_anew: int = 0

    @property
    def share(self) -> float:
        """The larger of the two shares of pictures; 0 for a picture or two."""
        if min(self.window.count, self.reference.count) < _FEWEST and not self.is_all:
            return 0.0
        return max(self.window.share, self.reference.share)

    @property
    def is_all(self) -> bool:
        """Whether one side holds nothing else."""
        return any(one.total and one.count == one.total for one in (self.window, self.reference))


def find_shared(profile: ReferenceProfile, window: WindowImages) -> SharedImages:
    """Return which images are on both sides: the same pictures, or saved anew as near-copies.

    Images without any structure, such as those of a covered lens, are equal by chance and count on
    neither side. Near-copies count only where clearly more of the window's pictures have one in
    the reference than the reference's pictures have among themselves, and where each has its own:
    images of one scene, or of one product, are alike without being copies. At most 100,000 of the
    window's pictures are looked at for that.
    """
    if window.of_rows:
        # Rows with equal numbers are no copies of each other.
        nothing = Part(count=0, total=len(window.features))
        return SharedImages(images=nothing, window=nothing, reference=nothing)
    ours, theirs = keys_of_both(profile, window)
    current, reference = _pictures(ours), _pictures(theirs)
    in_reference = _are_among(current.keys, reference.keys)
    in_window = _are_among(reference.keys, current.keys)
    # An image that several rows name is one.
    first = window.names_image_first
    images = int(in_reference[current.of_row[first & (current.of_row >= 0)]].sum())
    near_window, near_reference = _saved_anew(profile, window, (current, in_reference), reference)
    return SharedImages(
        images=Part(count=images + near_window, total=int(first.sum())),
        window=Part(count=int(in_reference.sum()) + near_window, total=len(current.keys)),
        reference=Part(count=int(in_window.sum()) + near_reference, total=len(reference.keys)),
        saved_anew=near_window,
    )


def _are_among(keys: NDArray[np.uint64], others: NDArray[np.uint64]) -> Flags:
    """Tell which keys are among others; both ascend."""
    if not len(others):
        return np.zeros(len(keys), dtype=np.bool_)
    places = np.minimum(np.searchsorted(others, keys), len(others) - 1)
    found: Flags = others[places] == keys
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pictures:
    """The different pictures of a side.

    Attributes
    ----------
    keys
        Their keys, sorted.
    rows
        The first image of each.
    of_row
        The position of each image's picture; -1 for one that cannot be known again.
    """

    keys: NDArray[np.uint64]
    rows: Numbers
    of_row: Numbers


def _pictures(found: PictureKeys) -> _Pictures:
    positions = np.flatnonzero(found.known & found.structured)
    keys, first, group = np.unique(found.keys[positions], return_index=True, return_inverse=True)
    of_row = np.full(len(found.keys), -1, dtype=np.int64)
    of_row[positions] = group
    return _Pictures(keys=keys, rows=positions[first], of_row=of_row)


def _saved_anew(
    profile: ReferenceProfile,
    window: WindowImages,
    ours: tuple[_Pictures, Flags],
    theirs: _Pictures,
) -> tuple[int, int]:
    """Return how many pictures of the window, and of the reference, are there as near-copies."""
    fingerprints, current = reference_fingerprints(profile), window.fingerprints
    pictures, same = ours
    rows = pictures.rows[~same][:_MOST_MATCHED]
    if fingerprints is None or current is None or len(rows) < _FEWEST or not len(theirs.rows):
        return 0, 0
    matches = match_near_copies(fingerprints[theirs.rows], current[rows])
    found, originals = int(matches.current.sum()), int(matches.reference.sum())
    usual = float(matches.within_reference.mean())
    if not _is_beyond(found, len(rows), usual, len(theirs.rows)):
        return 0, 0
    if originals < _ONE_TO_ONE * found:
        return 0, 0
    scale = int((~same).sum()) / len(rows)
    return round(found * scale), min(round(originals * scale), len(theirs.rows))


def _is_beyond(found: int, of: int, usual: float, reference: int) -> bool:
    """Tell whether clearly more images have near-copies than is usual within the reference."""
    likely = max(usual, 1 / reference)
    error = math.sqrt(likely * (1 - min(likely, 1.0)) * (1 / of + 1 / reference))
    return found >= _FEWEST and found / of > usual + A_PART + _CLEARLY * error
