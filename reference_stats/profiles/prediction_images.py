"""Which image each of the reference's predictions is of: rows of one image count as one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

import numpy as np
import pandas as pd

from jobs.errors import ObjectError
from jobs.images.locations import ImageLocation, ImageLocator
from jobs.images.packed.names import PackedName

# A column that names the reference's images names most of them.
_MOST = 0.5

Names = Sequence[str | None]


def name_images(
    raw: pd.DataFrame, locator: ImageLocator, log_id: str, images: Sequence[str]
) -> pd.Series | None:
    """Return the image that each row of a reference's log is of; None where no column tells.

    First choice is what `images.path` makes of the rows, then the ids, then any column; what
    counts is that most rows name an image of the reference: by its path, its file name or its
    file name without the ending. Where none does, rows are still known to be of one image by
    `images.path`.

    Parameters
    ----------
    raw
        The log's own columns as text, missing values as None.
    log_id
        The column of `predictions.columns.id`.
    images
        The images of the profile: `ReferenceProfile.records`.

    Returns
    -------
    One name per row, that of `images` where it was found there; missing where a row names none.
    """
    located = _located(raw, locator)
    known = _KnownImages(images)
    others = sorted(str(column) for column in raw.columns if column != log_id)
    candidates = [] if located is None else [(located, True)]
    candidates += [(raw[log_id].tolist(), True)] if log_id in raw.columns else []
    # A class or a number may look like a file's name without its ending.
    candidates += [(raw[column].tolist(), False) for column in others]
    for names, without_ending in candidates:
        found = known.find(names, without_ending=without_ending)
        if _names_the_images(found, images):
            pairs = zip(found, names, strict=True)
            return _series(other if one is None else one for one, other in pairs)
    return None if located is None else _series(located)


def _names_the_images(found: Names, images: Sequence[str]) -> bool:
    """Tell whether most rows name an image of the reference, or most of its images are named."""
    hits = [name for name in found if name is not None]
    return bool(hits) and (len(hits) >= _MOST * len(found) or len(set(hits)) >= _MOST * len(images))


def _series(names: Iterable[str | None]) -> pd.Series:
    return pd.Series(list(names), dtype="str", name="image")


def _located(raw: pd.DataFrame, locator: ImageLocator) -> Names | None:
    if not set(locator.columns_used()) <= set(raw.columns):
        return None
    try:
        places = locator.locate(raw, "")
    except ObjectError:
        return None
    return [place.path if isinstance(place, ImageLocation) else None for place in places]


class _KnownImages:
    """The images of a reference by each way in which a log may call them."""

    def __init__(self, images: Sequence[str]) -> None:
        self._ways = [
            {image: image for image in images},
            _unique({image: _last_part(image) for image in images}),
            _unique({image: PurePosixPath(_last_part(image)).stem for image in images}),
        ]

    def find(self, names: Names, *, without_ending: bool) -> Names:
        """Return the image that each name stands for, all of them in one way."""
        places = range(len(self._ways) if without_ending else len(self._ways) - 1)
        ways = [[self._look_up(name, place) for name in names] for place in places]
        return max(ways, key=lambda found: len(found) - found.count(None))

    def _look_up(self, name: str | None, place: int) -> str | None:
        if name is None or place == 0:
            return self._ways[0].get(name or "")
        last = _last_part(name)
        way = self._ways[place]
        return way.get(last, way.get(PurePosixPath(last).stem) if place > 1 else None)


def _last_part(name: str) -> str:
    packed = PackedName.parse(name)
    inside = name if packed is None else packed.member
    return inside.strip().replace("\\", "/").rpartition("/")[2]


def _unique(names: dict[str, str]) -> dict[str, str]:
    """Return images by those of their names that only one of them has."""
    counts = Counter(names.values())
    return {name: image for image, name in names.items() if counts[name] == 1}


def rows_are_images(images: pd.Series, known: Sequence[str]) -> bool:
    """Tell whether the rows are the profile's images one by one, so that no link is needed."""
    return len(images) == len(known) and bool(
        np.array_equal(images.to_numpy(dtype=object), np.asarray(known, dtype=object))
    )
