"""How far a column moved, in units that people read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.comparison.columns.class_shares import compared_shares
from drift.comparison.columns.columns import Column, ColumnKind
from drift.comparison.columns.constants import CENTRAL, Constant
from drift.comparison.columns.rounding import deviation_of, is_constant
from drift.comparison.methods.location import LOCATION
from drift.comparison.methods.normal_scores import normal_scores
from drift.comparison.methods.piles import PILE
from drift.comparison.methods.spread import SPREAD
from drift.comparison.methods.tails import LOWER_TAIL, UPPER_TAIL
from reports.findings.effect_sizes import LARGEST_EFFECT, capped, in_deviations

# The two ways of measuring a move differ a little by chance.
_CLEARLY = 1.5
_DECILES = tuple(decile / 10 for decile in range(1, 10))


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """The size of a difference.

    Attributes
    ----------
    size
        Never negative. Reference standard deviations, 100 at most, where the direction is
        ``"up"``, ``"down"`` or ``"spread"``; a difference of shares, 0 to 1, where it is
        ``"upper_tail"``,
        ``"lower_tail"`` (the part of the window beyond the reference's central 99 %, less the
        reference's own), ``"pile"`` (the part within a range, less the reference's own) or
        ``"shares"`` (of classes).
    direction
        What changed.
    means_anything
        Whether it is more than the column's resolution in its own unit.
    """

    size: float
    direction: str
    means_anything: bool = True

    def is_at_least(self, minimum_effect: float) -> bool:
        """Tell whether the difference is large enough to matter."""
        return self.means_anything and self.in_deviations >= minimum_effect

    @property
    def in_deviations(self) -> float:
        """The size in reference standard deviations that matter as much."""
        return in_deviations(self.size, self.direction)


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalSides:
    """Normal scores of both sides pooled, taken apart again: see `normal_scores`."""

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
        spread = 1.0 if is_constant(self.reference) else float(self.reference.std())
        return capped(float(self.current.mean() - self.reference.mean()) / spread)


def numeric_effects(
    reference: pd.Series,
    current: pd.Series,
    normal: NormalSides | None,
    *,
    resolution: float = 0.0,
    middles: tuple[float, float] | None = None,
    pile: tuple[float, float] | None = None,
) -> Mapping[str, Effect]:
    """Return how far each method's aspect of a number moved, by the method's name.

    The move of the mean is divided by the reference's standard deviation. Where a few extreme
    values make that deviation large, the same move measured on normal scores is clearly larger,
    and counts. Where the reference is constant up to the resolution, every aspect is the share of
    images that lie farther off than that. Neither side may be empty.

    Parameters
    ----------
    reference, current
        float64 without missing values.
    normal
        The normal scores of the two, or of as many units of them as were tested; None where those
        do not vary.
    resolution
        The smallest difference that means anything, in the column's unit.
    middles
        The mean of the reference and of the window where they are better known than from these
        values, as where each of them was drawn from several of its unit.
    """
    constant = Constant.of(reference, resolution)
    if constant is not None:
        return _off_constant(constant, reference, current)
    sides = _Sides(reference=reference, current=current, resolution=resolution, middles=middles)
    up, down = sides.beyond()
    return {
        LOCATION.name: sides.moved(normal),
        SPREAD.name: sides.widened(),
        UPPER_TAIL.name: up,
        LOWER_TAIL.name: down,
        **({} if pile is None else {PILE.name: sides.piled(pile)}),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sides:
    """Both sides of a number that varies in the reference."""

    reference: pd.Series
    current: pd.Series
    resolution: float
    middles: tuple[float, float] | None

    def moved(self, normal: NormalSides | None) -> Effect:
        moved = (self._means[1] - self._means[0]) / self._deviations[0]
        apart = self._lies_apart(self._means[1] - self._means[0])
        if normal is not None and apart:
            moved = _clearly_larger(moved, normal.shift)
        direction = "up" if moved > 0 else "down"
        return Effect(size=abs(capped(moved)), direction=direction, means_anything=apart)

    def widened(self) -> Effect:
        then, now = self._deviations
        widened = (now - then) / then if len(self.current) > 1 else 0.0
        return Effect(
            size=min(abs(widened), LARGEST_EFFECT),
            direction="spread",
            means_anything=self._lies_apart(now - then),
        )

    def beyond(self) -> tuple[Effect, Effect]:
        low, high = np.quantile(self.reference.to_numpy(), CENTRAL)
        margin = self.resolution
        above = [_share_above(self, high), _share_above(self, high + margin)]
        below = [_share_below(self, low), _share_below(self, low - margin)]
        return _tail(above, "upper_tail"), _tail(below, "lower_tail")

    def piled(self, pile: tuple[float, float]) -> Effect:
        """Return how many more lie in a range; half of them not within the resolution of it."""
        now = share_within(self.current, pile)
        size, sure = (
            max(now - share_within(self.reference, pile, margin=margin), 0.0)
            for margin in (0.0, self.resolution)
        )
        return Effect(size=size, direction="pile", means_anything=2 * sure >= size)

    @property
    def _means(self) -> tuple[float, float]:
        if self.middles is not None:
            return self.middles
        return float(self.reference.mean()), float(self.current.mean())

    @property
    def _deviations(self) -> tuple[float, float]:
        return deviation_of(self.reference.to_numpy()), deviation_of(self.current.to_numpy())

    def _lies_apart(self, difference: float) -> bool:
        """Tell whether a difference, or else that of any decile, is more than the resolution."""
        if abs(difference) > self.resolution:
            return True
        deciles = [
            np.quantile(side.to_numpy(), _DECILES) for side in (self.reference, self.current)
        ]
        return bool((np.abs(deciles[1] - deciles[0]) > self.resolution).any())


def share_within(values: pd.Series, ends: tuple[float, float], *, margin: float = 0.0) -> float:
    """Return the share of values from the lower to the upper end, both included."""
    return float(values.between(ends[0] - margin, ends[1] + margin).mean())


def _share_above(sides: _Sides, limit: float) -> float:
    return float((sides.current > limit).mean() - (sides.reference > limit).mean())


def _share_below(sides: _Sides, limit: float) -> float:
    return float((sides.current < limit).mean() - (sides.reference < limit).mean())


def _tail(shares: Sequence[float], direction: str) -> Effect:
    """Return a tail that counts where half of it at least lies beyond the resolution too."""
    size, farther = (max(share, 0.0) for share in shares)
    return Effect(size=size, direction=direction, means_anything=2 * farther >= size)


def _off_constant(
    constant: Constant, reference: pd.Series, current: pd.Series
) -> Mapping[str, Effect]:
    up, down = (
        Effect(size=max(share(current) - share(reference), 0.0), direction=direction)
        for share, direction in ((constant.above, "upper_tail"), (constant.below, "lower_tail"))
    )
    larger = up if up.size >= down.size else down
    return {
        LOCATION.name: larger,
        SPREAD.name: larger,
        UPPER_TAIL.name: up,
        LOWER_TAIL.name: down,
        PILE.name: larger,
    }


def untested_effect(column: Column) -> Effect:
    """Return what to say of a column that is shown and not tested; neither side is empty."""
    if column.kind is ColumnKind.CLASSES:
        shares = compared_shares(column)
        return share_effect(shares.reference, shares.current)
    if column.kind is ColumnKind.NEAR_COPIES:
        return near_copy_effect(column.reference, column.current)
    by_method = numeric_effects(
        column.reference,
        column.current,
        None,
        resolution=column.resolution,
        middles=column_means(column),
    )
    return usual_effect(by_method)


def usual_effect(effects: Mapping[str, Effect]) -> Effect:
    """Return what to say of a column that no test singled out: the mean's move, or the spread's."""
    moved, widened = effects[LOCATION.name], effects[SPREAD.name]
    return widened if widened.size > 2 * moved.size else moved


def mean_shift(
    reference: pd.Series,
    current: pd.Series,
    constant: Constant | None = None,
    middles: tuple[float, float] | None = None,
) -> float | None:
    """Return the move of the mean in reference standard deviations, with its sign.

    Between -100 and 100; None where the reference is a constant or does not vary.

    Parameters
    ----------
    middles
        The means of both sides where they are better known than from these values.
    """
    deviation = deviation_of(reference.to_numpy())
    if constant is not None or deviation == 0:
        return None
    then, now = middles or (float(reference.mean()), float(current.mean()))
    return capped((now - then) / deviation)


def column_means(column: Column) -> tuple[float, float] | None:
    """Return the means of both sides from the means within units; None where it has none."""
    if column.means is None:
        return None
    return float(column.means.reference.mean()), float(column.means.current.mean())


def column_shift(column: Column, constant: Constant | None) -> float | None:
    """Return `mean_shift` of a number, from the means within units where it has such."""
    return mean_shift(column.reference, column.current, constant, column_means(column))


def share_effect(reference: pd.Series, current: pd.Series) -> Effect:
    """Return the largest change of a share; each side has one share by class."""
    shares = pd.concat([reference, current], axis=1).fillna(0.0)
    change = (shares.iloc[:, 1] - shares.iloc[:, 0]).abs()
    return Effect(size=float(change.max()) if len(change) else 0.0, direction="shares")


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
