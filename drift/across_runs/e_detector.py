"""Evidence, run after run, that the mean of a column has moved: a Shiryaev-Roberts e-detector.

The model without drift: in a run of m images the shift y of a column is o + e, where e is the
window's own error with variance v / m, and o the reference's, the same in every run, with variance
1 / n for n reference images. What the reference and all runs so far say about o is its mean B and
its precision P; the next run's surprise

    u = (y - B) / s,   s^2 = 1 / m + 1 / P

has mean 0 and a variance of at most v. A move by d since run j would shift u by

    b = d (1 - M / P) / s,   M: the images of the runs since j.

For each start j and each d among `MOVES` the evidence is the product over the runs since j of

    g(b u) / (1 + b^2 v / 2),
    g(x) = 1 + x + x^2/2 for x >= 0 and 1 / (1 - x + x^2/2) for x < 0.

Each factor has a mean of at most 1 without drift, whatever the distribution of u: neither heavy
tails nor skewness make it larger (Catoni's influence function, after Wang and Ramdas, "Catoni-style
confidence sequences for heavy-tailed mean estimation", 2023). Summed over the starts and averaged
over moves, directions and columns, however these depend on each other, the evidence therefore grows
by at most 1 a run on average, and reaches c after c runs on average or later (Shin, Ramdas and
Rinaldo, "E-detectors: a nonparametric framework for sequential change detection", 2023).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

MOVES = (0.1, 0.2, 0.4)
"""The sizes of a move that are bet on, in reference standard deviations, up and down."""
MEMORY = 100
"""A move may have begun in any of so many last runs; all runs tell what was there before."""
UP, DOWN = 0, 1
_LARGEST = 1e12
# So many runs' worth of the least variance are believed beforehand, and a squared difference counts
# for so many times the variance at most.
_CAUTION = 5
_OUTLYING = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What one run says about every column.

    Attributes
    ----------
    shifts
        One per column, in reference standard deviations; NaN where the run says nothing.
    units
        Independent images in the window.
    """

    shifts: Numbers
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceByStart:
    """What the runs so far say, by the run at which a move may have begun.

    Attributes
    ----------
    starts
        The indices of these runs, oldest first; at most `MEMORY`.
    e_values
        The evidence, by start, direction (`UP`, `DOWN`) and column.
    moves
        The mean shift since the start, by start and column; 0 where there is no value.
    units
        The images since the start, by start and column.
    variance
        By column, the bound on the variance of a shift times its images.
    """

    starts: NDArray[np.int64]
    e_values: Numbers
    moves: Numbers
    units: Numbers
    variance: Numbers


def follow(
    runs: Iterable[Observation], *, columns: int, reference_units: int
) -> Iterator[EvidenceByStart]:
    """Yield the evidence after each run, oldest first; all runs share one reference."""
    state = _State(columns, reference_units)
    for index, run in enumerate(runs):
        state.add(index, run)
        yield state.evidence(index)


def last_evidence(
    runs: Sequence[Observation], *, columns: int, reference_units: int
) -> EvidenceByStart:
    """Return the evidence after the last of some runs: what `follow` yields last, in less time.

    Raises
    ------
    ValueError
        If there is no run.
    """
    if not runs:
        raise ValueError("there is no run to have evidence from")
    state = _State(columns, reference_units)
    for index, run in enumerate(runs):
        if index < len(runs) - MEMORY:
            state.settle(run)
        else:
            state.add(index, run)
    return state.evidence(len(runs) - 1)


class _State:
    def __init__(self, columns: int, reference_units: int) -> None:
        self._products = np.ones((MEMORY, 2 * len(MOVES), columns))
        self._sums = np.zeros((MEMORY, columns))
        self._units = np.zeros((MEMORY, columns))
        self._sum = np.zeros(columns)
        self._precision = np.full(columns, float(reference_units))
        self._noise = _Noise(columns, reference_units)

    def add(self, index: int, run: Observation) -> None:
        """Take in a run, which is a start of its own too."""
        slot = index % MEMORY
        live = slice(0, index + 1)
        self._products[slot], self._sums[slot], self._units[slot] = 1.0, 0.0, 0.0
        there, shifts, units = _values(run)
        self._noise.add(run.shifts * math.sqrt(run.units))
        factors = np.where(there, self._factors(shifts, run.units, live), 1.0)
        self._products[live] = np.minimum(self._products[live] * factors, _LARGEST)
        self._sums[live] += units * shifts
        self._units[live] += units
        self._sum += units * shifts
        self._precision += units

    def settle(self, run: Observation) -> None:
        """Take in a run that is too old for a start, for what it says about all later ones."""
        _, shifts, units = _values(run)
        self._noise.add(run.shifts * math.sqrt(run.units))
        self._sum += units * shifts
        self._precision += units

    def _factors(self, shifts: Numbers, units: int, live: slice) -> Numbers:
        error = np.sqrt(1 / units + 1 / self._precision)
        surprise = (shifts - self._sum / self._precision) / error
        left = 1 - self._units[live] / self._precision
        bets = np.array(MOVES)[:, None] * (left / error)[:, None, :]
        growth = _bounded_growth(bets * surprise)
        price = 1 + bets**2 * self._noise.variance / 2
        # A move down is a bet of the other sign, for which the growth is the inverse.
        return np.concatenate([growth / price, 1 / (growth * price)], axis=1)

    def evidence(self, index: int) -> EvidenceByStart:
        starts = np.arange(max(0, index - MEMORY + 1), index + 1)
        slots = starts % MEMORY
        products = self._products[slots]
        half = len(MOVES)
        sides = [products[:, :half].mean(axis=1), products[:, half:].mean(axis=1)]
        units = self._units[slots]
        return EvidenceByStart(
            starts=starts,
            e_values=np.stack(sides, axis=1),
            moves=self._sums[slots] / np.maximum(units, 1),
            units=units,
            variance=self._noise.variance,
        )


class _Noise:
    """The variance of each column from run to run, by the differences of successive runs.

    A slow drift hardly shows in differences, but days that are no independent draws do. Below the
    variance of independent draws, and three standard errors of the reference's estimate of it,
    nothing is believed; and a single difference counts for little, since it may be a fault.
    """

    def __init__(self, columns: int, reference_units: int) -> None:
        self._least = 1 + 3 * math.sqrt(2 / reference_units)
        self._last = np.full(columns, np.nan)
        self._sum = np.full(columns, _CAUTION * self._least)
        self._count = np.full(columns, float(_CAUTION))

    @property
    def variance(self) -> Numbers:
        variance: Numbers = np.maximum(self._least, self._sum / self._count)
        return variance

    def add(self, z: Numbers) -> None:
        there = np.isfinite(z)
        known = there & np.isfinite(self._last)
        squares = np.where(known, z - self._last, 0.0) ** 2 / 2
        self._sum += np.minimum(squares, _OUTLYING * self.variance)
        self._count += known
        self._last = np.where(there, z, self._last)


def _values(run: Observation) -> tuple[NDArray[np.bool_], Numbers, Numbers]:
    """Return where the run says something, its shifts, and its images; 0 where it does not."""
    there = np.isfinite(run.shifts)
    shifts = np.where(there, run.shifts, 0.0)
    return there, shifts, np.where(there, float(run.units), 0.0)


def _bounded_growth(x: Numbers) -> Numbers:
    size = np.abs(x)
    growth: Numbers = 1 + size + size**2 / 2
    bounded: Numbers = np.where(x >= 0, growth, 1 / growth)
    return bounded
