"""Which images of the reference are typical: those to show beside the ones that stand out."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.comparison.columns.columns import resolution_of
from drift.where.direction import FARTHEST, QUARTILE_DISTANCE
from reference_stats.features.feature import Sign
from reference_stats.features.registry import FEATURES

_MOST_TYPICAL_PART, _LARGEST_POOL = 4, 64
_SEEN = tuple(
    feature.name for feature in FEATURES if Sign.LOOK in {feature.rising, feature.falling}
)


class _Candidate(NamedTuple):
    distance: float
    name: str
    row: int
    fingerprint: bytes


def typical_images(features: pd.DataFrame, records: pd.DataFrame, most: int) -> tuple[str, ...]:
    """Return the names of typical images that differ from each other, the most typical one first.

    An image is typical where its numbers that the eye sees lie near the reference's medians: the
    root mean square of the distances in robust standard deviations is small, none counting more
    than six. Of the most typical quarter, 64 images at most, the one that lies farthest from
    those already named, in all numbers, is named next. Where the images lie in several folders,
    as those of a reference by class do, that is done for each, and each folder gives one before
    any gives a second. Images with the same fingerprint are shown once.

    Parameters
    ----------
    features, records
        Those of a `ReferenceProfile`, one row per image.
    most
        How many names at most.
    """
    numbers = _far_out(features).fillna(0.0).to_numpy()
    folders: defaultdict[str, list[_Candidate]] = defaultdict(list)
    for one in _most_typical_first(features, records):
        folders[one.name.rpartition("/")[0]].append(one)
    ranked = [
        (turn, one.distance, one.name)
        for of_folder in folders.values()
        for turn, one in enumerate(_spread(of_folder, numbers, most))
    ]
    return tuple(name for _, _, name in sorted(ranked)[:most])


def _most_typical_first(features: pd.DataFrame, records: pd.DataFrame) -> list[_Candidate]:
    """Return the images whose distance is known, of each fingerprint the most typical one."""
    images = [
        _Candidate(distance, str(name), row, fingerprint)
        for row, (distance, name, fingerprint) in enumerate(
            zip(
                _distances(features).tolist(),
                records["image"].tolist(),
                records["fingerprint"].tolist(),
                strict=True,
            )
        )
        if math.isfinite(distance)
    ]
    distinct: dict[bytes, _Candidate] = {}
    for image in sorted(images):
        distinct.setdefault(image.fingerprint, image)
    return list(distinct.values())


def _spread(
    of_folder: Sequence[_Candidate], numbers: NDArray[np.float64], most: int
) -> list[_Candidate]:
    """Return the first one, then again and again the one farthest from all before it."""
    size = max(most, min(len(of_folder) // _MOST_TYPICAL_PART, _LARGEST_POOL))
    pool = list(of_folder[:size])
    places = numbers[[one.row for one in pool]]
    nearest = np.full(len(pool), np.inf)
    taken: list[int] = []
    while len(taken) < min(most, len(pool)):
        taken.append(int(np.argmax(nearest)))
        step = ((places - places[taken[-1]]) ** 2).mean(axis=1)
        nearest = np.minimum(nearest, step)
        nearest[taken] = -1.0
    return [pool[place] for place in taken]


def _distances(features: pd.DataFrame) -> NDArray[np.float64]:
    """Return each image's distance from the medians, shape (images,); infinite without a number."""
    far = _far_out(features[[name for name in _SEEN if name in features]])
    if far.columns.empty:
        return np.full(len(features), np.inf)
    distances = np.sqrt((far**2).mean(axis=1)).to_numpy(dtype="float64")
    return np.where(np.isfinite(distances), distances, np.inf)


def _resolution(name: str) -> float:
    return resolution_of(name) or float(np.finfo(np.float64).tiny)


def _far_out(features: pd.DataFrame) -> pd.DataFrame:
    """Return how far each number lies from its median, in robust standard deviations."""
    known = features.dropna(axis=1, how="all")
    spread = known.quantile(0.75) - known.quantile(0.25)
    # Where half of the images agree on a number, another one is far only beyond its resolution.
    finest = pd.Series({name: _resolution(str(name)) for name in known.columns}, dtype="float64")
    scale = spread.where(spread > finest, finest) / QUARTILE_DISTANCE
    return ((known - known.median()) / scale).clip(-FARTHEST, FARTHEST)
