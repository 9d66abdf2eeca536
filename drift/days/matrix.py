"""Blocks side by side: the mean scores of one family as a matrix, block by block."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drift.comparison.methods.classes import OTHERS, RARE
from drift.comparison.methods.location import LOCATION
from drift.comparison.permutation.statistic_key import StatisticKey
from drift.days.scale import JOINT, ReferenceScale
from drift.days.sums import FamilySums

# A shift of a share of two points matters as much as one of a number of 0.1 deviations.
_POINTS_PER_DEVIATION = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceClasses:
    """How often each class of a column occurs in the reference.

    Attributes
    ----------
    shares
        By class.
    units
        How many units have a class.
    """

    shares: Mapping[str, float]
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyMeans:
    """Mean scores of blocks on the reference's scale; the last row may be the window's.

    Attributes
    ----------
    keys
        The scores.
    means
        Shape (blocks, scores): the mean score less the reference's, in the reference's standard
        deviations of that score; NaN where a block does not know it.
    variances
        Of one image, in the same unit squared and of the same shape.
    images
        How many independent images each mean rests on, of the same shape.
    correlations
        Between the scores of one image in the reference: square blocks along the diagonal, in the
        order of the scores. Scores of different blocks count as independent.
    skewness
        Of one image's scores in the reference, shape (scores,).
    unit
        What one reference standard deviation of each score is in the unit that effects are said
        in: 1 for numbers, and for a class what its share's deviation is.
    matters
        What is large enough to matter, in the unit of `means`, where 0.1 sigma of a number is;
        shape (scores,).
    reference_units
        How many units the reference's means rest on.
    """

    keys: tuple[StatisticKey, ...]
    means: NDArray[np.float64]
    variances: NDArray[np.float64]
    images: NDArray[np.float64]
    correlations: tuple[NDArray[np.float64], ...]
    skewness: NDArray[np.float64]
    unit: NDArray[np.float64]
    matters: NDArray[np.float64]
    reference_units: int


def family_means(
    scale: ReferenceScale,
    reference_classes: Mapping[str, ReferenceClasses],
    blocks: Sequence[FamilySums],
    columns: Collection[str],
    *,
    only_locations: bool = False,
) -> FamilyMeans:
    """Return the mean scores of blocks, for some columns.

    Parameters
    ----------
    reference_classes
        By column of classes.
    blocks
        In any order; the rows of the result are in the same.
    columns
        Which columns are looked at. The joint scores are there whenever the scale has them.
    only_locations
        Whether of numbers the locations alone are looked at: no spreads, no tails, and no joint
        scores.
    """
    wanted = [
        at
        for at, key in enumerate(scale.keys)
        if scale.deviations[at] > 0
        and (key.group in columns or key.group == JOINT)
        and not (only_locations and (key.group == JOINT or key.method != LOCATION.name))
    ]
    numbers = _number_part(scale, blocks, wanted)
    parts = [numbers]
    parts += [
        _class_part(name, reference_classes[name], blocks)
        for name in sorted(reference_classes)
        if name in columns
    ]
    return side_by_side(parts, scale.units)


def _number_part(
    scale: ReferenceScale, blocks: Sequence[FamilySums], wanted: list[int]
) -> FamilyMeans:
    keys = tuple(scale.keys[at] for at in wanted)
    sums = np.zeros((len(blocks), len(wanted), 3))
    for row, block in enumerate(blocks):
        for column, key in enumerate(keys):
            sums[row, column] = block.scores.get(key.text, (0, 0.0, 0.0))
    known = sums[:, :, 0]
    middles, deviations = scale.means[wanted], scale.deviations[wanted]
    with np.errstate(invalid="ignore", divide="ignore"):
        means = sums[:, :, 1] / known
        variances = np.maximum(sums[:, :, 2] / known - means**2, 0.0) / deviations**2
    return FamilyMeans(
        keys=keys,
        means=(means - middles) / deviations,
        variances=variances,
        images=known * _worth(blocks)[:, None],
        correlations=(scale.correlation[np.ix_(wanted, wanted)],),
        skewness=scale.skewness[wanted],
        unit=np.ones(len(wanted)),
        matters=np.full(len(wanted), 1.0),
        reference_units=scale.units,
    )


def _class_part(
    name: str, reference: ReferenceClasses, blocks: Sequence[FamilySums]
) -> FamilyMeans:
    counted = [Counter(block.classes.get(name, {})) for block in blocks]
    total = Counter({label: share * reference.units for label, share in reference.shares.items()})
    for one in counted:
        total.update(one)
    own = sorted(label for label, count in total.items() if count >= RARE)
    rare = [label for label in total if label not in set(own)]
    table = np.array([[one.get(label, 0.0) for label in own] for one in counted])
    table = table.reshape(len(blocks), len(own))
    base = np.array([reference.shares.get(label, 0.0) for label in own])
    pooled = np.array([total[label] for label in own])
    if rare:
        of_rare = [sum(one.get(label, 0.0) for label in rare) for one in counted]
        table = np.column_stack([table, of_rare])
        base = np.append(base, sum(reference.shares.get(label, 0.0) for label in rare))
        pooled = np.append(pooled, sum(total[label] for label in rare))
        own = [*own, OTHERS]
    known = table.sum(axis=1)
    whole = max(float(pooled.sum()), 1.0)
    shares = np.clip(pooled / whole, 0.5 / whole, 1 - 0.5 / whole)
    deviation = np.sqrt(shares * (1 - shares))
    with np.errstate(invalid="ignore", divide="ignore"):
        observed = table / known[:, None]
    odds = np.sqrt(shares / (1 - shares))
    correlation = -np.outer(odds, odds)
    np.fill_diagonal(correlation, 1.0)
    variances = np.where(known[:, None] > 0, observed * (1 - observed), np.nan) / deviation**2
    return FamilyMeans(
        keys=tuple(StatisticKey(group=name, method=f"share of {label!r}") for label in own),
        means=(observed - base) / deviation,
        variances=variances,
        images=np.repeat((known * _worth(blocks))[:, None], len(own), axis=1),
        correlations=(correlation,),
        skewness=(1 - 2 * shares) / deviation,
        unit=deviation,
        matters=_POINTS_PER_DEVIATION / deviation,
        reference_units=reference.units,
    )


def _worth(blocks: Sequence[FamilySums]) -> NDArray[np.float64]:
    """Return how many independent images one image of each block is worth, 0 to 1."""
    return np.array([one.effective / one.images if one.images else 0.0 for one in blocks])


def side_by_side(parts: Sequence[FamilyMeans], units: int = 0) -> FamilyMeans:
    """Return the scores of several parts over the same blocks, at least one part, as one family.

    Parameters
    ----------
    units
        At least so many units do the reference's means rest on.
    """
    return FamilyMeans(
        keys=tuple(key for part in parts for key in part.keys),
        means=np.concatenate([part.means for part in parts], axis=1),
        variances=np.concatenate([part.variances for part in parts], axis=1),
        images=np.concatenate([part.images for part in parts], axis=1),
        correlations=tuple(one for part in parts for one in part.correlations),
        skewness=np.concatenate([part.skewness for part in parts]),
        unit=np.concatenate([part.unit for part in parts]),
        matters=np.concatenate([part.matters for part in parts]),
        reference_units=max([units, *(part.reference_units for part in parts)]),
    )
