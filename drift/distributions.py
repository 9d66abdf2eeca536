"""Describing the two sides of a column: moments, quantiles, histograms, class counts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from reports.findings import Category, Distribution, Histogram

QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
BINS = 24


def describe_numbers(reference: pd.Series, current: pd.Series) -> tuple[Distribution, Distribution]:
    """Return both sides of a numeric column, their histograms on the same edges.

    The edges run from the smallest to the largest value of both sides; a single value gets one
    bin of its own around it. Either side may be empty.
    """
    edges = _edges(np.concatenate([reference.to_numpy(), current.to_numpy()]))
    return _describe(reference, edges), _describe(current, edges)


def _edges(values: np.ndarray) -> np.ndarray | None:
    if not len(values):
        return None
    low, high = float(values.min()), float(values.max())
    if low == high:
        margin = max(abs(low), 1.0) / 2
        return np.array([low - margin, low + margin])
    return np.linspace(low, high, BINS + 1)


def _describe(values: pd.Series, edges: np.ndarray | None) -> Distribution:
    if values.empty or edges is None:
        return Distribution(count=0)
    numbers = values.to_numpy()
    counts, _ = np.histogram(numbers, bins=edges)
    quantiles = np.quantile(numbers, QUANTILES)
    return Distribution(
        count=len(numbers),
        mean=float(numbers.mean()),
        std=float(numbers.std(ddof=1)) if len(numbers) > 1 else None,
        quantiles={str(q): float(value) for q, value in zip(QUANTILES, quantiles, strict=True)},
        histogram=Histogram(
            edges=tuple(float(edge) for edge in edges), counts=tuple(int(n) for n in counts)
        ),
    )


def count_classes(reference: pd.Series, current: pd.Series) -> tuple[Category, ...]:
    """Return every class of either side, the most frequent of both together first."""
    counts = pd.concat([reference.value_counts(), current.value_counts()], axis=1).fillna(0)
    rows = [
        Category(name=str(name), reference=int(then), current=int(now))
        for name, then, now in counts.itertuples()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.reference - row.current, row.name)))
