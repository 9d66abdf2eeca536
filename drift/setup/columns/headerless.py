"""Names for the columns of a table without a header, told from their values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from drift.setup.columns.values import FEWEST_TIMES, ColumnValues, column_values

_IMAGE = re.compile(r"\.(?:jpe?g|png|webp|tiff?|bmp|gif)\s*$", re.IGNORECASE)

IMAGE, CLASS = "image", "class"
"""What columns of images and of classes are called."""


def names_from_values(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return a name for each column: what its values are, else ``column_3`` after its place.

    Named are the first column of times, the images, the classes and the confidence.

    Parameters
    ----------
    rows
        The fields of some rows, equally many in each.
    """
    names = [f"column_{place}" for place in range(1, len(rows[0]) + 1)]
    columns = column_values(pd.DataFrame(list(rows), columns=names, dtype=object))
    found: dict[str, str] = {}
    for meaning, fits in _MEANINGS.items():
        column = next((one for one in names if one not in found and fits(columns[one])), None)
        if column is not None:
            found[column] = meaning
    return tuple(found.get(name, name) for name in names)


def looks_like_a_row(fields: Sequence[str]) -> bool:
    """Tell whether the first line of a table holds a time or an image's name, as no header does."""
    return any(
        _IMAGE.search(text) or _share_of_times(ColumnValues(name="", values=(text,)))
        for text in fields
    )


def _share_of_times(column: ColumnValues) -> float:
    return column.time_reading.share if column.filled else 0.0


def _are_times(column: ColumnValues) -> bool:
    return _share_of_times(column) >= FEWEST_TIMES


def _are_images(column: ColumnValues) -> bool:
    return bool(column.filled) and column.looks_like_paths and column.distinct > 1


def _are_classes(column: ColumnValues) -> bool:
    return column.is_class_like and not len(column.numbers)


def _are_confidences(column: ColumnValues) -> bool:
    shares = column.in_shares
    return shares.lies_within(0, 1) and not shares.is_whole


_MEANINGS: Mapping[str, Callable[[ColumnValues], bool]] = {
    "timestamp": _are_times,
    IMAGE: _are_images,
    CLASS: _are_classes,
    "confidence": _are_confidences,
}
