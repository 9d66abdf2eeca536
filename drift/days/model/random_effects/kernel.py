"""How alike the effects of two days are: the same day, the same weekday, neighbours.

The effect of a day d on a score has the variance tau^2, and two days have the covariance
``tau^2 k(d, d')`` with::

    k = (1 - w - a) [d = d'] + w [same phase] + a rho^|d - d'|

so that a part w of the variance belongs to the weekday and a part a to the season.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drift.days.model.times import NO_PHASE, BlockTimes, WindowBlocks

# By how much the first Saturday may differ more than days do: nothing is known of Saturdays yet.
_UNSEEN_PHASE = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelShape:
    """The parts of the variance between days; see the module.

    Attributes
    ----------
    phase
        w, the part of blocks of the same phase, 0 to 1.
    neighbours
        a, the part of neighbouring blocks; ``phase + neighbours < 1``.
    decay
        rho, the correlation of that part from one block to the next, 0 to 1.
    """

    phase: float
    neighbours: float
    decay: float

    def between(
        self,
        positions: tuple[NDArray[np.float64], NDArray[np.float64]],
        phases: tuple[NDArray[np.int64], NDArray[np.int64]],
    ) -> NDArray[np.float64]:
        """Return k between two sets of blocks, shape (first, second)."""
        apart = np.abs(positions[0][:, None] - positions[1][None, :])
        alike = (phases[0][:, None] == phases[1][None, :]) & (phases[0][:, None] != NO_PHASE)
        same = apart == 0
        kernel: NDArray[np.float64] = (
            (1 - self.phase - self.neighbours) * same
            + self.phase * (alike | same)
            + self.neighbours * self.decay**apart
        )
        return kernel


INDEPENDENT = KernelShape(phase=0.0, neighbours=0.0, decay=0.8)
SHAPES = (
    INDEPENDENT,
    *(
        KernelShape(phase=phase, neighbours=neighbours, decay=decay)
        for phase, neighbours, decay in (
            (0.3, 0.0, 0.8),
            (0.6, 0.0, 0.8),
            (0.0, 0.3, 0.6),
            (0.0, 0.6, 0.6),
            (0.0, 0.3, 0.95),
            (0.0, 0.6, 0.95),
            (0.0, 0.85, 0.98),
            (0.3, 0.3, 0.6),
            (0.3, 0.6, 0.6),
            (0.6, 0.3, 0.6),
            (0.3, 0.6, 0.95),
            (0.6, 0.3, 0.95),
            (0.1, 0.85, 0.98),
        )
    ),
)
"""What is tried, simplest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowKernel:
    """How a window's mean effect goes together with past blocks.

    Attributes
    ----------
    past
        k between each past block and the window's mean, shape (blocks,).
    own
        k of the window's mean with itself.
    """

    past: NDArray[np.float64]
    own: float


def window_kernel(shape: KernelShape, past: BlockTimes, window: WindowBlocks) -> WindowKernel:
    """Return how the mean of a window's blocks goes together with past blocks."""
    to_past = shape.between((past.positions, window.positions), (past.phases, window.phases))
    within = shape.between((window.positions, window.positions), (window.phases, window.phases))
    unseen = ~np.isin(window.phases, past.phases) & (window.phases != NO_PHASE)
    own = float(window.weights @ within @ window.weights)
    own += _UNSEEN_PHASE * float(window.weights[unseen].sum() ** 2)
    return WindowKernel(past=to_past @ window.weights, own=own)
