"""Which of the reference's images the others are held beside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drift.seed import SEED

Places = NDArray[np.int64]
# More would make distances hardly any sharper, and the usual scores hardly better known, and cost
# time and memory in every run.
MOST_OF_A_PART = 20_000
_HELD_OUT_PART = 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReferenceSplit:
    """The reference's units in two parts, each unit by the place of its first image.

    Attributes
    ----------
    bank
        What all other images are held beside.
    held_out
        The units that stand for the reference: they are as new to the bank as those of the window.
    """

    bank: Places
    held_out: Places


def split_reference(clusters: Places, known: NDArray[np.bool_]) -> ReferenceSplit:
    """Split a reference at random (seeded) by units, so that near-copies stay together.

    Parameters
    ----------
    clusters
        The unit of each image.
    known
        Which images have a view; units whose first image has none are left out.
    """
    first = np.sort(np.unique(clusters, return_index=True)[1]).astype(np.int64)
    first = first[known[first]]
    mixed = np.random.default_rng(SEED).permutation(first)
    held_out = round(_HELD_OUT_PART * len(first))
    return ReferenceSplit(
        bank=np.sort(mixed[held_out:][:MOST_OF_A_PART]),
        held_out=np.sort(mixed[:held_out][:MOST_OF_A_PART]),
    )
