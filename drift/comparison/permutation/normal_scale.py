"""Putting statistics of unlike kinds on one scale: about standard normal where nothing moved.

The sum of scores over ``m`` of ``N`` units drawn without replacement has a known mean, variance and
third moment. With scores of mean 0, variance 1 and third moment ``t``::

    variance = m (N - m) / (N - 1)
    third    = m (N - m) (N - 2 m) / ((N - 1) (N - 2)) t

Dividing by the standard deviation alone would let the most skewed statistic decide what counts as
extreme, so that the others lose their power. The cube-root transformation of Wilson and Hilferty
("The distribution of chi-square", PNAS 17, 1931), applied to a gamma distribution with the same
skewness, takes most of it out; a statistic whose tail is still longer than the normal one, as with
many ties in a small window, is shrunk by what some draws of their own say. The scale only has to be
common: that false alarms hold comes from permuting, whatever this transformation does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtri, ndtri_exp

from drift.comparison.permutation.bin_counts import BinScale
from drift.comparison.permutation.resampling import WindowSums
from drift.comparison.permutation.scores import QuadraticStatistic, ScoreTable
from drift.comparison.permutation.wilson_hilferty import normal_from_gamma

_NO_SKEWNESS = 1e-6
_SINGLE_ROUNDING = 1e-5
# Where a tail is measured: far enough out to matter, near enough for a few hundred draws.
_TAIL = 0.99
# The quantile of a few hundred draws is off by a tenth: what is within that is left alone.
_CLEARLY_LONGER = 1.15
# One statistic of vectors sees what a family's numbers hardly do: it has about as much of the false
# alarm rate as all of them together. Source of the weight: as in `bin_counts.py`.
_VECTOR_WEIGHT = 8.0


def without_skewness(
    values: NDArray[np.float64], skewness: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return standardised values on a scale where a gamma variable is about standard normal.

    Parameters
    ----------
    values
        Standardised statistics, shape (..., statistics).
    skewness
        Their skewness, shape (statistics,); 0 leaves the values as they are.
    """
    skew = np.where(np.abs(skewness) < _NO_SKEWNESS, _NO_SKEWNESS, skewness)
    # Below -2 / skewness a gamma variable has no values.
    return normal_from_gamma(np.maximum(1 + skew * values / 2, 0.0), skew)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Mean, standard deviation and skewness of a statistic where nothing moved."""

    mean: float
    deviation: float
    skewness: float

    def normalised(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return values on the common scale."""
        return without_skewness((values - self.mean) / self.deviation, np.array(self.skewness))


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalScale:
    """The map from sums over the window to comparable statistics, for one pooled sample."""

    table: ScoreTable
    deviation: float
    skewness: NDArray[np.float64]
    two_sided: NDArray[np.bool_]
    quadratic: tuple[Moments, ...]
    spectral: Moments | None
    vector: Moments | None
    bins: BinScale | None
    tails: NDArray[np.float64]

    @classmethod
    def of(cls, table: ScoreTable, pilot: WindowSums) -> NormalScale:
        """Return the scale of a table of at least three units.

        Parameters
        ----------
        pilot
            Sums over some random draws; they give the moments and tails for which there is no
            formula.
        """
        units, current = len(table.scores), table.current_units
        other = units - current
        variance = current * other / (units - 1)
        third = np.einsum("ij,ij,ij->j", *(table.scores,) * 3, dtype=np.float64)
        third *= current * other * (other - current) / (units * (units - 1) * (units - 2))
        scale = cls(
            table=table,
            deviation=float(np.sqrt(variance)),
            skewness=third / variance**1.5,
            two_sided=np.array([one.two_sided for one in table.linear], dtype=np.bool_),
            quadratic=tuple(_weighted_chi_square(table, one) for one in table.quadratic),
            spectral=None if table.spectral is None else _sample_moments(_log_size(pilot)),
            vector=None if table.vector is None else _chi_square(table.vector.vectors),
            bins=None if table.bins is None else BinScale.of(table.bins, units, current),
            tails=np.ones(len(table.keys)),
        )
        return replace(scale, tails=scale._measured_tails(pilot))

    def statistics(self, sums: WindowSums) -> NDArray[np.float64]:
        """Return all statistics, larger where more moved.

        Returns
        -------
        Shape (draws, statistics), in the order of the table's keys.
        """
        standardised = sums.scores.astype(np.float64) / self.deviation
        upward = without_skewness(standardised, self.skewness)
        downward = without_skewness(-standardised, -self.skewness)
        parts = [np.where(self.two_sided, np.maximum(upward, downward), upward)]
        for one, moments in zip(self.table.quadratic, self.quadratic, strict=True):
            lengths = ((standardised[:, one.members] @ one.root) ** 2).sum(axis=1)
            parts.append(moments.normalised(lengths)[:, None])
        if self.spectral is not None:
            parts.append(self.spectral.normalised(_log_size(sums))[:, None])
        if self.vector is not None and sums.vectors is not None:
            lengths = ((sums.vectors.astype(np.float64) / self.deviation) ** 2).sum(axis=1)
            parts.append(_favoured(self.vector.normalised(lengths))[:, None])
        if self.bins is not None and sums.counts is not None:
            parts.append(self.bins.statistics(sums.counts))
        return np.concatenate(parts, axis=1) * self.tails

    def _measured_tails(self, pilot: WindowSums) -> NDArray[np.float64]:
        """Return what shrinks each statistic whose tail is longer than the normal one."""
        usual = np.full(len(self.table.keys), float(ndtri(_TAIL)))
        usual[: len(self.two_sided)][self.two_sided] = float(ndtri((1 + _TAIL) / 2))
        if self.table.vector is not None:
            place = self.table.keys.index(self.table.vector.key)
            usual[[place]] = _favoured(usual[[place]])
        measured = np.quantile(self.statistics(pilot), _TAIL, axis=0)
        longer = measured > _CLEARLY_LONGER * usual
        return np.where(longer, usual / np.where(longer, measured, 1.0), 1.0)


def _favoured(statistics: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the normal quantiles of an eighth of the probabilities of larger statistics."""
    favoured: NDArray[np.float64] = -ndtri_exp(log_ndtr(-statistics) - np.log(_VECTOR_WEIGHT))
    return favoured


def _log_size(sums: WindowSums) -> NDArray[np.float64]:
    """Return the logarithm of the largest eigenvalue of each draw's scatter matrix."""
    if sums.scatters is None:
        return np.zeros(len(sums.scores))
    logs: NDArray[np.float64] = np.log(np.linalg.eigvalsh(sums.scatters)[:, -1].astype(np.float64))
    return logs


def _sample_moments(values: NDArray[np.float64]) -> Moments:
    mean, deviation = float(values.mean()), float(values.std())
    # Single precision leaves so much over where all draws are alike.
    deviation = deviation if deviation > _SINGLE_ROUNDING else 1.0
    skewness = float((((values - mean) / deviation) ** 3).mean())
    return Moments(mean=mean, deviation=deviation, skewness=skewness)


def _weighted_chi_square(table: ScoreTable, statistic: QuadraticStatistic) -> Moments:
    """Moments of a weighted sum of chi-squares, one for each axis of the mapped scores."""
    return _chi_square(table.scores[:, statistic.members].astype(np.float64) @ statistic.root)


def _chi_square(mapped: NDArray[np.float32] | NDArray[np.float64]) -> Moments:
    """Moments of a weighted sum of chi-squares, one for each axis of some vectors of mean 0."""
    weights = np.linalg.eigvalsh(mapped.T @ mapped / len(mapped))
    deviation = float(np.sqrt(2 * (weights**2).sum()))
    return Moments(
        mean=float(weights.sum()),
        deviation=deviation,
        skewness=float(8 * (weights**3).sum() / deviation**3),
    )
