"""Two tables as columns side by side: what is compared, and what is said of the rest."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from drift.comparing.table_columns import Content, TableColumn
from drift.comparison.columns.class_shares import rename_classes
from drift.comparison.columns.class_spelling import likely_renaming
from drift.comparison.columns.columns import (
    AlignedRows,
    Column,
    ColumnKind,
    ColumnRole,
    LinedUp,
    Sides,
    finite_numbers,
)
from drift.comparison.columns.doubts import no_class_in_common
from jobs.errors import UsageError
from reports.findings.remarks import Remark, RemarkWeight
from reports.words.numbers import listed

MOST_ROWS = 200_000
"""Of larger tables so many rows are drawn: the test looks at 20,000 of a side at most."""
_SEED = 0
_NAMED = 8
_MANY_MISSING, _TOO_MANY_MISSING = 0.05, 0.25


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
    reference: pd.DataFrame,
    current: pd.DataFrame,
    *,
    columns: Sequence[str] | None = None,
    classes: Collection[str] = (),
) -> TablePair:
    """Return the columns of two tables side by side.

    Parameters
    ----------
    columns
        The columns to compare, which both tables have to have; None for all.
    classes
        Columns of numbers that are names, such as labels 0 to 9.

    Raises
    ------
    UsageError
        If the tables have no column in common, or one that is asked for is missing.
    """
    tables = _named(reference, "reference"), _named(current, "current")
    names = _chosen(*tables, columns, classes)
    rows = len(reference), len(current)
    then, now = (_drawn(one) for one in tables)
    pairs = [
        _Pair(
            name=name,
            reference=_column(then, name, classes),
            current=_column(now, name, classes),
        )
        for name in names
    ]
    lined_up = _lined_up(pairs, (len(then), len(now)))
    remarks = (*_drawn_remarks(rows), *_remarks(pairs, (len(then), len(now))))
    return TablePair(lined_up=lined_up, remarks=remarks, rows=rows, drawn=(len(then), len(now)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """One column of both tables; None where a table does not have it."""

    name: str
    reference: TableColumn | None
    current: TableColumn | None

    @property
    def sides(self) -> tuple[tuple[str, TableColumn | None], ...]:
        return ("reference", self.reference), ("current", self.current)

    @property
    def other_kinds(self) -> str:
        """What the two sides hold where that differs, in words; empty where it does not."""
        known = [
            (name, side)
            for name, side in self.sides
            if side is not None and side.content is not Content.NOTHING
        ]
        if len({side.content for _, side in known}) < 2:
            return ""
        return " and ".join(
            f"{side.content} (such as {side.example}) in {name}" for name, side in known
        )

    @property
    def fault(self) -> str:
        """Why the column is not compared; empty where it is."""
        absent = [name for name, side in self.sides if side is None]
        empty = [name for name, side in self.sides if side and side.content is Content.NOTHING]
        contents = {side.content for _, side in self.sides if side is not None}
        if absent:
            return f"The {absent[0]} table has no such column."
        if self.other_kinds:
            return f"It holds {self.other_kinds}. Give both sides one type."
        if empty:
            return f"Every value is missing in {' and in '.join(empty)}."
        if Content.TIMES in contents:
            return "It holds times. Compare a number made of them, such as the hour of the day."
        if Content.OTHER in contents:
            return "It holds neither numbers nor texts. Make numbers of it, such as a length."
        named = [name for name, side in self.sides if side and side.names_everything]
        if named and self._is(Content.CLASSES):
            return (
                f"Nearly every row has a text of its own in {' and in '.join(named)}, as names and "
                "sentences have. Make classes or numbers of it, such as its length."
            )
        return ""

    def _is(self, content: Content) -> bool:
        return any(side is not None and side.content is content for _, side in self.sides)

    @property
    def is_classes(self) -> bool:
        """Whether the column holds classes."""
        return self._is(Content.CLASSES)


def _named(table: pd.DataFrame, side: str) -> pd.DataFrame:
    table = table.set_axis([str(name) for name in table.columns], axis="columns")
    twice = sorted(set(table.columns[table.columns.duplicated()]))
    if twice:
        raise UsageError(
            f"The {side} table has several columns called {listed(twice, _NAMED)}. Expected each "
            "name once: rename or drop them."
        )
    return table


def _chosen(
    reference: pd.DataFrame,
    current: pd.DataFrame,
    columns: Sequence[str] | None,
    classes: Collection[str],
) -> list[str]:
    there = list(dict.fromkeys([*reference.columns, *current.columns]))
    wanted = there if columns is None else list(dict.fromkeys(map(str, columns)))
    for name, table in (("reference", reference), ("current", current)):
        absent = [one for one in wanted if one not in table] if columns is not None else []
        if absent:
            raise UsageError(
                f"The {name} table has no column {listed(absent, _NAMED)}. It has "
                f"{_listed(table.columns)}. Correct columns=, or the table."
            )
    unknown = [one for one in classes if one not in there]
    if unknown:
        raise UsageError(
            f"classes= names {listed(unknown, _NAMED)}, which neither table has. They have "
            f"{_listed(there)}."
        )
    if not set(reference.columns) & set(current.columns):
        raise UsageError(
            "The two tables have no column in common: the reference table has "
            f"{_listed(reference.columns)}, the current one {_listed(current.columns)}. Expected "
            "columns of equal names: rename those that mean the same."
        )
    return wanted


def _listed(names: Collection[str]) -> str:
    return listed(list(names), _NAMED) if len(names) else "no columns"


def _drawn(table: pd.DataFrame) -> pd.DataFrame:
    if len(table) > MOST_ROWS:
        table = table.sample(MOST_ROWS, random_state=_SEED)
    return table.reset_index(drop=True)


def _column(table: pd.DataFrame, name: str, classes: Collection[str]) -> TableColumn | None:
    return TableColumn.of(table[name], as_classes=name in classes) if name in table else None


def _lined_up(pairs: Sequence[_Pair], rows: tuple[int, int]) -> LinedUp:
    columns = [_compared(pair) for pair in pairs]
    sides = []
    for place, side in enumerate(("reference", "current")):
        values = {
            column.name: _tested(getattr(pair, side), column)
            for pair, column in zip(pairs, columns, strict=True)
            if not pair.fault
        }
        sides.append(pd.DataFrame(values, index=range(rows[place])))
    numbers = AlignedRows(reference=sides[0], current=sides[1])
    nothing = AlignedRows(
        reference=pd.DataFrame(index=range(rows[0])), current=pd.DataFrame(index=range(rows[1]))
    )
    return LinedUp(
        columns=tuple(columns),
        rows={ColumnRole.FEATURE: nothing, ColumnRole.NUMBER: numbers},
    )


def _tested(column: TableColumn, compared: Column) -> pd.Series:
    """Return the values as they are tested: likely renamed classes under one name."""
    return rename_classes(column.values, compared.renamed) if compared.renamed else column.values


def _compared(pair: _Pair) -> Column:
    if pair.fault or pair.reference is None or pair.current is None:
        return _left_out(pair)
    if not pair.is_classes:
        return Column(
            name=pair.name,
            unit="",
            kind=ColumnKind.NUMERIC,
            role=ColumnRole.NUMBER,
            reference=finite_numbers(pair.reference.values),
            current=finite_numbers(pair.current.values),
            supply="",
        )
    then, now = (
        one.values.dropna().reset_index(drop=True) for one in (pair.reference, pair.current)
    )
    counts = Sides(reference=then.value_counts(), current=now.value_counts())
    renamed = likely_renaming(counts)
    return Column(
        name=pair.name,
        unit="share",
        kind=ColumnKind.CLASSES,
        role=ColumnRole.NUMBER,
        reference=then,
        current=now,
        supply="",
        renamed=renamed,
        doubt=no_class_in_common(pair.name, counts, renamed),
    )


def _left_out(pair: _Pair) -> Column:
    nothing = pd.Series(dtype="str" if pair.is_classes else "float64")
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


def _remarks(pairs: Sequence[_Pair], rows: tuple[int, int]) -> Iterator[Remark]:
    for pair in pairs:
        if pair.other_kinds:
            yield Remark(
                code="types_differ",
                text=f"{pair.name} holds {pair.other_kinds}. It is not compared: give both sides "
                "one type.",
                weight=RemarkWeight.NOT_STEADY,
                headline=f"{pair.name} is of another type on the two sides",
            )
    for side in ("reference", "current"):
        absent = [one.name for one in pairs if getattr(one, side) is None]
        if absent:
            yield Remark(
                code="columns_missing",
                text=f"Not compared, because {side} does not have it: {listed(absent, _NAMED)}.",
            )
    for pair in pairs:
        remark = _missing_values(pair, rows)
        if remark is not None:
            yield remark


def _missing_values(pair: _Pair, rows: tuple[int, int]) -> Remark | None:
    """Say of how many more rows of current a column has no value, if that is many."""
    if pair.reference is None or pair.current is None or pair.other_kinds:
        return None
    then, now = _missing_in(pair.reference, rows[0]), _missing_in(pair.current, rows[1])
    more = now / rows[1] - then / rows[0]
    if more <= _MANY_MISSING:
        return None
    text = (
        f"{pair.name} has no value in {now:,} of {rows[1]:,} current rows, and in "
        f"{100 * then / rows[0]:.0f} % of the reference's. Was it renamed, or is it no longer "
        "filled in?"
    )
    if more <= _TOO_MANY_MISSING:
        return Remark(code="values_missing", text=text)
    return Remark(
        code="values_missing",
        text=text,
        weight=RemarkWeight.NOT_STEADY,
        headline=f"{pair.name} has no value in many rows",
    )


def _missing_in(column: TableColumn, rows: int) -> int:
    return rows if column.content is Content.NOTHING else column.missing
