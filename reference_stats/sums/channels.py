"""The samples of each colour channel by themselves: jumps between neighbours, and the levels."""

from __future__ import annotations

from typing import NamedTuple

from reference_stats.sums.arithmetic import Value, larger, smaller

# Levels between neighbours that hardly any edge has, and every overflow from 255 to 0.
JUMP = 200
# Some sixty pixels a level show how even the levels are; more would cost time only.
_ENOUGH_PIXELS = 16_000


class ChannelSums(NamedTuple):
    """Exact counts over the samples of the red, green and blue channel, or of the only one.

    In large pictures they are those of every second row of the file, of every third and so on, so
    that at least 16,000 pixels are counted.

    Attributes
    ----------
    jumps, steps
        How many steps from a sample to the one on the right or below in the same channel are larger
        than 200 levels, and how many there are.
    """

    jumps: Value
    steps: Value


def row_step(height: Value, width: Value) -> Value:
    """Return of how many rows one is looked at."""
    return smaller(larger(height * width // _ENOUGH_PIXELS, 1), height)
