"""When blocks are, as far as their likeness depends on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NO_PHASE = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockTimes:
    """When blocks are, in their order in time.

    Attributes
    ----------
    positions
        float64, in blocks: how far apart two blocks are.
    phases
        int64: the weekday of a day, the hour of an hour; -1 where there is none.
    regimes
        int64: a new number after every accepted change of the level. The mean may differ between
        regimes, the variance does not.
    dates
        int64: a number for the day on which each block begins; None where every block is a day of
        its own.
    """

    positions: NDArray[np.float64]
    phases: NDArray[np.int64]
    regimes: NDArray[np.int64]
    dates: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.positions)

    def take(self, rows: Sequence[int] | NDArray[np.int64]) -> BlockTimes:
        """Return some of the blocks."""
        chosen = np.asarray(rows, dtype=np.int64)
        return BlockTimes(
            positions=self.positions[chosen],
            phases=self.phases[chosen],
            regimes=self.regimes[chosen],
            dates=None if self.dates is None else self.dates[chosen],
        )

    def days_of(self, rows: Sequence[int] | NDArray[np.int64]) -> int:
        """Return on how many days some of the blocks begin."""
        chosen = np.asarray(rows, dtype=np.int64)
        return len(chosen) if self.dates is None else len(np.unique(self.dates[chosen]))

    def window(self, row: int) -> WindowBlocks:
        """Return one block as a window of its own."""
        return WindowBlocks(
            positions=self.positions[[row]],
            phases=self.phases[[row]],
            weights=np.ones(1),
            regime=int(self.regimes[row]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowBlocks:
    """The blocks that a window consists of: one, or seven for a week.

    Attributes
    ----------
    positions, phases
        As of `BlockTimes`, one per block of the window.
    weights
        Which share of the window's images each block holds; they sum to 1.
    regime
        Which level the window is held against.
    """

    positions: NDArray[np.float64]
    phases: NDArray[np.int64]
    weights: NDArray[np.float64]
    regime: int
