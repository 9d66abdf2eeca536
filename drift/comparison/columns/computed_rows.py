"""Tables of very many rows, whose columns are computed when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray

# A table of a million rows of forty numbers is a third of a gigabyte, and made more than once; one
# of so few rows is made at once.
MOST_HELD = 50_000

Numbers = NDArray[np.float64]
Places: TypeAlias = NDArray[np.int64] | slice
Maker: TypeAlias = Callable[[Places], Numbers]
"""Returns the values of a column at some places of the rows, in a new array."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ComputedRows:
    """Rows of numbers that are no table: of each column they know how to make it.

    What a column's values are asked for is written as for a data frame. The column that was asked
    for last is kept.

    Attributes
    ----------
    index
        The label of each row.
    makers
        What returns a column, by its name.
    """

    index: pd.Index
    makers: Mapping[str, Maker]
    _last: dict[str, Numbers] = field(default_factory=dict, repr=False)
    _means: list[Numbers] = field(default_factory=list, repr=False)

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return list(self.makers)

    @property
    def empty(self) -> bool:
        """Whether there is no row or no column."""
        return not len(self.index) or not self.makers

    def __len__(self) -> int:
        return len(self.index)

    def __iter__(self) -> Iterator[str]:
        return iter(self.makers)

    def __contains__(self, name: object) -> bool:
        return name in self.makers

    @overload
    def __getitem__(self, name: str) -> pd.Series: ...
    @overload
    def __getitem__(self, name: list[str]) -> ComputedRows: ...
    def __getitem__(self, name: str | list[str]) -> pd.Series | ComputedRows:
        if isinstance(name, list):
            return ComputedRows(index=self.index, makers={one: self.makers[one] for one in name})
        if name not in self._last:
            self._last.clear()
            self._last[name] = self.makers[name](slice(None))
        return pd.Series(self._last[name], index=self.index, name=name, copy=False)

    def take(self, places: Places) -> pd.DataFrame:
        """Return a table of the rows at some places."""
        index = self.index[places]
        # One column after the other in memory, filled in place.
        table = np.empty((len(self.makers), len(index))).T
        for column, make in zip(table.T, self.makers.values(), strict=True):
            column[:] = make(places)
        return pd.DataFrame(table, index=index, columns=list(self.makers), copy=False)

    def assign(self, **columns: pd.Series) -> ComputedRows:
        """Return the same rows with further columns, which are kept."""
        held = {name: _held(values.to_numpy(dtype=np.float64)) for name, values in columns.items()}
        return ComputedRows(index=self.index, makers={**self.makers, **held})

    def means(self) -> Numbers:
        """Return the mean of each row's numbers, of which none is missing, as a data frame does."""
        if not self._means:
            makers = iter(self.makers.values())
            sums = next(makers)(slice(None))
            for make in makers:
                sums += make(slice(None))
            self._means.append(sums / len(self.makers))
        return self._means[0]


Rows: TypeAlias = pd.DataFrame | ComputedRows


def table_of(rows: ComputedRows) -> Rows:
    """Return few rows as a table; very many as they are."""
    return rows if len(rows) > MOST_HELD else rows.take(slice(None))


def as_table(rows: Rows) -> pd.DataFrame:
    """Return rows as a table, however many they are."""
    return rows.take(slice(None)) if isinstance(rows, ComputedRows) else rows


def row_means(rows: Rows) -> Numbers:
    """Return the mean of each row's numbers."""
    return rows.means() if isinstance(rows, ComputedRows) else rows.mean(axis=1).to_numpy()


def rows_at(table: pd.DataFrame, labels: NDArray[np.int64]) -> Rows:
    """Return the rows with some labels, which are in the table's index; that one ascends."""
    if len(labels) <= MOST_HELD:
        return table.loc[labels]
    places = np.searchsorted(table.index.to_numpy(dtype=np.int64), labels)
    makers = {str(name): _taken(table[name].to_numpy(), places) for name in table.columns}
    return ComputedRows(index=pd.Index(labels), makers=makers)


def _taken(values: Numbers, rows: NDArray[np.int64]) -> Maker:
    return lambda places: values[rows[places]]


def _held(values: Numbers) -> Maker:
    return lambda places: values[places].copy() if isinstance(places, slice) else values[places]
