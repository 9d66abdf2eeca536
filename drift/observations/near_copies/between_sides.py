"""Near-copies between two sets of images: which of them have one, in bounded time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drift.observations.near_copies.links import (
    FIRST_WORDS,
    PASSES,
    Numbers,
    gradient_octets,
    order_of,
    sampled_bits,
)
from reference_stats.fingerprint import LARGEST_DISTANCE, Fingerprints, are_near_copies

Flags = NDArray[np.bool_]

_NEIGHBOURS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMatches:
    """Which images have near-copies.

    Attributes
    ----------
    current
        Which images of the window have one in the reference.
    reference
        Which images of the reference have one in the window.
    within_reference
        Which images of the reference have one among the other ones of the reference.
    """

    current: Flags
    reference: Flags
    within_reference: Flags


def match_near_copies(reference: Fingerprints, current: Fingerprints) -> NearMatches:
    """Return which images of either side have near-copies on the other one.

    Both sides are sorted together by some bits of their fingerprints, by others in each of 16
    passes, and neighbours are compared (as in `links.py`): a pair that differs in many of the
    bits that near-copies may differ in can be missed, and so can pairs where hundreds of images
    are alike.

    Parameters
    ----------
    reference, current
        uint64 of shape (images, words); every picture once.
    """
    both = np.concatenate([current, reference])
    octets = gradient_octets(both)
    ours = np.arange(len(both)) < len(current)
    across = np.zeros(len(both), dtype=np.bool_)
    within = np.zeros(len(both), dtype=np.bool_)
    for turn in range(PASSES):
        order = order_of(sampled_bits(octets, turn))
        for first, second in _close_neighbours(both, order):
            near = are_near_copies(both[first], both[second])
            one, other = first[near], second[near]
            crosses = ours[one] != ours[other]
            across[one[crosses]] = across[other[crosses]] = True
            among = ~crosses & ~ours[one]
            within[one[among]] = within[other[among]] = True
    own = len(current)
    return NearMatches(current=across[:own], reference=across[own:], within_reference=within[own:])


def _close_neighbours(
    fingerprints: Fingerprints, order: Numbers
) -> Iterator[tuple[Numbers, Numbers]]:
    """Yield pairs of images that stand close to each other and may be near-copies."""
    words = [fingerprints[order, word] for word in range(FIRST_WORDS)]
    for ahead in range(1, min(_NEIGHBOURS, len(order) - 1) + 1):
        differing = sum(np.bitwise_count(word[:-ahead] ^ word[ahead:]) for word in words)
        close = np.flatnonzero(differing <= LARGEST_DISTANCE)
        yield order[close], order[close + ahead]
