"""Adjusted p-values after Westfall and Young: one rate for all groups, however they depend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drift.comparison.permutation.normal_scale import NormalScale
from drift.comparison.permutation.resampling import (
    WindowSums,
    joined,
    observed_sums,
    resampled_sums,
)
from drift.comparison.permutation.scores import ScoreTable
from drift.comparison.permutation.statistic_key import StatisticKey

# Equal permutations give sums that differ in their last bits, by their order.
_ROUNDING = 1e-4
_PILOT_DRAWS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class PermutationResult:
    """What permuting the units says.

    Attributes
    ----------
    statistics
        Every statistic, on a scale that is about standard normal where nothing moved.
    signs
        1 or -1 for a two-sided statistic: whether the window's sum is above or below its
        expectation. One-sided statistics are negative themselves where it is below.
    p_values, adjusted_p_values
        By group, from its largest statistic. The adjusted ones are at most a level in at most
        that share of runs without drift, over all groups together.
    statistic_p_values
        By statistic: adjusted for all statistics of all groups.
    fullest_bins
        By statistic that counts units in bins: which of its bins has the largest excess.
    critical
        What the largest of all statistics exceeds in a share of `level` of the draws.
    resamples
        How many draws it rests on.
    """

    statistics: dict[StatisticKey, float]
    signs: dict[StatisticKey, int]
    p_values: dict[str, float]
    adjusted_p_values: dict[str, float]
    statistic_p_values: dict[StatisticKey, float]
    fullest_bins: dict[StatisticKey, int]
    critical: float
    resamples: int

    def signed(self, key: StatisticKey) -> float:
        """Return a statistic, negative where the window has less of it than expected."""
        return self.statistics[key] * self.signs.get(key, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PermutationPlan:
    """How a test is done.

    Attributes
    ----------
    resamples
        How many permutations.
    seed
        Equal seeds give equal results.
    level
        The false alarm rate of the family.
    widening
        By statistic: what to divide today's by, because accepted windows varied more than chance.
    """

    resamples: int
    seed: int
    level: float
    widening: Mapping[StatisticKey, float]

    def widened(
        self, keys: Sequence[StatisticKey], statistics: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the observed statistics, divided by what `widening` says."""
        factors = np.array([self.widening.get(key, 1.0) for key in keys])
        return np.where(statistics > 0, statistics / factors, statistics)


def permutation_test(table: ScoreTable, plan: PermutationPlan) -> PermutationResult:
    """Test all statistics of a table at once.

    The units of both sides are permuted; each permutation keeps the dependence between the
    statistics and every tie. Per group the largest statistic counts; groups are adjusted step
    down by the maximum. Source: P. H. Westfall and S. S. Young, "Resampling-based multiple
    testing", Wiley 1993, algorithm 4.1; the observed sample counts as one of the permutations
    (B. Phipson and G. K. Smyth, SAGMB 9, 2010), so that no p-value is 0 and the level is exact.
    """
    result = _test(table, plan, stop_early=False)
    if result is None:
        raise RuntimeError("a test that does not stop early has a result")
    return result


def significant_result(table: ScoreTable, plan: PermutationPlan) -> PermutationResult | None:
    """Do the same test, but return None as soon as no adjusted p-value can be below the level.

    Where nothing moved that takes a tenth of the time. Source: J. Besag and P. Clifford,
    "Sequential Monte Carlo p-values", Biometrika 78 (1991).
    """
    return _test(table, plan, stop_early=True)


def _test(
    table: ScoreTable, plan: PermutationPlan, *, stop_early: bool
) -> PermutationResult | None:
    scale = _scale(table, plan.seed)
    sums = observed_sums(table)
    plain = scale.statistics(sums)[0]
    keys = table.keys
    of_statistic = [key.group for key in keys]
    groups = list(dict.fromkeys(of_statistic))
    members = [np.flatnonzero(np.array(of_statistic) == group) for group in groups]
    counts = Exceedances(plan.widened(keys, plain), members)
    for drawn in resampled_sums(table, plan.resamples, plan.seed):
        counts.add(scale.statistics(drawn))
        if stop_early and counts.exceeded >= plan.level * (1 + plan.resamples):
            return None
    adjusted = counts.adjusted()
    return PermutationResult(
        statistics=dict(zip(keys, plain.tolist(), strict=True)),
        signs=signs_of(table, sums),
        p_values=dict(zip(groups, counts.plain().tolist(), strict=True)),
        adjusted_p_values=dict(zip(groups, adjusted.tolist(), strict=True)),
        statistic_p_values=dict(zip(keys, counts.single_step().tolist(), strict=True)),
        fullest_bins=_fullest_bins(scale, sums),
        critical=counts.critical(plan.level),
        resamples=plan.resamples,
    )


def untested_statistics(table: ScoreTable, seed: int) -> dict[StatisticKey, float]:
    """Return what `PermutationResult.signed` says of every statistic, without the test.

    Parameters
    ----------
    seed
        The plan's.
    """
    sums = observed_sums(table)
    plain = _scale(table, seed).statistics(sums)[0]
    signs = signs_of(table, sums)
    return {
        key: value * signs.get(key, 1)
        for key, value in zip(table.keys, plain.tolist(), strict=True)
    }


def signs_of(table: ScoreTable, sums: WindowSums) -> dict[StatisticKey, int]:
    """Return 1 or -1 for two-sided statistics: see `PermutationResult`."""
    return {
        one.key: 1 if total > 0 else -1
        for one, total in zip(table.linear, sums.scores[0], strict=True)
        if one.two_sided
    }


def _fullest_bins(scale: NormalScale, sums: WindowSums) -> dict[StatisticKey, int]:
    if scale.bins is None or sums.counts is None:
        return {}
    return scale.bins.fullest(sums.counts)


def _scale(table: ScoreTable, seed: int) -> NormalScale:
    """Return the common scale, from the pooled sample and draws of its own only."""
    pilot = joined(resampled_sums(table, _PILOT_DRAWS, seed + 1))
    return NormalScale.of(table, pilot)


class Exceedances:
    """Counts how often permuted statistics reach the observed ones."""

    def __init__(self, observed: NDArray[np.float64], members: list[NDArray[np.int64]]) -> None:
        # Side by side, so that the largest of every group is found in one go.
        self._side_by_side = np.concatenate(members)
        self._starts = np.cumsum([0, *map(len, members)])[:-1]
        self._observed = observed
        self._groups = self._largest(observed[None, :])[0]
        self._order = np.argsort(-self._groups, kind="stable")
        self._draws = 1
        self._single = np.ones(len(members))
        self._stepped = np.ones(len(members))
        self._all = np.ones(len(observed))
        self._maxima: list[NDArray[np.float64]] = []

    def add(self, drawn: NDArray[np.float64]) -> None:
        """Count some draws, shape (draws, statistics)."""
        groups = self._largest(drawn)
        self._draws += len(drawn)
        self._single += (groups >= self._groups - _ROUNDING).sum(axis=0)
        # The maximum over a group and all groups with smaller observed statistics.
        tail = np.maximum.accumulate(groups[:, self._order][:, ::-1], axis=1)[:, ::-1]
        self._stepped += (tail >= self._groups[self._order] - _ROUNDING).sum(axis=0)
        largest = groups.max(axis=1)
        self._all += (largest[:, None] >= self._observed - _ROUNDING).sum(axis=0)
        self._maxima.append(largest)

    def _largest(self, drawn: NDArray[np.float64]) -> NDArray[np.float64]:
        largest: NDArray[np.float64] = np.maximum.reduceat(
            drawn[:, self._side_by_side], self._starts, axis=1
        )
        return largest

    @property
    def exceeded(self) -> float:
        """How many draws reach the largest observed statistic, the observed one among them."""
        return float(self._stepped[0])

    def plain(self) -> NDArray[np.float64]:
        """Return a p-value per group on its own."""
        return self._single / self._draws

    def adjusted(self) -> NDArray[np.float64]:
        """Return a step-down adjusted p-value per group."""
        adjusted = np.empty(len(self._order))
        adjusted[self._order] = np.maximum.accumulate(self._stepped / self._draws)
        return adjusted

    def single_step(self) -> NDArray[np.float64]:
        """Return a p-value per statistic, adjusted for all statistics."""
        return self._all / self._draws

    def critical(self, level: float) -> float:
        """Return the upper `level` quantile of the largest statistic."""
        return float(np.quantile(np.concatenate(self._maxima), 1 - level))
