"""How far a regular pattern in a series of numbers stands out of what is beside it."""

from __future__ import annotations

from typing import NamedTuple

from reference_stats.sums.arithmetic import Value

# Lines of a spectrum on either side that a peak is compared with.
_REACH = 7
FEWEST_ROWS = 64
# A band occurs at least so often in the picture; scenes themselves repeat less often.
_FEWEST_BANDS = 10
# The levels at both ends hold what is clipped.
_FIRST_LEVEL, _BEHIND_LAST_LEVEL = 2, 254
# The mean of so many levels on either side is what is smooth in a histogram.
_SMOOTHED = 4
# Combs of levels are at most 31 levels apart.
_FEWEST_TEETH = 8
# For the kernels: what is looked at, and the mean powers per line that are taken for rounding.
PEAKS = (
    _REACH,
    FEWEST_ROWS,
    _FEWEST_BANDS,
    _FIRST_LEVEL,
    _BEHIND_LAST_LEVEL,
    _SMOOTHED,
    _FEWEST_TEETH,
)
FLOORS = (0.05, 0.02)


class Peaks(NamedTuple):
    """The largest ratios of a line of a periodogram to the mean of the lines up to 7 beside it.

    The two neighbours of the line are left out of the mean. The periodogram is that of the
    deviations from the mean under Hann's window, of 512 lines at most, from the longest wave on
    that is looked at. Ratios to the surroundings make nothing of what photographs are full of:
    power that falls with the frequency.

    Attributes
    ----------
    rows
        Of the rows' mean grey levels, for waves that fit into the height at least 10 times; NaN for
        fewer than 64 rows.
    levels
        Of ``log(1 + N)``, N being how often a channel has each of the levels 2 to 253, less its
        mean over 9 levels, for waves that fit at least 8 times; the largest of the channels.
    """

    rows: Value
    levels: Value
