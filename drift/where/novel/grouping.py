"""Images grouped by likeness: embeddings that lie near each other show the same kind of thing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import cut_tree, linkage
from scipy.spatial.distance import squareform

from drift.model_view.nearness import Directions, distances_between

_MOST_TRIED = 8
# Measured with efficientnet-lite0: 40 images of one class of CIFAR fall apart by 0.05 to 0.07, and
# with 20 of an unlike class beside them, of which 95 % are told apart, by 0.09 to 0.11. Embeddings of
# few numbers fall apart more easily: one kind of thing may be several groups there.
_LEAST_SILHOUETTE = 0.085


def grouped(embeddings: NDArray[np.float16]) -> list[NDArray[np.int64]]:
    """Return groups of images, the largest first, each from its middle outwards.

    Groups are merged by Ward's criterion; their number is the one whose mean silhouette (P. J.
    Rousseeuw, 1987) is largest, and one where no number separates them.

    Parameters
    ----------
    embeddings
        Of shape (images, width).

    Returns
    -------
    The places of the images; each is in one group.
    """
    distances = distances_between(Directions.of(embeddings))
    codes = _best_codes(distances)
    groups = [np.flatnonzero(codes == code).astype(np.int64) for code in range(codes.max() + 1)]
    # The first image is the most novel one: of equal groups, that of the earlier image is first.
    groups.sort(key=lambda places: (-len(places), int(places[0])))
    return [from_the_middle(distances, places) for places in groups]


def from_the_middle(distances: NDArray[np.float64], places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the places of a group, those nearest to all of it first."""
    from_others = distances[np.ix_(places, places)].sum(axis=1)
    return places[np.argsort(from_others, kind="stable")]


def _best_codes(distances: NDArray[np.float64]) -> NDArray[np.int64]:
    images = len(distances)
    one_group = np.zeros(images, dtype=np.int64)
    tried = range(2, min(_MOST_TRIED, images - 1) + 1)
    if not tried or not distances.any():
        return one_group
    tree = linkage(squareform(distances, checks=False), method="ward")
    choices = [np.asarray(cut_tree(tree, number))[:, 0].astype(np.int64) for number in tried]
    worth = [silhouette(distances, codes) for codes in choices]
    best = int(np.argmax(worth))
    return choices[best] if worth[best] >= _LEAST_SILHOUETTE else one_group


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
