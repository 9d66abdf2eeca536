"""How many of the window's units lie in bins of the pooled sample, for many draws at once.

The number in a bin of ``k`` of ``N`` units, of which the window has ``n``, is hypergeometric. What
counts is the least probable excess among the bins of a statistic. Let ``S(p)`` be the sum over its
bins of the probability that a bin's excess is as improbable as ``p`` or more; the statistic is what
a standard normal variable exceeds with the probability ``1 - exp(-w S(p))``. For w = 1 it is about
standard normal where nothing moved, whatever the ties, since a discrete count reaches few values of
``p``. Source of the weight: C. R. Genovese, K. Roeder and L. Wasserman, "False discovery control
with p-value weighting", Biometrika 93 (2006).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, ndtri

from drift.comparison.permutation.statistic_key import StatisticKey

# Sums of float32 are exact below 2 to this power.
_EXACT_BITS = 24
# More units make no difference that matters clearer, but cost time.
_MOST_COUNTED = 8_192
# A pile is rare, and a real one is improbable by far: its p-value is taken five times, so that
# looking for piles costs the other statistics next to nothing.
_WEIGHT = 5.0
_LEAST_P = 1e-300
_LOWEST = 1 - 1e-12
# Equal probabilities differ in their last bits.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class BinStatistic:
    """The largest excess of the window's units in one of several bins.

    Attributes
    ----------
    key
        Which one it is.
    members
        Which units lie in each bin, bool of shape (units, bins), at least one bin.
    """

    key: StatisticKey
    members: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class BinCounts:
    """The bins of all such statistics, several counts packed in one number.

    Of very many units only some, drawn at random from both sides together, are counted: as the
    labels of the sides play no part in that, permuting stays exact.

    Attributes
    ----------
    keys
        The statistics.
    counted
        The places of the units that are counted.
    packed
        float32 of shape (counted units, words): sums of it hold the counts of the bins.
    sizes, words, shifts
        By bin: how many counted units it has, in which number its count is, from which bit on.
    first
        By statistic its first bin.
    """

    keys: tuple[StatisticKey, ...]
    counted: NDArray[np.int64]
    packed: NDArray[np.float32]
    sizes: NDArray[np.int64]
    words: NDArray[np.int64]
    shifts: NDArray[np.int64]
    first: NDArray[np.int64]

    @classmethod
    def of(cls, statistics: Sequence[BinStatistic], seed: int) -> BinCounts | None:
        """Pack the bins of some statistics; None where there is none."""
        if not statistics:
            return None
        counted = _counted(len(statistics[0].members), seed)
        members = np.hstack([one.members[counted] for one in statistics])
        sizes = members.sum(axis=0)
        words, shifts = _places(sizes)
        packed = np.zeros((len(counted), int(words[-1]) + 1), dtype=np.float32)
        for column, (word, shift) in enumerate(zip(words, shifts, strict=True)):
            packed[:, word] += members[:, column] * np.float32(1 << int(shift))
        bins = [one.members.shape[1] for one in statistics]
        return cls(
            keys=tuple(one.key for one in statistics),
            counted=counted,
            packed=packed,
            sizes=sizes,
            words=words,
            shifts=shifts,
            first=np.cumsum([0, *bins[:-1]]),
        )

    def counts(self, sums: NDArray[np.float32]) -> NDArray[np.int64]:
        """Return the counts of all bins, shape (draws, bins), from sums of `packed`."""
        unpacked = sums.astype(np.int64)[:, self.words] >> self.shifts
        counts: NDArray[np.int64] = unpacked & ((1 << _bits(self.sizes)) - 1)
        return counts


@dataclass(frozen=True, slots=True, kw_only=True)
class BinScale:
    """The excess of each bin on the common scale, by the number of the window's units in it.

    Attributes
    ----------
    counts
        The bins.
    heights
        One number by bin and count, all bins one behind the other.
    start
        By bin its first place in `heights`.
    """

    counts: BinCounts
    heights: NDArray[np.float64]
    start: NDArray[np.int64]

    @classmethod
    def of(cls, counts: BinCounts, units: int, current: int) -> BinScale:
        """Return the scale for a window of `current` of `units` units."""
        start = np.cumsum([0, *(counts.sizes[:-1] + 1)])
        tails, chances = _hypergeometric(counts.sizes, units, current)
        ends = [*start[counts.first[1:]], len(tails)]
        heights = [
            _heights(tails[one:end], chances[one:end])
            for one, end in zip(start[counts.first], ends, strict=True)
        ]
        return cls(counts=counts, heights=np.concatenate(heights), start=start)

    def statistics(self, sums: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return all statistics, shape (draws, statistics), from sums of `BinCounts.packed`."""
        found: NDArray[np.float64] = np.maximum.reduceat(
            self._excesses(sums), self.counts.first, axis=1
        )
        return found

    def fullest(self, sums: NDArray[np.float32]) -> dict[StatisticKey, int]:
        """Return by statistic which of its bins has the largest excess in the first draw."""
        excesses = self._excesses(sums[:1])[0]
        parts = np.split(excesses, self.counts.first[1:])
        return {key: int(part.argmax()) for key, part in zip(self.counts.keys, parts, strict=True)}

    def _excesses(self, sums: NDArray[np.float32]) -> NDArray[np.float64]:
        excesses: NDArray[np.float64] = self.heights[self.start + self.counts.counts(sums)]
        return excesses


def _counted(units: int, seed: int) -> NDArray[np.int64]:
    if units <= _MOST_COUNTED:
        return np.arange(units)
    # A stream of its own: with that of the windows the first of them would hold just these.
    own = np.random.default_rng((seed, _MOST_COUNTED))
    drawn = own.choice(units, size=_MOST_COUNTED, replace=False)
    return np.sort(drawn)


def _bits(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many bits hold the numbers from 0 to each size."""
    bits: NDArray[np.int64] = np.frexp(sizes.astype(np.float64))[1].astype(np.int64)
    return bits


def _places(sizes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the number and the bit from which on each bin is counted."""
    words, shifts, word, used = [], [], 0, 0
    for bits in _bits(sizes).tolist():
        if used + bits > _EXACT_BITS:
            word, used = word + 1, 0
        words.append(word)
        shifts.append(used)
        used += bits
    return np.array(words), np.array(shifts)


def _hypergeometric(
    sizes: NDArray[np.int64], units: int, current: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return P(X >= c) and P(X = c) for c from 0 to each bin's size, one bin behind the other."""
    known: dict[int, tuple[NDArray[np.float64], NDArray[np.float64]]] = {}
    for size in np.unique(sizes).tolist():
        c = np.arange(size + 1)
        possible = (c <= current) & (size - c <= units - current)
        drawn = np.where(possible, c, np.clip(c, size - units + current, current))
        log_chance = (
            _log_choose(size, drawn)
            + _log_choose(units - size, current - drawn)
            - _log_choose(units, np.array([current]))
        )
        chance = np.where(possible, np.exp(log_chance), 0.0)
        known[size] = np.cumsum(chance[::-1])[::-1], chance
    sides = zip(*(known[size] for size in sizes.tolist()), strict=True)
    tails, chances = (np.concatenate(side) for side in sides)
    return tails, chances


def _log_choose(of: int, some: NDArray[np.int64]) -> NDArray[np.float64]:
    chosen: NDArray[np.float64] = gammaln(of + 1) - gammaln(some + 1) - gammaln(of - some + 1)
    return chosen


def _heights(tails: NDArray[np.float64], chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each count of each bin of one statistic on the common scale."""
    order = np.argsort(tails, kind="stable")
    summed = np.cumsum(chances[order])
    reached = np.searchsorted(tails[order], tails * (1 + _ROUNDING), side="right") - 1
    one_of_them = -np.expm1(-_WEIGHT * summed[reached])
    heights: NDArray[np.float64] = -ndtri(np.clip(one_of_them, _LEAST_P, _LOWEST))
    return heights
