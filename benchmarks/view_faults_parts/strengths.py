"""How much of a fault a window gets: as much as the pixels see in some windows and not in all.

A fault that is seen in every window, or in none, cannot tell whether power was lost. The strength
is chosen on windows of its own draws and by the pixels alone, so that the choice favours neither
side of what is measured afterwards.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.view_faults_parts.trials import Strength

LEAST, MOST = 0.20, 0.95
"""Between these powers a loss can be seen."""
_WISHED = 0.65


class Where(enum.StrEnum):
    """Which images of the window have the fault."""

    EVERY = "every"
    """All; windows of more or fewer images."""
    PART = "part"
    """Some of 100."""


# From weak to strong.
LADDERS = {
    Where.EVERY: tuple(Strength(window=one, part=1.0) for one in (10, 14, 20, 30, 50, 100)),
    Where.PART: tuple(
        Strength(window=100, part=one / 100) for one in (2, 3, 4, 5, 6, 7, 8, 10, 14, 20, 30, 50)
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The strength whose power was nearest to 65 %, of those that were tried.

    Attributes
    ----------
    power
        In the windows that it was chosen by.
    """

    strength: Strength
    power: float

    @property
    def can_tell(self) -> bool:
        """Whether the power leaves room for a loss and for a gain."""
        return LEAST <= self.power <= MOST


def choose(ladder: Sequence[Strength], power: Callable[[Strength], float]) -> Chosen:
    """Search a ladder for the strength whose power is nearest to 65 %.

    Power grows along the ladder, but for chance: half of what is left is passed over at each step.
    """
    low, high = 0, len(ladder)
    tried = []
    while low < high:
        middle = (low + high) // 2
        found = Chosen(strength=ladder[middle], power=power(ladder[middle]))
        tried.append(found)
        if found.power > _WISHED:
            high = middle
        else:
            low = middle + 1
    # Of equally near ones the last: where every window alarms, the weakest strength.
    return min(reversed(tried), key=lambda one: abs(one.power - _WISHED))
