"""Columns that are tested together, row by row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from drift.columns import AlignedRows

# More would show differences far below any that matter, and cost seconds.
MOST_UNITS = 20_000
_SEED = 20_240_229


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Columns that are tested together: their units are permuted as whole rows.

    Attributes
    ----------
    reference, current
        One row per unit, the same columns on both sides: float64 with NaN, or text with missing
        values. At least one row each.
    classes
        The columns that hold classes.
    joint
        The numbers that are looked at together too.
    """

    reference: pd.DataFrame
    current: pd.DataFrame
    classes: frozenset[str] = frozenset()
    joint: frozenset[str] = frozenset()

    @property
    def numbers(self) -> list[str]:
        """The columns that hold numbers."""
        return [name for name in self.reference.columns if name not in self.classes]

    @property
    def units(self) -> tuple[int, int]:
        """The units of the reference and of the window."""
        return len(self.reference), len(self.current)

    def pooled(self, name: str) -> pd.Series:
        """Return a column of both sides, the window's rows first."""
        return pd.concat([self.current[name], self.reference[name]], ignore_index=True)


def sampled_family(
    rows: AlignedRows, columns: Iterable[str], *, classes: frozenset[str], joint: frozenset[str]
) -> Family:
    """Return a family of at most 20,000 units on either side, drawn at random (seeded)."""
    names = list(columns)
    return Family(
        reference=_sample(rows.reference)[names],
        current=_sample(rows.current)[names],
        classes=classes,
        joint=joint,
    )


def _sample(rows: pd.DataFrame) -> pd.DataFrame:
    if len(rows) <= MOST_UNITS:
        return rows
    picked = np.random.default_rng(_SEED).choice(len(rows), size=MOST_UNITS, replace=False)
    return rows.iloc[np.sort(picked)]
