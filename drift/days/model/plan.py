"""How a window is judged."""

from __future__ import annotations

from dataclasses import dataclass

NEEDED_DAYS = 7
"""With normal blocks of fewer days a job is learning: no episode opens."""
MOST_BLOCKS = 60
"""Only so many normal blocks before a block say what is expected of it, the last ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPlan:
    """How a family of columns is judged.

    Attributes
    ----------
    level
        The family's share of the false alarm rate, above 0.
    minimum_effect
        In reference standard deviations: what lies nearer to its expectation raises no alarm.
    draws
        How many draws the dependence of the scores is measured with.
    seed
        Equal seeds give equal results.
    needed_days
        A score is judged where the normal blocks that know it are of so many days.
    learns_for
        A score opens no episode, and says nothing of how well blocks are predicted, before the
        normal blocks that know it are of so many days. It is judged meanwhile, as in the first days
        of a job. That is for families that may begin long after the others.
    """

    level: float
    minimum_effect: float
    draws: int = 4000
    seed: int = 0
    needed_days: int = 0
    learns_for: int = 0
