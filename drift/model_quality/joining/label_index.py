"""Labels by what they are for, so that millions of rows find theirs at once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from jobs.images.packed.names import PACKED_ENDINGS
from jobs.labels.labels import ReadLabels
from jobs.times.timestamp_parts import Flags, Integers, as_flags

_PACKED = "|".join(map(re.escape, PACKED_ENDINGS))
_LAST_PART = rf"^(?:.*[/\\])?(?:[^/\\]*?(?i:{_PACKED})#)?"


class LabelsByKey(Protocol):
    """Labels that are for ids, or for images, as rows ask for them."""

    def __len__(self) -> int:
        """Return how many there are."""

    def of(self, texts: pa.StringArray) -> Integers:
        """Return for each text the place of its label; -1 where there is none."""

    def labels_at(self, places: Integers) -> pa.StringArray:
        """Return the true classes at some places; null for -1."""

    def numbers_at(self, places: Integers) -> Integers:
        """Return which of all labels stand at some places; -1 for -1."""

    def by_last_part(self) -> LabelsByKey:
        """Return the labels by the last part of their names, where that is one label's alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedLabels:
    """Labels that are for ids, or for images.

    Attributes
    ----------
    keys
        Each once.
    labels
        The true classes.
    numbers
        Which of all labels each is: a label with an id and an image has one number in both.
    """

    keys: pa.StringArray
    labels: pa.StringArray
    numbers: Integers

    def __len__(self) -> int:
        return len(self.numbers)

    def of(self, texts: pa.StringArray) -> Integers:
        """Return for each text the place of its label; -1 where there is none."""
        if not len(self):
            return np.full(len(texts), -1, dtype=np.int64)
        found = pc.index_in(texts, value_set=self.keys, skip_nulls=True)
        places: Integers = pc.fill_null(found, -1).to_numpy().astype(np.int64)
        return places

    def labels_at(self, places: Integers) -> pa.StringArray:
        """Return the true classes at some places; null for -1."""
        mask = places < 0
        return self.labels.take(pa.array(np.where(mask, 0, places), mask=mask))

    def numbers_at(self, places: Integers) -> Integers:
        """Return which of all labels stand at some places; -1 for -1."""
        if not len(self):
            return np.full(len(places), -1, dtype=np.int64)
        return np.where(places < 0, -1, self.numbers[np.maximum(places, 0)])

    def by_last_part(self) -> KeyedLabels:
        """Return the labels by the last part of their names, where that is one label's alone."""
        parts = last_parts(self.keys)
        counts = pc.value_counts(parts)
        once = counts.field("values").filter(pc.equal(counts.field("counts"), 1))
        kept = pc.is_in(parts, value_set=once)
        return KeyedLabels(
            keys=parts.filter(kept),
            labels=self.labels.filter(kept),
            numbers=self.numbers[as_flags(kept)],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelIndex:
    """The labels of a job.

    Attributes
    ----------
    count
        How many labels there are, each counted once whatever its keys.
    """

    by_id: LabelsByKey
    by_image: LabelsByKey
    count: int

    @property
    def names_images_alone(self) -> bool:
        """Whether there are labels and none of them names an id."""
        return not len(self.by_id) and bool(len(self.by_image))

    @classmethod
    def of(cls, labels: ReadLabels, bucket_url: str) -> LabelIndex:
        """Return the labels that were read.

        Parameters
        ----------
        bucket_url
            The job's own bucket: a full URI in it is a path.
        """
        by_id, by_image = _numbers(labels.by_id, labels.by_image)
        known = np.union1d(by_id, by_image)
        return cls(
            by_id=KeyedLabels(
                keys=_texts(labels.by_id["key"]),
                labels=_texts(labels.by_id["label"]),
                numbers=by_id,
            ),
            by_image=_each_once(
                KeyedLabels(
                    keys=_paths(_texts(labels.by_image["key"]), bucket_url),
                    labels=_texts(labels.by_image["label"]),
                    numbers=by_image,
                )
            ),
            count=len(known),
        )


def last_parts(names: pa.StringArray) -> pa.StringArray:
    """Return what follows the last slash of either kind; of a packed image that of its member."""
    return pc.replace_substring_regex(names, pattern=_LAST_PART, replacement="")


def _texts(column: pd.Series) -> pa.StringArray:
    found = pa.array(column, pa.string())
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def _paths(names: pa.StringArray, bucket_url: str) -> pa.StringArray:
    """Return names in the job's own bucket as its paths."""
    for start in (bucket_url.rstrip("/") + "/", "./"):
        has_start = pc.starts_with(names, pattern=start)
        if pc.any(has_start).as_py():
            names = pc.if_else(has_start, pc.utf8_slice_codeunits(names, len(start)), names)
    return names


def _each_once(found: KeyedLabels) -> KeyedLabels:
    """Return the first label of each key: `a.jpg` and the bucket's URI of it are one image."""
    if pc.count_distinct(found.keys).as_py() == len(found):
        return found
    _, first = np.unique(np.array(found.keys.to_pylist(), dtype=object), return_index=True)
    kept = np.sort(first)
    return KeyedLabels(
        keys=found.keys.take(pa.array(kept)),
        labels=found.labels.take(pa.array(kept)),
        numbers=found.numbers[kept],
    )


def _numbers(*frames: pd.DataFrame) -> tuple[Integers, ...]:
    """Return a number for each label of each frame: one for one line of one object."""
    sources = pd.concat([frame["source"] for frame in frames], ignore_index=True)
    lines = np.concatenate([frame["line"].to_numpy(np.int64) for frame in frames])
    codes, _ = pd.factorize(sources)
    places = codes.astype(np.int64) << 40 | lines
    numbers: NDArray[np.int64] = np.unique(places, return_inverse=True)[1].astype(np.int64)
    ends = np.cumsum([len(frame) for frame in frames])[:-1]
    return tuple(np.split(numbers, ends))


def shared_last_parts(images: pa.StringArray) -> Flags:
    """Tell which rows name an image whose last part of the name other images have too."""
    different = pc.drop_null(pc.unique(images))
    counts = pc.value_counts(last_parts(different))
    several = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
    return as_flags(pc.fill_null(pc.is_in(last_parts(images), value_set=several), False))
