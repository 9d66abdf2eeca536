"""The pooled sample as scores: what the permutation test adds up over the window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drift.comparison.permutation.bin_counts import BinCounts
from drift.comparison.permutation.statistic_key import StatisticKey


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearStatistic:
    """A sum of scores over the window's units.

    Attributes
    ----------
    key
        Which one it is.
    two_sided
        Whether small sums count as much as large ones.
    """

    key: StatisticKey
    two_sided: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QuadraticStatistic:
    """The squared length of some standardised sums after a linear map, large where many moved.

    Attributes
    ----------
    key
        Which one it is.
    members
        Positions of its linear statistics, shape (k,).
    root
        The map, shape (k, r): the statistic is the sum of squares of ``z[members] @ root``.
    """

    key: StatisticKey
    members: NDArray[np.int64]
    root: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpectralStatistic:
    """The largest eigenvalue of the window's scatter matrix, large where it is wide along a line.

    A tenth of the units shifted by five standard deviations along an unknown combination of
    columns more than triples it. Source: I. M. Johnstone, "On the distribution of the largest
    eigenvalue in principal components analysis", Annals of Statistics 29 (2001).

    Attributes
    ----------
    key
        Which one it is.
    whitened
        float32 of shape (units, columns): what the matrix is the mean product of.
    """

    key: StatisticKey
    whitened: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorStatistic:
    """The squared length of the sum of the window's vectors, large where many point one way.

    Attributes
    ----------
    key
        Which one it is.
    vectors
        float32 of shape (units, numbers); every column has mean 0.
    """

    key: StatisticKey
    vectors: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreTable:
    """The scores of all units of both sides, the window's first.

    Attributes
    ----------
    scores
        float32 of shape (units, linear statistics); every column has mean 0 and variance 1.
    current_units
        How many of the first rows are the window's.
    linear
        One per column of `scores`.
    quadratic
        Statistics made from the linear ones.
    spectral
        None where the columns are not looked at jointly.
    vector
        None where the units have no vectors.
    bins
        Statistics that count units; None where there is none.
    """

    scores: NDArray[np.float32]
    current_units: int
    linear: tuple[LinearStatistic, ...]
    quadratic: tuple[QuadraticStatistic, ...] = ()
    spectral: SpectralStatistic | None = None
    vector: VectorStatistic | None = None
    bins: BinCounts | None = None

    @property
    def keys(self) -> tuple[StatisticKey, ...]:
        """All statistics: linear, quadratic, spectral, of vectors, counts in bins."""
        linear, quadratic = self.linear, self.quadratic
        last = [one.key for one in (self.spectral, self.vector) if one is not None]
        counts = () if self.bins is None else self.bins.keys
        return (*(one.key for one in linear), *(one.key for one in quadratic), *last, *counts)


def standardised(
    blocks: Sequence[NDArray[np.float64]], statistics: Sequence[LinearStatistic]
) -> tuple[NDArray[np.float32], tuple[LinearStatistic, ...]]:
    """Return all scores with mean 0 and variance 1, and the statistics that can vary at all.

    Parameters
    ----------
    blocks
        Scores of shape (units, ...), side by side.
    statistics
        One per column of all blocks together.
    """
    kept: list[NDArray[np.float32]] = []
    varying: list[LinearStatistic] = []
    position = 0
    for block in blocks:
        centred = block - block.mean(axis=0)
        deviations = centred.std(axis=0)
        # Rounding leaves a hair of variance in a column that does not vary.
        varies = deviations > 1e-9 * np.maximum(1.0, np.abs(block).max(axis=0))
        kept.append((centred[:, varies] / deviations[varies]).astype(np.float32))
        ours = statistics[position : position + block.shape[1]]
        varying.extend(one for one, keep in zip(ours, varies, strict=True) if keep)
        position += block.shape[1]
    return np.concatenate(kept, axis=1), tuple(varying)
