"""What most images need, in one call: each call takes and gives the interpreter's lock."""

from __future__ import annotations

import numpy as np
from numpy import int64
from numpy.typing import NDArray

from reference_stats.kernels.colour_pass import sum_colours_of
from reference_stats.kernels.compiled import compiled
from reference_stats.kernels.detail_pass import sum_three_sizes


@compiled
def sum_colours_and_detail(  # noqa: PLR0913, PLR0917 - compiled code takes no others
    rgb: NDArray[np.uint8],
    blown: int,
    crushed: int,
    plane: NDArray[np.uint8],
    speck_step: int,
    first_row: int,
    first_column: int,
) -> NDArray[np.int64]:
    """Return the eight sums of `sum_colours_of` and the twelve of `sum_three_sizes`."""
    sums = np.empty(20, int64)
    sums[:8] = sum_colours_of(rgb, blown, crushed)
    sums[8:] = sum_three_sizes(plane, speck_step, first_row, first_column)
    return sums
