"""Where in the picture it is how bright: the sums of its rows and columns, and its borders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Grey levels that a bar may vary by: what JPEG makes of a plain one.
FLAT = 2
_BORDERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutSums:
    """Exact sums over the grey image as displayed.

    Attributes
    ----------
    rows, columns
        The sums of the grey levels of each row, shape (height,), and of each column, (width,).
    flat_rows, flat_columns
        How many rows at the top and at the bottom, and columns on the left and on the right, one
        after the other from the border on, have levels that differ by 2 at most. In a flat picture
        all of them, counted once.
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    flat_rows: int
    flat_columns: int


def layout_sums_of(sums: NDArray[np.int64], shape: tuple[int, ...]) -> LayoutSums:
    """Return what the kernel of the layout said of a plane of a shape."""
    height, width = shape
    top, bottom, left, right = sums[:_BORDERS].tolist()
    return LayoutSums(
        rows=sums[_BORDERS : _BORDERS + height],
        columns=sums[_BORDERS + height :],
        flat_rows=min(top + bottom, height),
        flat_columns=min(left + right, width),
    )
