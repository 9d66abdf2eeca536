"""What the sums over the window would be if its units had been drawn at random from all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drift.comparison.permutation.bin_counts import BinCounts
from drift.comparison.permutation.scores import ScoreTable, SpectralStatistic

_DRAWS_AT_ONCE = 128
_MOST_CELLS = 8_000_000
# Of more units one product with all of their squares beats gathering the rows of every draw.
_MOST_GATHERED = 8_192
# Gathering rows beats a product with a nearly empty matrix where the smaller side is a small part.
_SMALL_PART = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowSums:
    """What is added up over the window, for some draws of its units.

    Attributes
    ----------
    scores
        float32 of shape (draws, linear statistics).
    scatters
        float32 of shape (draws, columns, columns): the mean products of the whitened columns;
        None where the table has no spectral statistic.
    vectors
        float32 of shape (draws, numbers), of either sign; None where the units have no vectors.
    counts
        float32 of shape (draws, words): see `BinCounts`; None where the table counts nothing.
    """

    scores: NDArray[np.float32]
    scatters: NDArray[np.float32] | None
    vectors: NDArray[np.float32] | None = None
    counts: NDArray[np.float32] | None = None


def observed_sums(table: ScoreTable) -> WindowSums:
    """Return the sums over the window as it is, as one draw."""
    units = np.arange(table.current_units)
    sums = table.scores[units].sum(axis=0, dtype=np.float64).astype(np.float32)
    scatters = None if table.spectral is None else _scatters(table, table.spectral, [units])
    counts = None if table.bins is None else _Counter.of(table, table.bins).counts([units], None)
    vectors = None if table.vector is None else _sums(table.vector.vectors, [units], None)
    return WindowSums(scores=sums[None, :], scatters=scatters, vectors=vectors, counts=counts)


def resampled_sums(table: ScoreTable, draws: int, seed: int) -> Iterator[WindowSums]:
    """Yield the sums over random units, some draws at a time.

    Memory does not grow with the number of draws.

    Parameters
    ----------
    draws
        How many draws in all.
    seed
        Equal seeds give equal draws.
    """
    units, current = len(table.scores), table.current_units
    drawn = min(current, units - current)
    generator = np.random.default_rng(seed)
    at_once = max(1, min(_DRAWS_AT_ONCE, _MOST_CELLS // units))
    squares = _squares(table.spectral) if units > _MOST_GATHERED else None
    counter = None if table.bins is None else _Counter.of(table, table.bins)
    # The scores of all units add up to 0: what one side has, the other side lacks.
    sign = np.float32(1 if drawn == current else -1)
    for start in range(0, draws, at_once):
        picks = [
            generator.choice(units, size=drawn, replace=False, shuffle=False)
            for _ in range(min(at_once, draws - start))
        ]
        selection = _selection(picks, units) if drawn > _SMALL_PART * units else None
        sums = _sums(table.scores, picks, selection)
        scatters = None
        if table.spectral is not None and squares is not None and selection is not None:
            scatters = _complete(table, table.spectral, squares.of_draws(selection), drawn)
        elif table.spectral is not None:
            scatters = _scatters(table, table.spectral, picks)
        counts = None if counter is None else counter.counts(picks, selection)
        vector = table.vector
        vectors = None if vector is None else _sums(vector.vectors, picks, selection)
        yield WindowSums(scores=sign * sums, scatters=scatters, vectors=vectors, counts=counts)


def joined(parts: Iterable[WindowSums]) -> WindowSums:
    """Return all draws as one."""
    whole = list(parts)
    scatters = [part.scatters for part in whole if part.scatters is not None]
    vectors = [part.vectors for part in whole if part.vectors is not None]
    counts = [part.counts for part in whole if part.counts is not None]
    return WindowSums(
        scores=np.concatenate([part.scores for part in whole]),
        scatters=np.concatenate(scatters) if scatters else None,
        vectors=np.concatenate(vectors) if vectors else None,
        counts=np.concatenate(counts) if counts else None,
    )


def _selection(picks: list[NDArray[np.int64]], units: int) -> NDArray[np.float32]:
    """Return 1 where a draw, a row, has a unit, a column, and 0 elsewhere."""
    selection = np.zeros((len(picks), units), dtype=np.float32)
    for row, pick in zip(selection, picks, strict=True):
        row[pick] = 1
    return selection


def _sums(
    scores: NDArray[np.float32],
    picks: list[NDArray[np.int64]],
    selection: NDArray[np.float32] | None,
) -> NDArray[np.float32]:
    if selection is None:
        return np.stack([scores[pick].sum(axis=0) for pick in picks])
    sums: NDArray[np.float32] = selection @ scores
    return sums


def _scatters(
    table: ScoreTable, spectral: SpectralStatistic, picks: list[NDArray[np.int64]]
) -> NDArray[np.float32]:
    parts = np.stack([_products(spectral.whitened[pick]) for pick in picks])
    return _complete(table, spectral, parts, len(picks[0]))


def _complete(
    table: ScoreTable, spectral: SpectralStatistic, parts: NDArray[np.float32], drawn: int
) -> NDArray[np.float32]:
    """Return the window's mean products from the sums over the units that were drawn."""
    if drawn != table.current_units:
        # The smaller side was drawn: the window is what is left.
        parts = _products(spectral.whitened) - parts
    return parts / np.float32(table.current_units)


def _products(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    products: NDArray[np.float32] = rows.T @ rows
    return products


@dataclass(frozen=True, slots=True, kw_only=True)
class _Squares:
    """The products of every pair of whitened columns, unit by unit.

    Attributes
    ----------
    products
        float32 of shape (units, pairs).
    places
        The place of a pair in `products`, shape (columns, columns).
    """

    products: NDArray[np.float32]
    places: NDArray[np.int64]

    def of_draws(self, selection: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the summed products of each draw, shape (draws, columns, columns)."""
        sums: NDArray[np.float32] = (selection @ self.products)[:, self.places]
        return sums


def _squares(spectral: SpectralStatistic | None) -> _Squares | None:
    if spectral is None:
        return None
    columns = spectral.whitened.shape[1]
    first, second = np.triu_indices(columns)
    places = np.empty((columns, columns), dtype=np.int64)
    places[first, second] = places[second, first] = np.arange(len(first))
    across = np.ascontiguousarray(spectral.whitened.T)
    products = np.empty((len(first), len(spectral.whitened)), dtype=np.float32)
    for pair, (one, other) in enumerate(zip(first, second, strict=True)):
        np.multiply(across[one], across[other], out=products[pair])
    return _Squares(products=products.T, places=places)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counter:
    """Adds up the packed counts of draws.

    Attributes
    ----------
    bins
        What is counted.
    row
        By unit its row in `bins.packed`, -1 for one that is not counted.
    total
        The sums over all units.
    current_units
        How many units the window has.
    """

    bins: BinCounts
    row: NDArray[np.int64]
    total: NDArray[np.float32]
    current_units: int

    @classmethod
    def of(cls, table: ScoreTable, bins: BinCounts) -> _Counter:
        row = np.full(len(table.scores), -1)
        row[bins.counted] = np.arange(len(bins.counted))
        return cls(
            bins=bins,
            row=row,
            total=bins.packed.sum(axis=0),
            current_units=table.current_units,
        )

    def counts(
        self, picks: list[NDArray[np.int64]], selection: NDArray[np.float32] | None
    ) -> NDArray[np.float32]:
        """Return the packed counts of the window's units, one row a draw."""
        if selection is None:
            rows = [self.row[pick] for pick in picks]
            sums = np.stack([self.bins.packed[one[one >= 0]].sum(axis=0) for one in rows])
        elif len(self.bins.counted) == len(self.row):
            sums = selection @ self.bins.packed
        else:
            sums = selection[:, self.bins.counted] @ self.bins.packed
        # Where the smaller side was drawn, the window is what is left.
        drawn = len(picks[0]) == self.current_units
        counts: NDArray[np.float32] = sums if drawn else self.total - sums
        return counts
