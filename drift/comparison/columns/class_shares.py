"""The classes of a column on both sides: what part of its units each of them is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.comparison.columns.columns import Column, Sides
from reports.findings.columns import Category


def mean_shares(labels: pd.Series, of_row: NDArray[np.int64]) -> pd.Series:
    """Return the mean over units of each class's share within the unit.

    Parameters
    ----------
    labels
        One per row; rows without one are left out, and units without any.
    of_row
        The unit of each row.

    Returns
    -------
    float64 by class, each above 0, that add up to 1; empty where there is no label.
    """
    known = labels.notna().to_numpy()
    names, units = labels[known].astype("str"), of_row[known]
    if not len(units):
        return pd.Series(dtype="float64")
    sizes = np.bincount(units)
    codes, classes = pd.factorize(names, sort=True)
    # Units of equal size are added at once, so that the rows' order does not show in the sums.
    sums = np.zeros(len(classes))
    for size in np.unique(sizes[units]):
        sums += np.bincount(codes[sizes[units] == size], minlength=len(classes)) / size
    shares = np.minimum(sums / int((sizes > 0).sum()), 1.0)
    return pd.Series(shares, index=pd.Index(classes, dtype="str"))


def shares_of(column: Column) -> Sides:
    """Return the share of each class on both sides, by the class's own name."""
    if column.shares is not None:
        return column.shares
    return Sides(
        reference=column.reference.value_counts(normalize=True),
        current=column.current.value_counts(normalize=True),
    )


def compared_shares(column: Column) -> Sides:
    """Return the shares as they are compared: likely renamed classes under the old names."""
    sides = shares_of(column)
    if not column.renamed:
        return sides
    return Sides(
        reference=_renamed(sides.reference, column.renamed),
        current=_renamed(sides.current, column.renamed),
    )


def _renamed(shares: pd.Series, renamed: Mapping[str, str]) -> pd.Series:
    names = [renamed.get(str(name), str(name)) for name in shares.index]
    return shares.groupby(names, sort=True).sum()


def rename_classes(labels: pd.Series, renamed: Mapping[str, str]) -> pd.Series:
    """Return labels with likely renamed classes under the old names."""
    return labels.map(lambda name: renamed.get(name, name), na_action="ignore")


def categories_of(column: Column) -> tuple[Category, ...]:
    """Return every class of either side, the most frequent of both together first.

    Counts are units. Where a unit has several classes its parts are added up and rounded, and a
    class that occurs at all counts at least once.
    """
    sides = shares_of(column)
    then, now = _plain(sides.reference), _plain(sides.current)
    units = len(column.reference), len(column.current)
    rows = [
        Category(
            name=name,
            reference=_count(then, name, units[0]),
            current=_count(now, name, units[1]),
            reference_share=then.get(name, 0.0) if then else None,
            current_share=now.get(name, 0.0) if now else None,
        )
        for name in {**then, **now}
    ]
    return tuple(sorted(rows, key=lambda row: (-row.reference - row.current, row.name)))


def _plain(shares: pd.Series) -> dict[str, float]:
    return {str(name): float(share) for name, share in shares.items()}


def _count(shares: Mapping[str, float], name: str, units: int) -> int:
    return max(1, round(shares[name] * units)) if name in shares else 0
