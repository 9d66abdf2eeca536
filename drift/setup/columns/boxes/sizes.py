"""Which columns hold the width and height of the image that boxes were found in."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from drift.setup.columns.values import ColumnValues
from drift.setup.words import words_of

_WIDTH, _HEIGHT = frozenset({"width", "w"}), frozenset({"height", "h"})
_OF_IMAGES = frozenset({"image", "img", "frame", "picture", "photo", "original", "orig", "source"})
# The size of something else.
_OF_OTHERS = frozenset(
    {"box", "bbox", "crop", "thumb", "thumbnail", "resized", "stored", "input", "model", "screen"}
)
_SMALLEST_PX = 16
_FEWEST_FILLED = 0.9


def guess_sizes(
    columns: Mapping[str, ColumnValues], taken: Collection[str]
) -> tuple[str, str] | None:
    """Return the columns of the images' width and height; None where there are none.

    Parameters
    ----------
    taken
        Columns that hold something else, such as the parts of a box.
    """
    able = {name: one for name, one in columns.items() if name not in taken and _is_side(one)}
    widths = {_beside(name, _WIDTH): name for name in able}
    heights = {_beside(name, _HEIGHT): name for name in able}
    pairs = [
        (key, widths[key], heights[key])
        for key in sorted(filter(None, widths.keys() & heights.keys()))
    ]
    named = [one for one in pairs if _OF_IMAGES.intersection(one[0])]
    first = next(iter(named or pairs), None)
    return None if first is None else first[1:]


def sizes_of(
    columns: Mapping[str, ColumnValues], names: tuple[str, str] | None, rows: int
) -> NDArray[np.float64]:
    """Return the width and height of each row's image; NaN where they are not known."""
    if names is None:
        return np.full((rows, 2), np.nan)
    return np.column_stack([columns[name].read.values for name in names])


def _beside(name: str, side: frozenset[str]) -> tuple[str, ...]:
    """Return the words beside that of a side, and a sign that there is one; empty without it."""
    words = words_of(name)
    others = tuple(word for word in words if word not in side)
    is_one = len(words) - len(others) == 1 and not _OF_OTHERS.intersection(others)
    return ("of", *others) if is_one else ()


def _is_side(column: ColumnValues) -> bool:
    return (
        column.is_whole
        and column.share_filled >= _FEWEST_FILLED
        and bool((column.numbers >= _SMALLEST_PX).all())
    )
