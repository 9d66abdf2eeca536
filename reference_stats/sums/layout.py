"""Where in the picture it is how bright: its rows, its columns and its borders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from reference_stats.sums.arithmetic import Value, smaller

# Grey levels that a bar may vary by: what JPEG makes of a plain one.
FLAT = 2


class LineSums(NamedTuple):
    """Sums of the grey levels of all rows, or of all columns, of the image as displayed.

    Attributes
    ----------
    deviation
        The population standard deviation of the lines' sums.
    first_half, second_half
        The sums of the upper or left half of the lines and of the other half; the middle one of an
        odd number of lines is in neither.
    flat
        How many lines at the one border and at the other, one after the other from the border on,
        have levels that differ by 2 at most. In a flat picture all of them, counted once.
    """

    deviation: Value
    first_half: Value
    second_half: Value
    flat: Value


class LayoutSums(NamedTuple):
    """The sums of the rows and those of the columns."""

    rows: LineSums
    columns: LineSums


def layout_sums_of(sums: Sequence[Value], height: Value, width: Value) -> LayoutSums:
    """Return what the kernel of the layout said of a plane, or of many.

    Parameters
    ----------
    sums
        The numbers of flat lines at the top, at the bottom, on the left and on the right; then the
        rows' deviation and the sums of their halves, and the columns'.
    """
    top, bottom, left, right = sums[:4]
    row_deviation, upper, lower, column_deviation, first, second = sums[4:]
    return LayoutSums(
        rows=LineSums(row_deviation, upper, lower, smaller(top + bottom, height)),
        columns=LineSums(column_deviation, first, second, smaller(left + right, width)),
    )
