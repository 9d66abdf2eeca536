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
        if kind == 0:
            row[:] = line
        elif kind == 1:
            _add_left(line, samples, row)
        elif kind == 2:
            for x in range(size):
                row[x] = line[x] + above[x]
        elif kind == 3:
            _add_average(line, samples, above, row)
        elif kind == 4:
            _add_paeth(line, samples, above, row)
        else:
            return False
    return True


@compiled
def _add_left(line: NDArray[np.uint8], samples: int, row: NDArray[np.uint8]) -> None:
    row[:samples] = line[:samples]
    for x in range(samples, row.size):
        row[x] = line[x] + row[x - samples]


@compiled
def _add_average(
    line: NDArray[np.uint8], samples: int, above: NDArray[np.uint8], row: NDArray[np.uint8]
) -> None:
    for x in range(row.size):
        left = int64(row[x - samples]) if x >= samples else 0
        row[x] = uint8(int64(line[x]) + (left + int64(above[x])) // 2)


@compiled
def _add_paeth(
    line: NDArray[np.uint8], samples: int, above: NDArray[np.uint8], row: NDArray[np.uint8]
) -> None:
    for channel in range(samples):
        left, corner = int64(uint8(line[channel] + above[channel])), int64(above[channel])
        row[channel] = left
        for x in range(samples + channel, row.size, samples):
            up = int64(above[x])
            left = (int64(line[x]) + _paeth(left, up, corner)) & 255
            row[x] = left
            corner = up


@compiled
def _paeth(left: int, up: int, corner: int) -> int:
    """Return which of three samples is nearest to ``left + up - corner``.

    Of two that are equally near it is the first one in the order of the parameters. This says the
    same as the specification's three distances, without branches, which a processor would guess
    wrong half of the time.
    """
    low, high = min(left, up), max(left, up)
    bound = 3 * corner - left - up
    either = low if high <= bound else corner
    return high if bound <= low else either
