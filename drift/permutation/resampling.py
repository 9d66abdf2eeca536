"""What the sums over the window would be if its units had been drawn at random from all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drift.permutation.scores import ScoreTable

_DRAWS_AT_ONCE = 128
_MOST_CELLS = 8_000_000
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
    """

    scores: NDArray[np.float32]
    scatters: NDArray[np.float32] | None


def observed_sums(table: ScoreTable) -> WindowSums:
    """Return the sums over the window as it is, as one draw."""
    units = np.arange(table.current_units)
    sums = table.scores[units].sum(axis=0, dtype=np.float64).astype(np.float32)
    return WindowSums(scores=sums[None, :], scatters=_scatters(table, [units]))


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
    for start in range(0, draws, at_once):
        picks = [
            generator.choice(units, size=drawn, replace=False, shuffle=False)
            for _ in range(min(at_once, draws - start))
        ]
        # The scores of all units add up to 0: what one side has, the other side lacks.
        sign = np.float32(1 if drawn == current else -1)
        yield WindowSums(scores=sign * _sums(table.scores, picks), scatters=_scatters(table, picks))


def joined(parts: Iterable[WindowSums]) -> WindowSums:
    """Return all draws as one."""
    whole = list(parts)
    scatters = [part.scatters for part in whole if part.scatters is not None]
    return WindowSums(
        scores=np.concatenate([part.scores for part in whole]),
        scatters=np.concatenate(scatters) if scatters else None,
    )


def _sums(scores: NDArray[np.float32], picks: list[NDArray[np.int64]]) -> NDArray[np.float32]:
    if len(picks[0]) <= _SMALL_PART * len(scores):
        return np.stack([scores[pick].sum(axis=0) for pick in picks])
    selection = np.zeros((len(picks), len(scores)), dtype=np.float32)
    for row, pick in zip(selection, picks, strict=True):
        row[pick] = 1
    sums: NDArray[np.float32] = selection @ scores
    return sums


def _scatters(table: ScoreTable, picks: list[NDArray[np.int64]]) -> NDArray[np.float32] | None:
    if table.spectral is None:
        return None
    whitened = table.spectral.whitened
    parts = np.stack([_products(whitened[pick]) for pick in picks])
    if len(picks[0]) != table.current_units:
        # The smaller side was drawn: the window is what is left.
        parts = _products(whitened) - parts
    return parts / np.float32(table.current_units)


def _products(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    products: NDArray[np.float32] = rows.T @ rows
    return products
