"""Where in the picture it is how bright: its rows, its columns and its borders."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# Grey levels that a bar may vary by: what JPEG makes of a plain one.
FLAT = 2
_BORDERS = 4


class LineSums(NamedTuple):
    """Sums of the grey levels of all rows, or of all columns, of the image as displayed.

    Attributes
    ----------
    sums
        One whole number a line: shape (height,) or (width,).
    deviation
        Their population standard deviation.
    first_half, second_half
        The sums of the upper or left half of the lines and of the other half; the middle one of an
        odd number of lines is in neither.
    flat
        How many lines at the one border and at the other, one after the other from the border on,
        have levels that differ by 2 at most. In a flat picture all of them, counted once.
    """

    sums: NDArray[np.int64]
    deviation: float
    first_half: int
    second_half: int
    flat: int


class LayoutSums(NamedTuple):
    """The sums of the rows and those of the columns."""

    rows: LineSums
    columns: LineSums


def layout_sums_of(sums: NDArray[np.int64], shape: tuple[int, ...]) -> LayoutSums:
    """Return what the kernel of the layout said of a plane of a shape."""
    behind_rows = _BORDERS + shape[0]
    top, bottom, left, right = sums[:_BORDERS].tolist()
    return LayoutSums(
        rows=_lines(sums[_BORDERS:behind_rows], top + bottom),
        columns=_lines(sums[behind_rows:], left + right),
    )


def _lines(sums: NDArray[np.int64], flat: int) -> LineSums:
    from reference_stats.kernels.layout_pass import describe_lines  # noqa: PLC0415 - numba is slow

    deviation, first, second = describe_lines(sums)
    return LineSums(
        sums=sums,
        deviation=deviation,
        first_half=first,
        second_half=second,
        flat=min(flat, len(sums)),
    )
