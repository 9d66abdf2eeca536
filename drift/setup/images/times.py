"""Since when a log's rows have images: stores often delete images sooner than logs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.setup.images.try_templates import Shelf, TriedTemplate
from drift.setup.log.times import SampledTimes
from jobs.errors import ObjectError
from jobs.images.locations import ImageLocation, ImageLocator, RefusedLocation
from jobs.job_file.image_settings import ImageSettings
from jobs.times.timestamps import to_datetime

# So many objects of a large store are asked for, spread over the log's time.
_ROWS_ASKED_FOR = 80
_FEWEST_OLD_ROWS = 5
_MOST_FOUND_BEFORE = 0.1
_FEWEST_FOUND_AFTER = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tried:
    """Rows in the order of their times, and whether each one's image is there."""

    moments: NDArray[np.int64]
    found: NDArray[np.bool_]
    places: Sequence[ImageLocation | RefusedLocation]


def times_with_images(
    times: SampledTimes,
    table: pd.DataFrame,
    moments: NDArray[np.int64],
    template: TriedTemplate,
    shelf: Shelf,
    day_first: bool | None,
) -> SampledTimes:
    """Return the times of the rows that may have an image, and how many images they have.

    Parameters
    ----------
    times
        Those of all rows.
    table, moments
        The sampled rows and the time of each; not positive where it has none.
    """
    tried = _try_rows(table, moments, template, shelf, day_first)
    if tried is None:
        return times
    first = first_kept(tried.found)
    if not first:
        return times
    start = to_datetime(int(tried.moments[first]))
    kept, rows = times.from_time(start)
    places = tried.places[first:]
    return SampledTimes(
        moments=kept,
        rows=rows,
        share_found=float(tried.found[first:].mean()),
        is_complete=times.is_complete,
        distinct=len(set(places)) / len(places) if len(tried.found) == len(table) else 1.0,
        images_since=start,
    )


def first_kept(found: NDArray[np.bool_]) -> int:
    """Return the place of the first row with an image where nearly all older ones have none.

    Parameters
    ----------
    found
        Whether each row's image is there, the oldest row first.

    Returns
    -------
    0 where images are not missing from the oldest rows alone.
    """
    before = np.concatenate([[0], np.cumsum(found)])
    missing = np.concatenate([[0], np.cumsum(~found)])
    wrong = before + (missing[-1] - missing)
    first = int(wrong.argmin())
    fewest = max(_FEWEST_OLD_ROWS, 0.05 * len(found))
    if first < fewest or first == len(found):
        return 0
    is_clear = found[:first].mean() <= _MOST_FOUND_BEFORE
    return first if is_clear and found[first:].mean() >= _FEWEST_FOUND_AFTER else 0


def _try_rows(
    table: pd.DataFrame,
    moments: NDArray[np.int64],
    template: TriedTemplate,
    shelf: Shelf,
    day_first: bool | None,
) -> _Tried | None:
    order = np.argsort(moments, kind="stable")
    order = order[moments[order] > 0]
    if not len(order) or template.column is not None:
        return None
    if not shelf.is_complete or template.allowed_prefixes:
        spread = np.linspace(0, len(order) - 1, min(len(order), _ROWS_ASKED_FOR))
        order = order[np.unique(spread.astype(int))]
    settings = ImageSettings(path=template.path, allowed_prefixes=template.allowed_prefixes)
    locator = ImageLocator(bucket_url=shelf.bucket.url, settings=settings, day_first=day_first)
    try:
        places = locator.locate(table.iloc[order].reset_index(drop=True), shelf.bucket.url)
    except ObjectError:
        return None
    there = shelf.are_there([one for one in places if isinstance(one, ImageLocation)])
    found = np.array([isinstance(one, ImageLocation) and there[one] for one in places], bool)
    return _Tried(moments=moments[order], found=found, places=places)
