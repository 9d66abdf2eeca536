"""Images grouped by likeness: embeddings that lie near each other show the same kind of thing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import cut_tree, linkage
from scipy.spatial.distance import squareform

from drift.model_view.nearness import Directions, distances_between
from drift.seed import SEED

_MOST_TRIED = 8
# Measured with efficientnet-lite0: 40 images of one class of CIFAR fall apart by 0.05 to 0.07, and
# with 20 of an unlike class beside them, of which 95 % are told apart, by 0.09 to 0.11.
_LEAST_BEYOND_NOISE = 0.08
_DRAWS = 3


def grouped(embeddings: NDArray[np.float16]) -> list[NDArray[np.int64]]:
    """Return groups of images, the largest first, each from its middle outwards.

    Groups are merged by Ward's criterion; their number is the one whose mean silhouette (P. J.
    Rousseeuw, 1987) is largest, and one where none separates them clearly better than noise.

    Parameters
    ----------
    embeddings
        Of shape (images, width).

    Returns
    -------
    The places of the images; each is in one group.
    """
    distances = distances_between(Directions.of(embeddings))
    codes = _best_codes(distances, _of_noise(embeddings.shape))
    groups = [np.flatnonzero(codes == code).astype(np.int64) for code in range(codes.max() + 1)]
    # The first image is the most novel one: of equal groups, that of the earlier image is first.
    groups.sort(key=lambda places: (-len(places), int(places[0])))
    return [from_the_middle(distances, places) for places in groups]


def from_the_middle(distances: NDArray[np.float64], places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the places of a group, those nearest to all of it first."""
    from_others = distances[np.ix_(places, places)].sum(axis=1)
    return places[np.argsort(from_others, kind="stable")]


def _best_codes(distances: NDArray[np.float64], noise: float) -> NDArray[np.int64]:
    best, codes = _best_split(distances)
    if codes is None or best < noise + _LEAST_BEYOND_NOISE:
        return np.zeros(len(distances), dtype=np.int64)
    return codes


def _of_noise(shape: tuple[int, ...]) -> float:
    """Return how well as many embeddings of that width are told apart that hold no groups.

    Few embeddings, and such of few numbers, fall apart by chance.
    """
    random = np.random.default_rng(SEED)
    drawn = (Directions.of(random.normal(size=shape).astype(np.float16)) for _ in range(_DRAWS))
    return max(_best_split(distances_between(one))[0] for one in drawn)


def _best_split(distances: NDArray[np.float64]) -> tuple[float, NDArray[np.int64] | None]:
    """Return the largest mean silhouette of any number of groups, and these groups."""
    tried = range(2, min(_MOST_TRIED, len(distances) - 1) + 1)
    if not tried or not distances.any():
        return 0.0, None
    tree = linkage(squareform(distances, checks=False), method="ward")
    choices = [np.asarray(cut_tree(tree, number))[:, 0].astype(np.int64) for number in tried]
    worth = [silhouette(distances, codes) for codes in choices]
    best = int(np.argmax(worth))
    return worth[best], choices[best]


def silhouette(distances: NDArray[np.float64], codes: Sequence[int] | NDArray[np.int64]) -> float:
    """Return the mean silhouette of images in groups, -1 to 1; 0 for an image that is alone.

    Parameters
    ----------
    distances
        Of shape (images, images).
    codes
        The group of each image, from 0; at least two groups.
    """
    numbers = np.asarray(codes)
    member = numbers[:, None] == np.arange(numbers.max() + 1)
    sizes = member.sum(axis=0)
    sums = distances @ member
    own = sums[member] / np.maximum(sizes[numbers] - 1, 1)
    others = np.where(member, np.inf, sums / sizes).min(axis=1)
    widest = np.maximum(own, others)
    scores = np.divide(others - own, widest, out=np.zeros_like(own), where=widest > 0)
    return float(np.where(sizes[numbers] > 1, scores, 0.0).mean())
