"""What is kept of a block of time: sums over its images, from which mean scores are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.days.scale import ReferenceScale, ScoredImages

_LEAST_SEEN = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnSums:
    """Sums of one number over the images that have it.

    Attributes
    ----------
    known
        How many images have a value.
    total, squares
        Of the values and of their squares, in the column's unit.
    above, below
        How many images lie beyond the reference's central 99 %.
    """

    known: int
    total: float
    squares: float
    above: int
    below: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilySums:
    """Sums over the images of a block for one family: features, predictions or a model's view.

    Attributes
    ----------
    images
        How many images.
    effective
        How many independent images they are worth: near-copies in one burst count together, as
        ``1 / sum of squared shares`` of the bursts.
    columns
        By name.
    scores
        By the text of a score's key: how many images have it, their sum and the sum of squares.
    classes
        By column and class: the sum over images of the class's share within the image.
    """

    images: int
    effective: float
    columns: Mapping[str, ColumnSums] = field(default_factory=dict)
    scores: Mapping[str, tuple[int, float, float]] = field(default_factory=dict)
    classes: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        scale: ReferenceScale,
        numbers: pd.DataFrame,
        clusters: NDArray[np.int64],
        classes: Mapping[str, Mapping[str, float]] | None = None,
    ) -> FamilySums:
        """Sum up the images of a block.

        Parameters
        ----------
        numbers
            One row per image, float64; NaN is a missing value.
        clusters
            A number per image: those of one cluster are near-copies of each other.
        classes
            As of the attribute.
        """
        sums = cls.of_scored(scale, numbers, scale.score(numbers))
        return replace(sums, effective=effective_number(clusters), classes=classes or {})

    @classmethod
    def of_scored(
        cls, scale: ReferenceScale, numbers: pd.DataFrame, scored: ScoredImages
    ) -> FamilySums:
        """Sum up images whose scores are known, as if no two of them were near-copies."""
        per_column = len(scale.columns)
        counts = scored.known.sum(axis=0)
        known = np.concatenate(
            [
                np.tile(counts, 4),
                np.full(len(scale.keys) - 4 * per_column, len(numbers)),
            ]
        )
        sums, squares = scored.scores.sum(axis=0), (scored.scores**2).sum(axis=0)
        return cls(
            images=len(numbers),
            effective=float(len(numbers)),
            columns={
                name: _column_sums(numbers[name], scale.limits[at])
                for at, name in enumerate(scale.columns)
                if name in numbers
            },
            scores={
                key.text: (int(known[at]), float(sums[at]), float(squares[at]))
                for at, key in enumerate(scale.keys)
                if known[at]
            },
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BothSums:
    """Sums over some images: of what was measured on them, and of what the model said.

    Attributes
    ----------
    features, predictions
        Of the images that could be measured, and of those that have a prediction.
    view
        Of the images that the model of ``[model]`` has looked at; None where that is not known.
    """

    features: FamilySums
    predictions: FamilySums
    view: FamilySums | None = None


def is_seen(sums: BothSums) -> bool:
    """Tell whether a model looked at enough of the measured images to stand for all of them.

    Where an image is gone since it was measured, no later model can look at it: a block of which
    fewer than nine images in ten were seen tells nothing of the model's view.

    >>> measured = FamilySums(images=10, effective=10.0)
    >>> is_seen(BothSums(features=measured, predictions=measured, view=measured))
    True
    >>> few = FamilySums(images=8, effective=8.0)
    >>> is_seen(BothSums(features=measured, predictions=measured, view=few))
    False
    """
    view = sums.view
    return view is not None and view.images >= max(1.0, _LEAST_SEEN * sums.features.images)


def effective_number(clusters: NDArray[np.int64]) -> float:
    """Return how many independent images clusters of near-copies are worth.

    ``n^2 / sum of squared sizes``, as if near-copies were equal (L. Kish, "Survey Sampling", 1965).

    >>> effective_number(np.array([0, 1, 2, 3]))
    4.0
    >>> effective_number(np.array([0, 0, 1, 1]))
    2.0
    """
    if not len(clusters):
        return 0.0
    sizes = np.unique(clusters, return_counts=True)[1].astype(np.float64)
    return float(sizes.sum() ** 2 / (sizes**2).sum())


def _column_sums(values: pd.Series, limits: NDArray[np.float64]) -> ColumnSums:
    given = values.to_numpy(dtype=np.float64)
    given = given[np.isfinite(given)]
    with np.errstate(over="ignore", invalid="ignore"):
        total, squares = float(given.sum()), float((given**2).sum())
    return ColumnSums(
        known=len(given),
        total=total,
        squares=squares,
        above=int((given > limits[1]).sum()),
        below=int((given < limits[0]).sum()),
    )
