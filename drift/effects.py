"""How far a column moved, in units that people read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.methods.location import LOCATION
from drift.methods.spread import SPREAD
from drift.methods.tails import LOWER_TAIL, UPPER_TAIL
from drift.normal_scores import normal_scores
from reports.effect_sizes import in_deviations

CENTRAL = (0.005, 0.995)
# The two ways of measuring a move differ a little by chance.
_CLEARLY = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """The size of a difference.

    Attributes
    ----------
    size
        Never negative. Reference standard deviations where the direction is ``"up"``, ``"down"``
        or ``"spread"``; a difference of shares, 0 to 1, where it is ``"upper_tail"``,
        ``"lower_tail"`` (the part of the window beyond the reference's central 99 %, less the
        reference's own) or ``"shares"`` (of classes).
    direction
        What changed.
    """

    size: float
    direction: str

    def is_at_least(self, minimum_effect: float) -> bool:
        """Tell whether the difference is large enough to matter."""
        return in_deviations(self.size, self.direction) >= minimum_effect


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalSides:
    """Normal scores of both sides pooled, taken apart again: see `drift.normal_scores`."""

    reference: NDArray[np.float64]
    current: NDArray[np.float64]

    @classmethod
    def of(cls, reference: pd.Series, current: pd.Series) -> NormalSides:
        """Score two sides together."""
        pooled = np.concatenate([current.to_numpy(), reference.to_numpy()])
        scores = normal_scores(pooled[:, None])[:, 0]
        return cls(reference=scores[len(current) :], current=scores[: len(current)])

    @property
    def shift(self) -> float:
        """How far the mean score moved, in deviations of the reference's scores."""
        spread = float(self.reference.std()) or 1.0
        return float(self.current.mean() - self.reference.mean()) / spread


def numeric_effects(
    reference: pd.Series, current: pd.Series, normal: NormalSides | None
) -> Mapping[str, Effect]:
    """Return how far each method's aspect of a number moved, by the method's name.

    The move of the mean is divided by the reference's standard deviation. Where a few extreme
    values make that deviation large, the same move measured on normal scores is clearly larger,
    and counts. Neither side may be empty.

    Parameters
    ----------
    reference, current
        float64 without missing values.
    normal
        The normal scores of the two, or of as many units of them as were tested; None where those
        do not vary.
    """
    scale = _scale(reference, current)
    moved = mean_shift(reference, current)
    if normal is not None:
        moved = _clearly_larger(moved, normal.shift)
    widened = (_deviation(current) - _deviation(reference)) / scale if len(current) > 1 else 0.0
    low, high = np.quantile(reference.to_numpy(), CENTRAL)
    beyond = [float((current > high).mean() - (reference > high).mean())]
    beyond += [float((current < low).mean() - (reference < low).mean())]
    return {
        LOCATION.name: Effect(size=abs(moved), direction="up" if moved > 0 else "down"),
        SPREAD.name: Effect(size=abs(widened), direction="spread"),
        UPPER_TAIL.name: Effect(size=max(beyond[0], 0.0), direction="upper_tail"),
        LOWER_TAIL.name: Effect(size=max(beyond[1], 0.0), direction="lower_tail"),
    }


def usual_effect(effects: Mapping[str, Effect]) -> Effect:
    """Return what to say of a column that no test singled out: the mean's move, or the spread's."""
    moved, widened = effects[LOCATION.name], effects[SPREAD.name]
    return widened if widened.size > 2 * moved.size else moved


def mean_shift(reference: pd.Series, current: pd.Series) -> float:
    """Return the move of the mean in reference standard deviations, with its sign.

    Divided by the deviation of both sides together where the reference is constant.
    """
    return (float(current.mean()) - float(reference.mean())) / _scale(reference, current)


def class_effect(reference: pd.Series, current: pd.Series) -> Effect:
    """Return the largest change of any class's share, between 0 and 1."""
    shares = pd.concat(
        [side.value_counts(normalize=True) for side in (reference, current)], axis=1
    ).fillna(0.0)
    change = (shares.iloc[:, 1] - shares.iloc[:, 0]).abs()
    return Effect(size=float(change.max()), direction="shares")


def near_copy_effect(reference: pd.Series, current: pd.Series) -> Effect:
    """Return how much larger the share of near-copies among all images became.

    Parameters
    ----------
    reference, current
        The number of further near-copies of each unit, 0 where it stands alone.
    """
    shares = [float(side.sum() / (side + 1).sum()) for side in (reference, current)]
    return Effect(size=abs(shares[1] - shares[0]), direction="shares")


def _clearly_larger(one: float, other: float) -> float:
    return other if abs(other) > _CLEARLY * abs(one) else one


def _scale(reference: pd.Series, current: pd.Series) -> float:
    return _deviation(reference) or _deviation(pd.concat([reference, current])) or 1.0


def _deviation(values: pd.Series) -> float:
    return float(np.std(values.to_numpy(), ddof=1)) if len(values) > 1 else 0.0
