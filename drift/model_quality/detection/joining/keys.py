"""Which labelled image each predicted image is: by id, by its whole name, or by less of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from drift.model_quality.detection.joining.detected import DetectedImages
from jobs.images.packed.names import PACKED_ENDINGS
from jobs.times.timestamp_parts import Flags, Integers

BY_ID = "joined by id"
BY_NAME = "joined by the image's name"
BY_THREE_PARTS = "joined by the last three parts of the image's name"
BY_TWO_PARTS = "joined by the last two parts of the image's name"
BY_LAST_PART = "joined by the last part of the image's name"
BY_TWO_STEMS = "joined by the last two parts of the image's name without its ending"
BY_STEM = "joined by the last part of the image's name without its ending"
SHARED = "several images have this name in the labels or in the log"


def _leading(parts: int) -> str:
    """Return the pattern of names with more than so many parts; its group is the last of them."""
    return r"^.*[/\\]([^/\\]*" + r"[/\\][^/\\]*" * (parts - 1) + ")$"


_LAST = r"\1"
_PACKED = rf"(?i)^([^#]*?(?:{'|'.join(map(re.escape, PACKED_ENDINGS))}))#"
# Roboflow writes a_jpg.rf.0f3a.txt for a.jpg.
_ENDING = r"(?:_(?:jpe?g|png|bmp|webp)\.rf\.[0-9A-Za-z]+)?\.[^./\\]*$"
# What is replaced in a name, and by what.
_CUTS = {
    BY_NAME: ((r"^\./", ""),),
    BY_THREE_PARTS: ((_leading(3), _LAST),),
    BY_TWO_PARTS: ((_leading(2), _LAST),),
    BY_LAST_PART: ((_leading(1), _LAST),),
    BY_TWO_STEMS: ((_leading(2), _LAST), (_ENDING, "")),
    BY_STEM: ((_leading(1), _LAST), (_ENDING, "")),
}
# In which ways else an image is looked for: a label may name it by fewer parts than others do.
_SHORTER = {
    BY_THREE_PARTS: (BY_TWO_PARTS, BY_LAST_PART),
    BY_TWO_PARTS: (BY_LAST_PART,),
    BY_TWO_STEMS: (BY_STEM,),
}

WAYS = tuple(_CUTS)
"""By how much of their names images may be joined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedImages:
    """Labelled images by what they are called in one way.

    Attributes
    ----------
    keys
        Each once.
    image
        The place of the first image of each key among the labelled images. Shape (keys,).
    twice
        Which keys several labels have. Shape (keys,).
    """

    keys: pa.StringArray
    image: Integers
    twice: Flags

    @classmethod
    def of(cls, keys: pa.StringArray, image: Integers) -> KeyedImages:
        """Return labelled images by keys of any number each."""
        encoded = keys.dictionary_encode()
        codes = encoded.indices.to_numpy()
        _, first, counts = np.unique(codes, return_index=True, return_counts=True)
        return cls(keys=encoded.dictionary, image=image[first], twice=counts > 1)

    def __len__(self) -> int:
        return len(self.image)

    def of_texts(self, texts: pa.StringArray) -> Integers:
        """Return for each text the place of its key; -1 where there is none."""
        found = pc.index_in(texts, value_set=self.keys, skip_nulls=True)
        places: Integers = pc.fill_null(found, -1).to_numpy().astype(np.int64)
        return places

    def images_at(self, places: Integers) -> Integers:
        """Return the labelled image at each place; -1 for -1."""
        return np.append(self.image, -1)[places]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledKeys:
    """What labelled images are called.

    Attributes
    ----------
    by_id
        By the request's id.
    by_image
        By the image's name, in each of `WAYS`.
    """

    by_id: KeyedImages
    by_image: tuple[KeyedImages, ...]

    @classmethod
    def of(cls, by_id: NamedImages, by_image: NamedImages, bucket_url: str) -> LabelledKeys:
        """Return keys as they are asked for.

        Parameters
        ----------
        bucket_url
            The job's own bucket: a full URI in it is a name in it.
        """
        start = bucket_url.rstrip("/") + "/"
        is_own = pc.starts_with(by_image.names, pattern=start)
        rest = pc.utf8_slice_codeunits(by_image.names, len(start))
        names = pc.if_else(is_own, rest, by_image.names)
        return cls(
            by_id=KeyedImages.of(by_id.names, by_id.image),
            by_image=tuple(KeyedImages.of(_cut(names, way), by_image.image) for way in WAYS),
        )

    def way_of(self, names: pa.StringArray) -> int:
        """Return the first of `WAYS` in which any image has a label; the last where none has one.

        Names are compared whole; where no label has the name of an image so, by their last three
        parts, by two, and by one; where that finds none either, without their endings. Without
        labels by name it is the first.
        """
        if not len(self.by_image[0]):
            return 0
        for number, way in enumerate(WAYS):
            if (self.by_image[number].of_texts(_cut(names, way)) >= 0).any():
                return number
        return len(WAYS) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedImages:
    """The names of labelled images, and the place of each among the labelled images."""

    names: pa.StringArray
    image: Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedKeys:
    """The labelled image of each predicted image.

    Attributes
    ----------
    place
        Its place among the labelled images; -1 where it has no label. Shape (images,).
    by_id
        Which were joined by id. Shape (images,).
    shared
        Which have a name that is not one image's alone, and are not joined. Shape (images,).
    taken
        The labelled images that were found, those of shared names among them.
    way
        By what the others were joined: one of `WAYS`.
    """

    place: Integers
    by_id: Flags
    shared: Flags
    taken: Integers
    way: str


def find_labels(detected: DetectedImages, labels: LabelledKeys, way: int) -> JoinedKeys:
    """Return the labelled image of each predicted image.

    An id goes before a name.

    Parameters
    ----------
    way
        By how much of their names images are joined, as `LabelledKeys.way_of` says.
    """
    by_id = labels.by_id.images_at(labels.by_id.of_texts(detected.ids))
    keyed, ours = labels.by_image[way], _cut(detected.names, WAYS[way])
    found = keyed.of_texts(ours)
    for shorter in _SHORTER.get(WAYS[way], ()):
        cut = _cut(detected.names, shorter)
        also = np.where(found < 0, keyed.of_texts(cut), -1)
        ours = pc.if_else(pa.array(also >= 0), cut, ours)
        found = np.maximum(found, also)
    place = keyed.images_at(found)
    shared = (found >= 0) & (_shared(ours, detected.names) | np.append(keyed.twice, False)[found])
    named = np.where(shared, -1, place)
    both = np.concatenate([by_id, place[by_id < 0]])
    return JoinedKeys(
        place=np.where(by_id >= 0, by_id, named),
        by_id=by_id >= 0,
        shared=shared & (by_id < 0),
        taken=np.unique(both[both >= 0]),
        way=WAYS[way],
    )


def _cut(names: pa.StringArray, way: str) -> pa.StringArray:
    if way != BY_NAME:
        # The parts of a packed image's name are its packed object's and its member's.
        names = pc.replace_substring_regex(names, pattern=_PACKED, replacement=r"\1/")
    for pattern, replacement in _CUTS[way]:
        names = pc.replace_substring_regex(names, pattern=pattern, replacement=replacement)
    return names


def _shared(cut: pa.StringArray, names: pa.StringArray) -> Flags:
    """Tell which images have a name in common with an image of another whole name."""
    frame = pd.DataFrame({"cut": cut.to_pylist(), "name": names.to_pylist()}).dropna()
    several = frame.drop_duplicates().groupby("cut").size()
    return np.asarray(pd.Series(cut.to_pylist()).isin(several.index[several > 1]), np.bool_)
