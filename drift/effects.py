"""How far a column moved, in units that people read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

# 0.1 reference standard deviations of a number weigh as much as two points of a class's share.
SHARE_PER_DEVIATION = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """The size of a difference.

    Attributes
    ----------
    size
        Reference standard deviations for numbers, the largest change of a class's share for
        classes; never negative.
    direction
        ``"up"``, ``"down"`` (the mean moved), ``"spread"`` (the standard deviation changed by more
        than twice what the mean moved) or ``"shares"``.
    """

    size: float
    direction: str

    def is_at_least(self, minimum_effect: float) -> bool:
        """Tell whether the difference is large enough to matter."""
        unit = SHARE_PER_DEVIATION if self.direction == "shares" else 1.0
        return self.size >= minimum_effect * unit


def numeric_effect(reference: pd.Series, current: pd.Series) -> Effect:
    """Return the mean's move, or the standard deviation's change where that is what changed.

    Both are divided by the reference's standard deviation (n - 1), or by that of both sides
    together where the reference is constant. Neither side may be empty.
    """
    deviation = _deviation(reference)
    scale = deviation or _deviation(pd.concat([reference, current])) or 1.0
    moved = (float(current.mean()) - float(reference.mean())) / scale
    widened = (_deviation(current) - deviation) / scale if len(current) > 1 else 0.0
    if abs(widened) > 2 * abs(moved):
        return Effect(size=abs(widened), direction="spread")
    return Effect(size=abs(moved), direction="up" if moved > 0 else "down")


def class_effect(reference: pd.Series, current: pd.Series) -> Effect:
    """Return the largest change of any class's share, between 0 and 1."""
    shares = pd.concat(
        [side.value_counts(normalize=True) for side in (reference, current)], axis=1
    ).fillna(0.0)
    change = (shares.iloc[:, 1] - shares.iloc[:, 0]).abs()
    return Effect(size=float(change.max()), direction="shares")


def _deviation(values: pd.Series) -> float:
    return float(np.std(values.to_numpy(), ddof=1)) if len(values) > 1 else 0.0
