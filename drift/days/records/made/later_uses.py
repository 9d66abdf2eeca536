"""Which image names are used again later: what lies under them may be a later picture."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.days.records.measured.drawing import name_hashes
from reference_stats.image_uses import Moments

# 16 bytes each; of more names only the first so many are known.
_MOST_NAMES = 4_000_000


class LaterUses:
    """The first use of each image name behind the rows that are looked at.

    Rows are given from the newest ones to the oldest.
    """

    def __init__(self) -> None:
        self._hashes: list[NDArray[np.uint64]] = []
        self._moments: list[Moments] = []
        self._names = 0

    def add(self, names: NDArray[np.object_], moments: Moments) -> None:
        """Take in rows by the image of each and its time; all are older than those before them."""
        if not len(names) or self._names >= _MOST_NAMES:
            return
        codes, distinct = pd.factorize(names)
        first = np.full(len(distinct), np.iinfo(np.int64).max)
        np.minimum.at(first, codes, moments)
        self._hashes.append(name_hashes(np.asarray(distinct, dtype=object)))
        self._moments.append(first)
        self._names += len(distinct)

    def of(self, names: NDArray[np.object_]) -> Mapping[str, int]:
        """Return the first later use of those of some names that have one, in microseconds."""
        distinct = np.asarray(pd.unique(names), dtype=object)
        found: dict[str, int] = {}
        wanted = name_hashes(distinct)
        # What was added last is the oldest, and stands.
        for hashes, moments in zip(self._hashes, self._moments, strict=True):
            again, at, place = np.intersect1d(wanted, hashes, return_indices=True)
            del again
            found |= dict(zip(distinct[at].tolist(), moments[place].tolist(), strict=True))
        return found
