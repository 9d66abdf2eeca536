"""Which images of the reference are typical: those to show beside the ones that stand out."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.direction import FARTHEST
from reference_stats.features.registry import FEATURES

_QUARTILE_DISTANCE = 1.349
_HEADLINES = tuple(feature.name for feature in FEATURES if feature.headline)


def typical_images(features: pd.DataFrame, records: pd.DataFrame, most: int) -> tuple[str, ...]:
    """Return the names of the most typical images, the most typical one first.

    An image is typical where its numbers that the eye sees lie near the reference's medians: the
    root mean square of the distances in robust standard deviations is small, none counting more
    than six. Where the images lie in several folders, as those of a reference by class do, each
    folder gives one before any gives a second. Images with the same fingerprint are shown once.

    Parameters
    ----------
    features, records
        Those of a `ReferenceProfile`, one row per image.
    most
        How many names at most.
    """
    distances = _distances(features).tolist()
    images = [
        (distance, str(name), fingerprint)
        for distance, name, fingerprint in zip(
            distances, records["image"].tolist(), records["fingerprint"].tolist(), strict=True
        )
        if math.isfinite(distance)
    ]
    seen: set[bytes] = set()
    taken: Counter[str] = Counter()
    ranked: list[tuple[int, int, str]] = []
    for place, (_, name, fingerprint) in enumerate(sorted(images)):
        if fingerprint in seen:
            continue
        seen.add(fingerprint)
        folder = name.rpartition("/")[0]
        ranked.append((taken[folder], place, name))
        taken[folder] += 1
    return tuple(name for _, _, name in sorted(ranked)[:most])


def _distances(features: pd.DataFrame) -> NDArray[np.float64]:
    """Return each image's distance from the medians, shape (images,); infinite without a number."""
    known = features[[name for name in _HEADLINES if name in features]].dropna(axis=1, how="all")
    if known.columns.empty:
        return np.full(len(features), np.inf)
    spread = known.quantile(0.75) - known.quantile(0.25)
    # Where half of the images agree on a number, any other one is far.
    scale = spread.where(spread > 0, np.finfo(np.float64).tiny) / _QUARTILE_DISTANCE
    far = ((known - known.median()) / scale).clip(-FARTHEST, FARTHEST)
    distances = np.sqrt((far**2).mean(axis=1)).to_numpy(dtype="float64")
    return np.where(np.isfinite(distances), distances, np.inf)
