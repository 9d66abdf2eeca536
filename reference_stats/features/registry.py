"""All feature families and the features that every image is turned into."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from reference_stats.features import canonical
from reference_stats.features.families.blockiness import BLOCKINESS_FEATURES
from reference_stats.features.families.colour import COLOUR_FEATURES
from reference_stats.features.families.composition import COMPOSITION_FEATURES
from reference_stats.features.families.defects import DEFECT_FEATURES
from reference_stats.features.families.detail import DETAIL_FEATURES
from reference_stats.features.families.geometry import FILE_FEATURES
from reference_stats.features.families.luma import LUMA_FEATURES
from reference_stats.features.families.noise import NOISE_FEATURES
from reference_stats.features.families.sharpness import SHARPNESS_FEATURES
from reference_stats.features.feature import Feature
from reference_stats.fingerprint import FINGERPRINT_VERSION
from reference_stats.outcomes import FeatureValues
from reference_stats.sums.arithmetic import Value
from reference_stats.sums.decoded_image import DecodedImage
from reference_stats.sums.image_columns import ImageColumns
from reference_stats.sums.image_sums import ImageSums

FAMILIES: dict[str, tuple[Feature, ...]] = {
    "grey levels": LUMA_FEATURES,
    "colour": COLOUR_FEATURES,
    "sharpness": SHARPNESS_FEATURES,
    "detail": DETAIL_FEATURES,
    "noise": NOISE_FEATURES,
    "blockiness": BLOCKINESS_FEATURES,
    "defects": DEFECT_FEATURES,
    "composition": COMPOSITION_FEATURES,
    "file": FILE_FEATURES,
}
FEATURES: tuple[Feature, ...] = tuple(feature for family in FAMILIES.values() for feature in family)
_GREY_LEVELS = frozenset(feature.name for feature in LUMA_FEATURES)
_BY_NAME = {feature.name: feature for feature in FEATURES}


def feature_set(canonical_size: int | None = None) -> tuple[Feature, ...]:
    """Return the features that a job computes.

    Parameters
    ----------
    canonical_size
        ``images.canonical_size`` of the job: the features that follow the resolution are computed
        at that size too, behind all others.
    """
    if canonical_size is None:
        return FEATURES
    scaled = (
        canonical.at_canonical_size(feature, canonical_size)
        for feature in FEATURES
        if feature.follows_resolution
    )
    return (*FEATURES, *scaled)


def feature_named(name: str) -> Feature | None:
    """Return the feature of a column, at whatever size; None for what is no feature."""
    if name in _BY_NAME:
        return _BY_NAME[name]
    base, side = canonical.split_name(name) or ("", 0)
    feature = _BY_NAME.get(base)
    if feature is None or not feature.follows_resolution:
        return None
    return canonical.at_canonical_size(feature, side)


def clips_deep_images(name: str) -> bool:
    """Tell whether a column's feature clips samples of more than 8 bits, at whatever size."""
    base, _ = canonical.split_name(name) or (name, 0)
    return base in _GREY_LEVELS


def features_named(names: Iterable[str]) -> tuple[Feature, ...]:
    """Return the features among some columns, in their order."""
    found = (feature_named(name) for name in names)
    return tuple(feature for feature in found if feature is not None)


def feature_set_id(features: Iterable[Feature] = FEATURES) -> str:
    """Return a name for a set of features that changes with any name or version in it.

    The fingerprint that goes with every image's features is part of the set.
    """
    definitions = sorted(f"{feature.name}:{feature.version}" for feature in features)
    definitions.append(f"fingerprint:{FINGERPRINT_VERSION}")
    return "fs-" + hashlib.sha256("\n".join(definitions).encode()).hexdigest()[:12]


def feature_names(features: Sequence[Feature] = FEATURES) -> tuple[str, ...]:
    """Return the names in the order of the set."""
    return tuple(feature.name for feature in features)


def compute_features(image: DecodedImage, features: Sequence[Feature] = FEATURES) -> FeatureValues:
    """Return one number per feature, in the order of `features`."""
    numbers = np.array([feature.compute(image) for feature in features], dtype=np.float64)
    return FeatureValues(feature_names(features), numbers)


def compute_columns(images: ImageColumns, features: Sequence[Feature]) -> NDArray[np.float64]:
    """Return the numbers of several images, shape (images, features).

    None of the features `reads_pixels`.
    """
    numbers = np.empty((len(images.height), len(features)))
    for place, feature in enumerate(features):
        of_sums = cast("Callable[[ImageSums], Value]", feature.compute)
        numbers[:, place] = of_sums(images)
    return numbers
