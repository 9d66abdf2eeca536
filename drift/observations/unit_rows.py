"""What the model said of each unit: one row mostly, several where an image has several boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class RowUnits:
    """The unit of each row of a table.

    Attributes
    ----------
    of_row
        From 0 without gaps, in the order of the units' first rows.
    number
        How many units there are.
    """

    of_row: NDArray[np.int64]
    number: int

    @classmethod
    def of(cls, labels: NDArray[np.int64]) -> RowUnits:
        """Return the units of rows: rows of equal labels are of one unit."""
        codes, found = pd.factorize(labels)
        return cls(of_row=codes.astype(np.int64, copy=False), number=len(found))

    @classmethod
    def alone(cls, rows: int) -> RowUnits:
        """Return units of one row each."""
        return cls(of_row=np.arange(rows), number=rows)

    @property
    def several(self) -> bool:
        """Whether any unit has more than one row."""
        return len(self.of_row) > self.number


@dataclass(frozen=True, slots=True, kw_only=True)
class WithinUnits:
    """What units of several rows hold beside the one row that was drawn of each.

    Attributes
    ----------
    means
        One row per unit: the mean of each number over the unit's rows.
    classes
        The columns of classes, with all rows that have a unit.
    of_row
        The unit of each row of `classes`.
    """

    means: pd.DataFrame
    classes: pd.DataFrame
    of_row: NDArray[np.int64]

    @property
    def number(self) -> int:
        """How many units there are."""
        return len(self.means)

    def take(self, picked: NDArray[np.int64]) -> WithinUnits:
        """Return some of the units, which are given in ascending order."""
        position = np.full(self.number, -1)
        position[picked] = np.arange(len(picked))
        of_row = position[self.of_row]
        return WithinUnits(
            means=self.means.iloc[picked],
            classes=self.classes[of_row >= 0],
            of_row=of_row[of_row >= 0],
        )


def draw_rows(
    rows: pd.DataFrame, units: RowUnits, salts: Sequence[str] | NDArray[np.object_] | pd.Series
) -> pd.DataFrame:
    """Return one row per unit: of each column the first value that is there, in a random order.

    The order comes from a hash of each row's content and salt. It does not depend on the order in
    which the rows stand.

    Parameters
    ----------
    salts
        A text per row that differs between units, such as the image's name, so that no value is
        preferred everywhere.
    """
    sizes = np.bincount(units.of_row, minlength=units.number)
    many = sizes[units.of_row] > 1
    alone = rows[~many].set_axis(units.of_row[~many], axis=0)
    if not many.any():
        return alone.sort_index()
    shared, unit = rows[many], units.of_row[many]
    # A million names are not made to texts for a few of them.
    named = salts[many] if isinstance(salts, pd.Series) else np.asarray(salts, dtype=object)[many]
    keys = _hashes(shared, np.asarray(named, dtype=object))
    order = np.lexsort((keys, unit))
    drawn = shared.iloc[order].groupby(unit[order], sort=True).first()
    joined = pd.concat([alone, drawn])
    del alone, drawn, shared
    return joined.sort_index()


def mean_rows(rows: pd.DataFrame, units: RowUnits) -> pd.DataFrame:
    """Return the mean of each column of numbers within each unit; missing values are left out.

    The sums are made in the order of the values, so that the rows' order does not show in them.
    """
    sizes = np.bincount(units.of_row, minlength=units.number)
    many = sizes[units.of_row] > 1
    alone, shared = units.of_row[~many], units.of_row[many]
    means = {}
    for name in rows.columns:
        values = rows[name].to_numpy(dtype="float64")
        # Most units have one row, of which there is nothing to sort and to add up.
        own = _means(values[many], shared, units.number)
        own[alone] = np.where(np.isfinite(values[~many]), values[~many], np.nan)
        means[name] = own
    return pd.DataFrame(means, index=pd.RangeIndex(units.number))


def _means(
    values: NDArray[np.float64], of_row: NDArray[np.int64], number: int
) -> NDArray[np.float64]:
    order = np.lexsort((values, of_row))
    known = order[np.isfinite(values[order])]
    counts = np.bincount(of_row[known], minlength=number)
    sums = np.bincount(of_row[known], weights=values[known], minlength=number)
    with np.errstate(invalid="ignore"):
        means: NDArray[np.float64] = sums / counts
    return means


def _hashes(rows: pd.DataFrame, salts: NDArray[np.object_]) -> NDArray[np.uint64]:
    columns: dict[str, NDArray[Any]] = {"": _texts(salts)}
    for name in rows.columns:
        is_number = pd.api.types.is_numeric_dtype(rows[name])
        values = rows[name].to_numpy(dtype="float64" if is_number else object)
        columns[str(name)] = values if is_number else _texts(values)
    hashed = pd.util.hash_pandas_object(pd.DataFrame(columns), index=False, categorize=True)
    return np.asarray(hashed, dtype=np.uint64)


def _texts(values: NDArray[np.object_]) -> NDArray[np.object_]:
    return np.array(["" if pd.isna(one) else str(one) for one in values.tolist()], dtype=object)
