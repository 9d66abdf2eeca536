"""Which labelled image each predicted image is: by id, by its whole name, or by less of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from drift.model_quality.detection.joining.detected import DetectedImages
from jobs.labels.box_labels import ReadBoxLabels
from jobs.times.timestamp_parts import Flags, Integers

BY_ID = "joined by id"
BY_NAME = "joined by the image's name"
BY_LAST_PART = "joined by the last part of the image's name"
BY_STEM = "joined by the last part of the image's name without its ending"
SHARED = "several images have this name in the labels or in the log"
_NOTHING = ""
# What is left out of a name.
_CUTS = {
    BY_NAME: r"^\./",
    BY_LAST_PART: r"^.*[/\\]",
    # Roboflow writes a_jpg.rf.0f3a.txt for a.jpg.
    BY_STEM: r"^.*[/\\]|(?:_(?:jpe?g|png|bmp|webp)\.rf\.[0-9A-Za-z]+)?\.[^./\\]*$",
}


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
    way
        By what the others were joined: one of `BY_NAME`, `BY_LAST_PART` and `BY_STEM`.
    """

    place: Integers
    by_id: Flags
    shared: Flags
    way: str


def find_labels(detected: DetectedImages, labels: ReadBoxLabels, bucket_url: str) -> JoinedKeys:
    """Return the labelled image of each predicted image.

    An id goes before a name. Names are compared whole; where no label has the name of an image so,
    by their last part; where that finds none either, without their endings.

    Parameters
    ----------
    bucket_url
        The job's own bucket: a full URI in it is a name in it.
    """
    by_id = _places(detected.ids, labels.by_id)
    start = bucket_url.rstrip("/") + "/"
    keys = [one.removeprefix(start) for one in labels.by_image["key"].tolist()]
    written, names = pa.array(keys, pa.string()), detected.names
    place, shared, way = by_id, np.zeros(len(detected), np.bool_), BY_NAME
    for one, cut in _CUTS.items():
        way = one
        ours, theirs = _without(names, cut), _without(written, cut)
        place = _places(ours, labels.by_image.assign(key=theirs.to_pylist()))
        if (place >= 0).any():
            shared = (place >= 0) & (_shared(ours, names) | _twice(theirs, ours))
            break
    named = np.where(shared, -1, place)
    return JoinedKeys(
        place=np.where(by_id >= 0, by_id, named),
        by_id=by_id >= 0,
        shared=shared & (by_id < 0),
        way=way,
    )


def _without(names: pa.StringArray, pattern: str) -> pa.StringArray:
    return pc.replace_substring_regex(names, pattern=pattern, replacement=_NOTHING)


def _places(texts: pa.StringArray, labels: pd.DataFrame) -> Integers:
    keys = pa.array(labels["key"].tolist(), pa.string())
    found = pc.fill_null(pc.index_in(texts, value_set=keys, skip_nulls=True), -1).to_numpy()
    images = np.append(labels["image"].to_numpy(np.int64), -1)
    places: Integers = images[found]
    return places


def _shared(cut: pa.StringArray, names: pa.StringArray) -> Flags:
    """Tell which images have a name in common with an image of another whole name."""
    frame = pd.DataFrame({"cut": cut.to_pylist(), "name": names.to_pylist()}).dropna()
    several = frame.drop_duplicates().groupby("cut").size()
    return np.asarray(pd.Series(cut.to_pylist()).isin(several.index[several > 1]), np.bool_)


def _twice(keys: pa.StringArray, cut: pa.StringArray) -> Flags:
    """Tell which images have a name that several labels have."""
    counts = pd.Series(keys.to_pylist(), dtype=object).value_counts()
    return np.asarray(pd.Series(cut.to_pylist()).isin(counts.index[counts > 1]), np.bool_)
