"""Columns of which one side lacks more values than the other: chance moves their sums farther."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np

from drift.comparison.families import Family
from drift.comparison.permutation.statistic_key import StatisticKey
from drift.comparison.scoring import ScoredFamily


def widened_by_gaps(
    family: Family, scored: ScoredFamily, factors: Mapping[StatisticKey, float]
) -> Mapping[StatisticKey, float]:
    """Return what to divide statistics by, larger for columns with uneven gaps.

    The permutation spreads the missing values over both sides. Where the smaller side has fewer of
    them than that, its sum of scores varies more than the permuted ones do: in the standard
    deviation by ``sqrt((a b / (a + b)) / (m n (a + b) / (m + n)^2))``, for a of m units on one
    side with a value, and b of n on the other one.

    Parameters
    ----------
    factors
        What is divided by for other reasons, by statistic.
    """
    gaps = dict(_factors(family, scored))
    if not gaps:
        return factors
    ours = {key: gaps[key.group] for key in scored.table.keys if key.group in gaps}
    return {**factors, **{key: factors.get(key, 1.0) * one for key, one in ours.items()}}


def _factors(family: Family, scored: ScoredFamily) -> Iterator[tuple[str, float]]:
    reference, current = family.units
    known = {
        name: (~missing[current:], ~missing[:current])
        for name, missing in zip(scored.columns, scored.missing.T, strict=True)
    }
    for name in family.classes:
        has_label = np.zeros(reference + current, dtype=np.bool_)
        has_label[family.pooled_labels(name).of_label] = True
        known[name] = has_label[current:], has_label[:current]
    for name, (then, now) in known.items():
        there = int(then.sum()), int(now.sum())
        if there == family.units or not all(there):
            continue
        drawn = there[0] * there[1] / sum(there)
        permuted = reference * current * sum(there) / (reference + current) ** 2
        if drawn > permuted:
            yield name, math.sqrt(drawn / permuted)
