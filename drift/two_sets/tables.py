"""Two tables as columns side by side."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from drift.comparison.columns.class_shares import rename_classes
from drift.comparison.columns.class_spelling import likely_renaming
from drift.comparison.columns.columns import (
    NEAR_COPIES,
    AlignedRows,
    Column,
    ColumnKind,
    ColumnRole,
    LinedUp,
    Sides,
    finite_numbers,
)
from drift.comparison.columns.doubts import no_class_in_common
from drift.two_sets.column_pairs import ColumnPair, pair_remarks
from drift.two_sets.table_columns import TableColumn
from jobs.errors import UsageError
from reference_stats.model_view.measures import measure_named
from reports.findings.remarks import Remark
from reports.words.numbers import listed

MOST_ROWS = 100_000
"""Of larger tables so many rows are drawn: the test looks at 20,000 of a side at most."""
_SEED = 0
_NAMED = 8
# "mean", "median" and "entropy" are names that people use for other things too.
_FEWEST_FEATURES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePair:
    """Two tables, made comparable.

    Attributes
    ----------
    lined_up
        The columns of both sides, and the rows that keep their values together.
    remarks
        What is odd about them.
    rows, drawn
        The number of rows of either side, the reference first: all, and those that are compared.
    """

    lined_up: LinedUp
    remarks: tuple[Remark, ...]
    rows: tuple[int, int]
    drawn: tuple[int, int]


def pair_tables(
    reference: pd.DataFrame, current: pd.DataFrame, columns: Sequence[str] | None = None
) -> TablePair:
    """Return the columns of two tables side by side.

    Parameters
    ----------
    columns
        The columns to compare, which both tables have to have; None for all.

    Raises
    ------
    UsageError
        If the tables have no column in common, or one that is asked for is missing.
    """
    tables = _named(reference, "reference"), _named(current, "current")
    names = _all_columns(*tables) if columns is None else _asked(*tables, columns)
    then, now = (_drawn(one[[name for name in names if name in one]]) for one in tables)
    drawn, rows = (len(then), len(now)), (len(reference), len(current))
    shown = _shown_names(names)
    pairs = [ColumnPair.of(name, then, now).called(shown[name]) for name in names]
    return TablePair(
        lined_up=_lined_up(pairs, drawn),
        remarks=(*_drawn_remarks(rows), *pair_remarks(pairs, drawn)),
        rows=rows,
        drawn=drawn,
    )


def _named(table: pd.DataFrame, side: str) -> pd.DataFrame:
    table = table.set_axis([str(name) for name in table.columns], axis="columns")
    twice = sorted(set(table.columns[table.columns.duplicated()]))
    if twice:
        raise UsageError(
            f"The {side} table has several columns called {listed(twice, _NAMED)}. Expected each "
            "name once: rename or drop them."
        )
    return table


def _all_columns(reference: pd.DataFrame, current: pd.DataFrame) -> list[str]:
    if not set(reference.columns) & set(current.columns):
        raise UsageError(
            f"The two tables have no column in common: reference has {_listed(reference.columns)}, "
            f"current has {_listed(current.columns)}. Expected columns of equal names: rename "
            "those that mean the same."
        )
    return list(dict.fromkeys([*reference.columns, *current.columns]))


def _asked(reference: pd.DataFrame, current: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    if isinstance(columns, str) or not len(columns):
        raise UsageError(
            f'columns is {columns!r}. Expected a list of names such as ["speed", "weather"], or '
            "None for all columns."
        )
    wanted = list(dict.fromkeys(map(str, columns)))
    for name, table in (("reference", reference), ("current", current)):
        absent = [one for one in wanted if one not in table]
        if absent:
            raise UsageError(
                f"{name} has no column {listed(absent, _NAMED)}. It has {_listed(table.columns)}. "
                "Correct columns, or the table."
            )
    return wanted


def _listed(names: Collection[str]) -> str:
    return listed(list(names), _NAMED) if len(names) else "no columns"


def _drawn(table: pd.DataFrame) -> pd.DataFrame:
    if len(table) > MOST_ROWS:
        table = table.sample(MOST_ROWS, random_state=_SEED)
    return table.reset_index(drop=True)


def _shown_names(names: Sequence[str]) -> dict[str, str]:
    """Return what each column is called: one that only happens to be called like a feature is not.

    A table of features has several of them, and little else.
    """
    features = {name for name in names if name == NEAR_COPIES or measure_named(name) is not None}
    if len(features) >= _FEWEST_FEATURES and len(features) > len(names) / 2:
        return {name: name for name in names}
    called = {name: name for name in names}
    for name in features:
        called[name] = f"{name} (column)"
        while called[name] in names:
            called[name] += " (column)"
    return called


def _lined_up(pairs: Sequence[ColumnPair], rows: tuple[int, int]) -> LinedUp:
    columns = [_column(pair) for pair in pairs]
    compared = list(_compared(pairs, columns))
    numbers = AlignedRows(
        reference=_rows([(pair.reference, column) for pair, column in compared], rows[0]),
        current=_rows([(pair.current, column) for pair, column in compared], rows[1]),
    )
    # There are no images; who looks for them counts the rows.
    nothing = AlignedRows(
        reference=pd.DataFrame(index=range(rows[0])), current=pd.DataFrame(index=range(rows[1]))
    )
    return LinedUp(
        columns=tuple(columns),
        rows={ColumnRole.FEATURE: nothing, ColumnRole.NUMBER: numbers},
    )


def _compared(
    pairs: Sequence[ColumnPair], columns: Sequence[Column]
) -> Iterator[tuple[ColumnPair, Column]]:
    return (both for both in zip(pairs, columns, strict=True) if not both[0].fault)


def _rows(sides: Sequence[tuple[TableColumn | None, Column]], rows: int) -> pd.DataFrame:
    """Return one side as it is tested: likely renamed classes under one name."""
    values = {
        column.name: rename_classes(side.cells, column.renamed) if column.renamed else side.cells
        for side, column in sides
        if side is not None
    }
    return pd.DataFrame(values, index=range(rows))


def _column(pair: ColumnPair) -> Column:
    if pair.fault or pair.reference is None or pair.current is None:
        return _left_out(pair)
    if pair.is_classes:
        return _classes(pair.name, pair.reference, pair.current)
    return Column(
        name=pair.name,
        unit="",
        kind=ColumnKind.NUMERIC,
        role=ColumnRole.NUMBER,
        reference=finite_numbers(pair.reference.cells),
        current=finite_numbers(pair.current.cells),
        supply="",
    )


def _classes(name: str, reference: TableColumn, current: TableColumn) -> Column:
    then, now = (one.cells.dropna().reset_index(drop=True) for one in (reference, current))
    counts = Sides(reference=then.value_counts(), current=now.value_counts())
    renamed = likely_renaming(counts)
    return Column(
        name=name,
        unit="share",
        kind=ColumnKind.CLASSES,
        role=ColumnRole.NUMBER,
        reference=then,
        current=now,
        supply="",
        renamed=renamed,
        doubt=no_class_in_common(name, counts, renamed),
    )


def _left_out(pair: ColumnPair) -> Column:
    nothing = pd.Series(dtype="float64")
    return Column(
        name=pair.name,
        unit="",
        kind=ColumnKind.NUMERIC,
        role=ColumnRole.NUMBER,
        reference=nothing,
        current=nothing,
        supply="",
        left_out=pair.fault,
    )


def _drawn_remarks(rows: tuple[int, int]) -> Iterator[Remark]:
    large = [
        f"{MOST_ROWS:,} of the {count:,} rows of {name}"
        for name, count in zip(("reference", "current"), rows, strict=True)
        if count > MOST_ROWS
    ]
    if large:
        yield Remark(
            code="rows_drawn",
            text=f"Compared are {' and '.join(large)}, drawn at random and the same each time.",
        )
