"""One column of both tables: whether it can be compared, and what is odd about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from drift.two_sets.table_columns import Content, TableColumn
from reports.findings.remarks import Remark, RemarkWeight
from reports.words.numbers import listed

_SIDES = ("reference", "current")
_NAMED = 8
# As for the rows of a log: more missing values are said, and many more allow no answer.
_MANY_MISSING, _TOO_MANY_MISSING = 0.05, 0.25
_NOT_COMPARED = {
    Content.TIMES: "It holds times. Compare a number made of them, such as the hour of the day.",
    Content.OTHER: (
        "It holds neither numbers nor texts. Make numbers of it, such as a length, or texts."
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnPair:
    """One column of both tables; None where a table does not have it."""

    name: str
    reference: TableColumn | None
    current: TableColumn | None

    @classmethod
    def of(cls, name: str, reference: pd.DataFrame, current: pd.DataFrame) -> ColumnPair:
        """Return the column of that name of two tables."""
        then, now = (
            TableColumn.of(table[name]) if name in table else None for table in (reference, current)
        )
        return cls(name=name, reference=then, current=now)

    def called(self, name: str) -> ColumnPair:
        """Return the same under another name."""
        return replace(self, name=name)

    @property
    def known(self) -> dict[str, TableColumn]:
        """The sides that have the column, by their names."""
        pairs = zip(_SIDES, (self.reference, self.current), strict=True)
        return {name: side for name, side in pairs if side is not None}

    @property
    def absent_in(self) -> str:
        """The side that does not have the column; empty where both have it."""
        return next((name for name in _SIDES if name not in self.known), "")

    @property
    def is_classes(self) -> bool:
        """Whether the column holds classes."""
        return self._holds(Content.CLASSES)

    @property
    def types_differ(self) -> str:
        """What the two sides hold where that differs, in words; empty where it does not."""
        filled = {
            name: side for name, side in self.known.items() if side.content is not Content.NOTHING
        }
        if len({side.content for side in filled.values()}) < len(_SIDES):
            return ""
        return " and ".join(
            f"{side.content} (such as {side.example}) in {name}" for name, side in filled.items()
        )

    @property
    def fault(self) -> str:
        """Why the column is not compared, and what to do; empty where it is."""
        if self.absent_in:
            return f"The {self.absent_in} table has no such column."
        if self.types_differ:
            return f"It holds {self.types_differ}. Give both sides one type."
        if self._holds(Content.NOTHING):
            empty = [name for name, one in self.known.items() if one.content is Content.NOTHING]
            return f"Every value is missing in {' and in '.join(empty)}."
        told = next((words for content, words in _NOT_COMPARED.items() if self._holds(content)), "")
        return told or self._names_everything()

    def missing_values(self, rows: tuple[int, int]) -> Remark | None:
        """Say in how many more rows of current there is no value; None where that is not many.

        Parameters
        ----------
        rows
            The number of rows of either side.
        """
        if self.reference is None or self.current is None or self.types_differ:
            return None
        then, now = self.reference.missing / rows[0], self.current.missing / rows[1]
        if now - then <= _MANY_MISSING:
            return None
        text = (
            f"{self.name} has no value in {self.current.missing:,} of {rows[1]:,} current rows, "
            f"and in {100 * then:.0f} % of the reference's. Was it renamed, or is it no longer "
            "filled in?"
        )
        if now - then <= _TOO_MANY_MISSING:
            return Remark(code="values_missing", text=text)
        return Remark(
            code="values_missing",
            text=text,
            weight=RemarkWeight.NOT_STEADY,
            headline=f"{self.name} has no value in many rows",
        )

    def other_type(self) -> Remark | None:
        """Say that the two sides hold different things; None where they do not."""
        if not self.types_differ:
            return None
        return Remark(
            code="types_differ",
            text=(
                f"{self.name} holds {self.types_differ}. It is not compared: give both sides one "
                "type."
            ),
            weight=RemarkWeight.NOT_STEADY,
            headline=f"{self.name} is of another type on the two sides",
        )

    def _holds(self, content: Content) -> bool:
        return any(side.content is content for side in self.known.values())

    def _names_everything(self) -> str:
        named = [name for name, side in self.known.items() if side.names_everything]
        if not named or not self.is_classes:
            return ""
        return (
            f"Nearly every row has a text of its own in {' and in '.join(named)}, as names and "
            "sentences have. Make classes or numbers of it, such as its length."
        )


def pair_remarks(pairs: Sequence[ColumnPair], rows: tuple[int, int]) -> Iterator[Remark]:
    """Yield what is odd about the columns.

    Parameters
    ----------
    rows
        The number of rows of either side.
    """
    yield from filter(None, (pair.other_type() for pair in pairs))
    for side in _SIDES:
        absent = [pair.name for pair in pairs if pair.absent_in == side]
        if absent:
            yield Remark(
                code="columns_missing",
                text=f"Not compared, because {side} does not have it: {listed(absent, _NAMED)}.",
            )
    yield from filter(None, (pair.missing_values(rows) for pair in pairs))
