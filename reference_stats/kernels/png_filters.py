"""Undoing the filters of PNG's scan lines."""

from __future__ import annotations

import numpy as np
from numpy import int64, uint8
from numpy.typing import NDArray

from reference_stats.kernels.compiled import compiled


@compiled
def unfilter(lines: NDArray[np.uint8], samples: int, out: NDArray[np.uint8]) -> bool:
    """Write the bytes of an image; return False where a line names a filter that does not exist.

    Parameters
    ----------
    lines
        Shape (height, 1 + width * samples): each line's filter and its filtered bytes.
    samples
        Bytes per pixel.
    out
        Shape (height, width * samples).

    Notes
    -----
    The filters are those of the PNG specification, section 9: none, sub, up, average, Paeth.
    """
    height, size = out.shape
    before = np.zeros(size, uint8)
    for y in range(height):
        kind, line, row = lines[y, 0], lines[y, 1:], out[y]
        above = out[y - 1] if y else before
        if kind > 4:
            return False
        for x in range(size):
            left = int64(row[x - samples]) if x >= samples else 0
            up = int64(above[x])
            if kind == 0:
                guess = 0
            elif kind == 1:
                guess = left
            elif kind == 2:
                guess = up
            elif kind == 3:
                guess = (left + up) // 2
            else:
                guess = _paeth(left, up, int64(above[x - samples]) if x >= samples else 0)
            row[x] = uint8(int64(line[x]) + guess)
    return True


@compiled
def _paeth(left: int, up: int, corner: int) -> int:
    to_left, to_up = abs(up - corner), abs(left - corner)
    to_corner = abs(left + up - 2 * corner)
    if to_left <= to_up and to_left <= to_corner:
        return left
    return up if to_up <= to_corner else corner
