"""The test of many parts of the units at once: each is permuted within itself.

The parts of one segment column share no unit. Where nothing moved, the units of each part may be
permuted by themselves, whatever the others do, so that one draw permutes all parts at once, each
independently: the level of the step-down test over all of them is exact. The columns of a part are
permuted together, which keeps how they depend on each other. Source: P. H. Westfall and S. S.
Young, "Resampling-based multiple testing", Wiley 1993, algorithm 4.1, with the permutations of
each stratum in place of those of all units.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drift.comparison.permutation.adjustment import Exceedances, PermutationPlan, signs_of
from drift.comparison.permutation.normal_scale import NormalScale
from drift.comparison.permutation.resampling import WindowSums, observed_sums
from drift.comparison.permutation.scores import ScoreTable
from drift.comparison.permutation.statistic_key import StatisticKey

_DRAWS_AT_ONCE = 128
_PILOT_DRAWS = 256
_MOST_CELLS = 8_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PartResult:
    """What the test says of one part.

    Attributes
    ----------
    statistics
        As of `PermutationResult`, with its signs.
    p_value
        From the largest statistic of the part alone.
    p_values, adjusted_p_values
        By group. The adjusted ones are at most a level in at most that share of runs without
        drift, over all groups of all parts together.
    """

    statistics: dict[StatisticKey, float]
    p_value: float
    p_values: dict[str, float]
    adjusted_p_values: dict[str, float]


def permuted_parts(
    tables: Sequence[ScoreTable], plans: Sequence[PermutationPlan]
) -> list[PartResult]:
    """Test all statistics of all parts at once.

    Parameters
    ----------
    tables
        One per part, of at least three units each, without a spectral statistic.
    plans
        One per part; they differ in `widening` alone.
    """
    result = _test(tables, plans, stop_early=False)
    if result is None:
        raise RuntimeError("a test that does not stop early has a result")
    return result


def significant_parts(
    tables: Sequence[ScoreTable], plans: Sequence[PermutationPlan]
) -> list[PartResult] | None:
    """Do the same test, but return None as soon as no adjusted p-value can be below the level.

    For simulations; see `significant_result`.
    """
    return _test(tables, plans, stop_early=True)


def _test(
    tables: Sequence[ScoreTable], plans: Sequence[PermutationPlan], *, stop_early: bool
) -> list[PartResult] | None:
    parts = [_Part.of(table, plan.seed, place) for place, (table, plan) in _each(tables, plans)]
    observed = [one.statistics(observed_sums(one.table))[0] for one in parts]
    of_group, of_part = _members(tables)
    widened = np.concatenate(
        [
            plan.widened(table.keys, found)
            for table, plan, found in zip(tables, plans, observed, strict=True)
        ]
    )
    groups, wholes = Exceedances(widened, of_group), Exceedances(widened, of_part)
    for draws in _batches(plans[0].resamples, max(len(one.table.scores) for one in parts)):
        drawn = np.concatenate([one.permuted(draws) for one in parts], axis=1)
        groups.add(drawn)
        wholes.add(drawn)
        if stop_early and groups.exceeded >= plans[0].level * (1 + plans[0].resamples):
            return None
    by_group = iter(zip(groups.plain().tolist(), groups.adjusted().tolist(), strict=True))
    return [
        _result(one.table, found, p_value, by_group)
        for one, found, p_value in zip(parts, observed, wholes.plain().tolist(), strict=True)
    ]


def _result(
    table: ScoreTable,
    found: NDArray[np.float64],
    p_value: float,
    by_group: Iterator[tuple[float, float]],
) -> PartResult:
    signs = signs_of(table, observed_sums(table))
    own = {name: next(by_group) for name in _groups(table)}
    return PartResult(
        statistics={
            key: value * signs.get(key, 1)
            for key, value in zip(table.keys, found.tolist(), strict=True)
        },
        p_value=p_value,
        p_values={name: plain for name, (plain, _) in own.items()},
        adjusted_p_values={name: adjusted for name, (_, adjusted) in own.items()},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    table: ScoreTable
    scale: NormalScale
    random: np.random.Generator

    @classmethod
    def of(cls, table: ScoreTable, seed: int, place: int) -> _Part:
        # No two parts draw alike: their permutations have to be independent.
        pilot = _permuted_sums(table, _PILOT_DRAWS, np.random.default_rng([seed, 1, place]))
        return cls(
            table=table,
            scale=NormalScale.of(table, pilot),
            random=np.random.default_rng([seed, 0, place]),
        )

    def statistics(self, sums: WindowSums) -> NDArray[np.float64]:
        return self.scale.statistics(sums)

    def permuted(self, draws: int) -> NDArray[np.float64]:
        return self.statistics(_permuted_sums(self.table, draws, self.random))


def _permuted_sums(table: ScoreTable, draws: int, random: np.random.Generator) -> WindowSums:
    chosen = np.zeros((draws, len(table.scores)), dtype=np.float32)
    chosen[:, : table.current_units] = 1
    return WindowSums(scores=random.permuted(chosen, axis=1) @ table.scores, scatters=None)


def _batches(draws: int, units: int) -> Iterator[int]:
    at_once = max(1, min(_DRAWS_AT_ONCE, _MOST_CELLS // units))
    for start in range(0, draws, at_once):
        yield min(at_once, draws - start)


def _each(
    tables: Sequence[ScoreTable], plans: Sequence[PermutationPlan]
) -> Iterator[tuple[int, tuple[ScoreTable, PermutationPlan]]]:
    return enumerate(zip(tables, plans, strict=True))


def _groups(table: ScoreTable) -> list[str]:
    return list(dict.fromkeys(key.group for key in table.keys))


def _members(
    tables: Sequence[ScoreTable],
) -> tuple[list[NDArray[np.int64]], list[NDArray[np.int64]]]:
    """Return the places of the statistics of each group, and of each part, among all."""
    of_group, of_part, start = [], [], 0
    for table in tables:
        names = np.array([key.group for key in table.keys])
        of_group += [start + np.flatnonzero(names == name) for name in _groups(table)]
        of_part.append(np.arange(start, start + len(names)))
        start += len(names)
    return of_group, of_part
