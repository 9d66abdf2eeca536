"""Describing the two sides of a column: moments, quantiles, histograms, class counts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.comparison.columns.rounding import deviation_of, is_constant
from reports.findings.columns import Distribution, Histogram

QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
BINS = 24

Numbers = NDArray[np.float64]


def describe_numbers(reference: pd.Series, current: pd.Series) -> tuple[Distribution, Distribution]:
    """Return both sides of a numeric column, their histograms on the same edges.

    The edges run from the smallest to the largest value of both sides; a single value gets one
    bin of its own around it, and so do values that differ by rounding. Either side may be empty.
    """
    ascending = [np.sort(side.to_numpy()) for side in (reference, current)]
    edges = _edges([side for side in ascending if len(side)])
    return _describe(reference, ascending[0], edges), _describe(current, ascending[1], edges)


def _edges(ascending: Sequence[Numbers]) -> Numbers | None:
    if not ascending:
        return None
    low = min(float(side[0]) for side in ascending)
    high = max(float(side[-1]) for side in ascending)
    if is_constant(np.array([low, high])):
        margin = max(abs(low), 1.0) / 2
        return np.array([low - margin, low + margin])
    return np.linspace(low, high, BINS + 1)


def _describe(values: pd.Series, ascending: Numbers, edges: Numbers | None) -> Distribution:
    if values.empty or edges is None:
        return Distribution(count=0)
    numbers = values.to_numpy()
    quantiles = quantiles_of_sorted(ascending, np.array(QUANTILES))
    return Distribution(
        count=len(numbers),
        mean=float(numbers.mean()),
        std=deviation_of(numbers) if len(numbers) > 1 else None,
        quantiles={str(q): float(value) for q, value in zip(QUANTILES, quantiles, strict=True)},
        histogram=Histogram(
            edges=tuple(float(edge) for edge in edges),
            counts=tuple(int(n) for n in counts_of_sorted(ascending, edges)),
        ),
    )


def quantiles_of_sorted(ascending: Numbers, shares: Numbers) -> Numbers:
    """Return what `numpy.quantile` does, bit by bit, of numbers that are sorted already."""
    if len(ascending) == 1:
        # Of -0.0 the formula below would make 0.0.
        return np.repeat(ascending, len(shares))
    places = (len(ascending) - 1) * shares
    below = np.floor(places).astype(np.int64)
    parts = places - below
    low, high = ascending[below], ascending[np.minimum(below + 1, len(ascending) - 1)]
    between = high - low
    quantiles: Numbers = np.where(parts < 0.5, low + between * parts, high - between * (1 - parts))
    return quantiles


def counts_of_sorted(ascending: Numbers, edges: Numbers) -> NDArray[np.int64]:
    """Return what `numpy.histogram` does of numbers that are sorted already."""
    places = np.searchsorted(ascending, edges, side="left")
    # The last bin holds its upper edge too.
    places[-1] = np.searchsorted(ascending, edges[-1], side="right")
    return np.diff(places)
