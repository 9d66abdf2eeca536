"""What the sums of scores would be if the window's units had been drawn at random from all."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

_DRAWS_AT_ONCE = 128
_MOST_CELLS = 8_000_000
# Gathering rows beats a product with a nearly empty matrix where the smaller side is a small part.
_SMALL_PART = 0.02


def resampled_sums(
    scores: NDArray[np.float32], current_units: int, draws: int, seed: int
) -> Iterator[NDArray[np.float32]]:
    """Yield the sums of scores over random units, some draws at a time.

    Memory does not grow with the number of draws.

    Parameters
    ----------
    scores
        Shape (units, statistics).
    current_units
        How many units each draw takes, without replacement.
    draws
        How many draws in all.
    seed
        Equal seeds give equal draws.

    Yields
    ------
    float32 of shape (some draws, statistics).
    """
    units = len(scores)
    drawn = min(current_units, units - current_units)
    total = scores.sum(axis=0, dtype=np.float64).astype(np.float32)
    generator = np.random.default_rng(seed)
    at_once = max(1, min(_DRAWS_AT_ONCE, _MOST_CELLS // units))
    for start in range(0, draws, at_once):
        count = min(at_once, draws - start)
        picks = (
            generator.choice(units, size=drawn, replace=False, shuffle=False) for _ in range(count)
        )
        if drawn <= _SMALL_PART * units:
            sums = np.stack([scores[pick].sum(axis=0) for pick in picks])
        else:
            sums = _selection(picks, (count, units)) @ scores
        # Where the smaller side was drawn, the window is what is left.
        yield sums if drawn == current_units else total - sums


def _selection(picks: Iterator[NDArray[np.int64]], shape: tuple[int, int]) -> NDArray[np.float32]:
    selection = np.zeros(shape, dtype=np.float32)
    for row, pick in zip(selection, picks, strict=True):
        row[pick] = 1
    return selection
