"""Labels without their keys: a digest of 96 bits for each, found by a binary search.

A run without new labels asks a million labels for a few thousand rows. Digests are shorter than
keys and need no table built before the first question. That a row takes another key's label has a
chance below 1 in 10^18, for 10,000 rows and 1,000,000 labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from drift.model_quality.joining.label_index import KeyedLabels, LabelsByKey
from jobs.times.timestamp_parts import Integers, as_flags

_KEYS = ("labels' keys, 01", "labels' keys, 02")
_PROBE = "req-0001/é"

FIRST = np.dtype("<u8")
SECOND = np.dtype("<u4")
NUMBERS = np.dtype("<u4")


@dataclass(frozen=True, slots=True, kw_only=True)
class HashedLabels:
    """Labels that are for ids, or for images.

    Attributes
    ----------
    first, second
        64 and 32 bits of each key's digest; sorted by the first, each of which is there once.
    codes
        The place of each true class among `classes`.
    numbers
        As in `KeyedLabels`.
    parts
        The same by the last part of their names; None where that is never asked.
    """

    first: NDArray[np.uint64]
    second: NDArray[np.uint32]
    codes: NDArray[np.unsignedinteger]
    numbers: NDArray[np.uint32]
    classes: pa.StringArray
    parts: HashedLabels | None = None

    def __len__(self) -> int:
        return len(self.first)

    def of(self, texts: pa.StringArray) -> Integers:
        """Return for each text the place of its label; -1 where there is none."""
        if not len(self):
            return np.full(len(texts), -1, dtype=np.int64)
        first, second = _digests(texts)
        places = np.minimum(np.searchsorted(self.first, first), len(self) - 1)
        same = (self.first[places] == first) & (self.second[places] == second)
        return np.where(same & as_flags(pc.is_valid(texts)), places, -1).astype(np.int64)

    def labels_at(self, places: Integers) -> pa.StringArray:
        """Return the true classes at some places; null for -1."""
        if not len(self):
            return pa.nulls(len(places), pa.string())
        codes = self.codes[np.maximum(places, 0)].astype(np.int64)
        return self.classes.take(pa.array(codes, mask=places < 0))

    def numbers_at(self, places: Integers) -> Integers:
        """Return which of all labels stand at some places; -1 for -1."""
        if not len(self):
            return np.full(len(places), -1, dtype=np.int64)
        found = self.numbers[np.maximum(places, 0)].astype(np.int64)
        return np.where(places < 0, -1, found)

    def by_last_part(self) -> LabelsByKey:
        """Return the labels by the last part of their names, where that is one label's alone."""
        return self if self.parts is None else self.parts


def hashed(
    keyed: KeyedLabels, classes: Sequence[str], parts: HashedLabels | None = None
) -> HashedLabels | None:
    """Return labels without their keys; None where two keys share the first part of their digest.

    Parameters
    ----------
    classes
        All true classes.
    """
    first, second = _digests(keyed.keys)
    order = np.argsort(first, kind="stable")
    first = first[order]
    if (first[1:] == first[:-1]).any():
        return None
    names = pa.array(classes, pa.string())
    codes = pc.index_in(keyed.labels, value_set=names).to_numpy()[order]
    width = np.dtype("<u2" if len(classes) <= np.iinfo(np.uint16).max else "<u4")
    return HashedLabels(
        first=first,
        second=second[order],
        codes=codes.astype(width),
        numbers=keyed.numbers[order].astype(NUMBERS),
        classes=names,
        parts=parts,
    )


def probe() -> list[int]:
    """Return the digest of a certain text: stored digests of another kind are not understood."""
    return [int(one[0]) for one in _digests(pa.array([_PROBE]))]


def _digests(texts: pa.StringArray) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
    """Return two parts of a digest of each text; those of a null mean nothing."""
    names = pc.fill_null(texts, "").to_numpy(zero_copy_only=False).astype(object)
    first, second = (
        pd.util.hash_array(names, encoding="utf8", hash_key=key, categorize=False) for key in _KEYS
    )
    return first.astype(FIRST), second.astype(SECOND)
