"""Which images show the very same picture, told by their numbers.

Two stored images are the same picture where everything that is measured on their pixels is equal:
copies under other names, and the same pixels in another lossless format. No two photographs are,
not even of one camera that stands still, because of the noise in them. Near-copies are another
matter: a camera that stands still gives thousands of them that are all images of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reference_stats.features.registry import FEATURES
from reference_stats.fingerprint import Fingerprints, count_gradients, stack_fingerprints
from reference_stats.profiles.profile import ReferenceProfile

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]

# The same pixels may be stored in another way.
_OF_THE_FILE = frozenset({"size_bytes", "bits_per_pixel"})
# Numbers of so many digits that pictures hardly agree on three of them by chance.
_TELLING = frozenset(
    {
        "mean",
        "std_dev",
        "entropy",
        "edge_density",
        "mean_red",
        "mean_green",
        "mean_blue",
        "saturation",
        "colourfulness",
        "sharpness",
        "noise_level",
    }
)
_FEWEST_TELLING = 3
# Images of one flat colour are equal without being copies: a covered lens, a blank page.
FEWEST_GRADIENTS = 8
_FLAT = 1e-6
# What is left of 52 bits of a number: other machines may add up in another order.
_BITS_DROPPED = np.uint64(24)
_MIXER = np.uint64(0x9E3779B97F4A7C15)
_NOT_A_NUMBER = np.uint64(0x7FF8_0000_0000_0000)


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureKeys:
    """A number for the picture of each image.

    Attributes
    ----------
    keys
        uint64, equal where the pictures are the same.
    known
        Whether enough was measured to know a picture again; the keys of others mean nothing.
    structured
        Whether there is anything to see: flat images are equal without being copies.
    """

    keys: NDArray[np.uint64]
    known: Flags
    structured: Flags

    @classmethod
    def of(
        cls, features: pd.DataFrame, columns: list[str], fingerprints: Fingerprints | None
    ) -> PictureKeys:
        """Return the keys by some columns of the features, and by the fingerprints where known."""
        keys = np.zeros(len(features), dtype=np.uint64)
        told = np.zeros(len(features), dtype=np.int64)
        for name in columns:
            values = features[name].to_numpy(dtype="float64")
            keys = _mix(keys, _rounded_bits(values))
            if name in _TELLING:
                told += ~np.isnan(values)
        structured = np.ones(len(features), dtype=np.bool_)
        if fingerprints is not None:
            for word in range(fingerprints.shape[1]):
                keys = _mix(keys, fingerprints[:, word])
            structured = count_gradients(fingerprints) >= FEWEST_GRADIENTS
        elif "std_dev" in columns:
            structured = np.abs(features["std_dev"].to_numpy(dtype="float64")) > _FLAT
        return cls(keys=keys, known=told >= _FEWEST_TELLING, structured=structured)


def reference_pictures(profile: ReferenceProfile) -> Numbers:
    """Return for each reference image the first image that shows the same picture.

    Rows of a log with equal numbers are no copies.
    """
    if profile.of_rows:
        return np.arange(profile.images, dtype=np.int64)
    found = PictureKeys.of(
        profile.features, pixel_columns(profile), reference_fingerprints(profile)
    )
    firsts = np.arange(profile.images, dtype=np.int64)
    positions = np.flatnonzero(found.known)
    if len(positions):
        _, first, group = np.unique(found.keys[positions], return_index=True, return_inverse=True)
        firsts[positions] = positions[first[group]]
    return firsts


def pixel_columns(profile: ReferenceProfile) -> list[str]:
    """Return the features of a profile that tell pictures apart, in today's definition."""
    return [
        feature.name
        for feature in FEATURES
        if feature.name not in _OF_THE_FILE
        and feature.name in profile.features
        and profile.versions.get(feature.name) == feature.version
    ]


def reference_fingerprints(profile: ReferenceProfile) -> Fingerprints | None:
    """Return the fingerprints of a profile's images; None where they are not known."""
    if profile.records is None:
        return None
    return stack_fingerprints(list(profile.records["fingerprint"]))


def _rounded_bits(values: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Return equal bits for numbers that differ by less than rounding; zeros have one sign."""
    bits = (values + 0.0).view(np.uint64)
    half = np.uint64(1) << (_BITS_DROPPED - np.uint64(1))
    rounded = (bits + half) >> _BITS_DROPPED
    return np.where(np.isnan(values), _NOT_A_NUMBER, rounded)


def _mix(keys: NDArray[np.uint64], values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    mixed = (keys ^ values) * _MIXER
    mixed ^= mixed >> np.uint64(29)
    return mixed * _MIXER
