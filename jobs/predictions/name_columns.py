"""The columns that the names of the log's objects hold, for the rows in them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import pyarrow as pa

from jobs.buckets.bucket import ObjectInfo
from jobs.images.template import Placeholder, last_part
from jobs.job_file.names.patterns import NamePattern
from jobs.job_file.names.templates import OBJECT_COLUMNS, is_template
from jobs.times.time_formats import TimeFormat
from jobs.times.timestamp_parts import Texts
from jobs.times.timestamps import TimestampFault, TimestampRules, read_timestamps

Values = list[str | None]


@dataclass(frozen=True)
class NameColumns:
    """Which columns a job takes from objects' names.

    Attributes
    ----------
    pattern
        The job file's `predictions.from_path`.
    timestamp
        Its `predictions.columns.timestamp`.
    templates
        What the job file names in braces in place of a column.
    used
        The columns that `images.path` names, in it those that every object has.
    """

    pattern: NamePattern | None = None
    timestamp: str = "timestamp"
    templates: tuple[str, ...] = ()
    used: tuple[str, ...] = ()

    @cached_property
    def all(self) -> tuple[str, ...]:
        """The names of all columns, as they are called in the job's rows."""
        plain = [name for name in OBJECT_COLUMNS if name in self.used]
        return tuple(dict.fromkeys([*plain, *self._pieces, *self.templates]))

    @cached_property
    def own_columns(self) -> tuple[str, ...]:
        """The log's own columns that templates change."""
        asked = [placeholder_of(one).column for one in self.templates]
        return tuple(one for one in asked if one not in self._from_names)

    def own_column_of(self, column: str) -> str:
        """Return the log's own column that a template changes; any other column as it is."""
        asked = placeholder_of(column).column if is_template(column) else column
        return asked if asked in self.own_columns else column

    @cached_property
    def _from_names(self) -> frozenset[str]:
        return frozenset([*OBJECT_COLUMNS, *self._pieces])

    @property
    def _pieces(self) -> tuple[str, ...]:
        return () if self.pattern is None else self.pattern.columns

    @cached_property
    def tells_something(self) -> bool:
        """Whether any column, or the time, may come from names."""
        return bool(self.all) or self.timestamp in self._from_names

    def written_into(self, line: bytes, info: ObjectInfo) -> bytes:
        """Return a row of JSON with the columns that its object's name holds as members.

        They stand before its own, which go before them where they are called the same.
        """
        start = line.find(b"{") + 1
        if not start or line[: start - 1].strip():
            return line
        own = {
            placeholder_of(one).column
            for one in self.templates
            if json.dumps(placeholder_of(one).column).encode() in line
        }
        values = self.values([info], {})
        members = {
            name: texts[0]
            for name, texts in values.items()
            if not is_template(name) or placeholder_of(name).column not in own
        }
        if not members:
            return line
        added = json.dumps(members, ensure_ascii=False).encode()[1:-1]
        rest = line[start:]
        return b"{" + added + (b"" if rest.lstrip()[:1] == b"}" else b",") + rest

    def own_time_column(self, columns: Sequence[str]) -> str | None:
        """Return which of an object's own columns holds the times; None where its name does.

        Parameters
        ----------
        columns
            The object's own.
        """
        asked = self.timestamp
        if asked in columns:
            return asked
        if is_template(asked):
            asked = placeholder_of(asked).column
        elif asked not in self._pieces:
            # Without braces "path" is a column that the log has to have.
            return asked
        return asked if asked in columns or asked not in self._from_names else None

    def time_rules(
        self, rules: TimestampRules, info: ObjectInfo, columns: Sequence[str]
    ) -> TimestampRules:
        """Return how the times of an object's rows are read.

        Parameters
        ----------
        rules
            The job's, for what a text leaves open.
        columns
            The object's own.
        """
        own = self.own_time_column(columns)
        searched = None if self.timestamp in columns else _format_of(self.timestamp)
        if own is not None:
            return rules if searched is None else rules.searching(searched)
        return rules.of_all(self.values([info], {})[self.timestamp][0] or "")

    def times_of(self, objects: Sequence[ObjectInfo], rules: TimestampRules) -> list[int | None]:
        """Return the time that each object's name, or the store, tells of all its rows.

        In microseconds since 1970-01-01 UTC; None where none is told.
        """
        texts = pa.array(self.values(objects, {})[self.timestamp], pa.string())
        read = read_timestamps(texts, rules)
        good = read.faults == TimestampFault.NONE
        return [
            moment if known else None
            for moment, known in zip(read.moments.tolist(), good.tolist(), strict=True)
        ]

    def added_to(self, table: Texts, info: ObjectInfo, own: Collection[str]) -> Texts:
        """Return rows of one object with the columns that its name holds.

        Parameters
        ----------
        own
            The object's own columns, as far as they are known; they go before these.
        """
        if not self.all:
            return table
        kept = {
            name
            for name in self.all
            if name in own
            or (not is_template(name) and name in table.column_names and _has_values(table[name]))
        }
        changed = {*self.own_columns, *kept}.intersection(table.column_names)
        values = {name: table[name].to_pylist() for name in changed if self._changes(name)}
        count = table.num_rows
        objects = [info] * count if values else [info]
        for name, texts in self.values(objects, values).items():
            if name in self.all and name not in kept:
                column = pa.array(texts, pa.string())
                whole = column if len(column) == count else pa.repeat(column[0], count)
                table = with_column(table, name, whole)
        return table

    def _changes(self, column: str) -> bool:
        """Tell whether a template changes the values of a column."""
        return any(placeholder_of(one).column == column for one in self.templates)

    def values(self, objects: Sequence[ObjectInfo], own: Mapping[str, Values]) -> dict[str, Values]:
        """Return the columns of rows.

        Parameters
        ----------
        objects
            The object of each row.
        own
            Those of the rows' own columns that go before what names hold, and those that
            templates change.
        """
        there: dict[str, Values] = {
            "name": [last_part(one.name) for one in objects],
            "path": [one.name for one in objects],
            "written": [written_text(one) for one in objects],
        }
        if self.pattern is not None:
            read = [self.pattern.columns_of(one.name) for one in objects]
            there |= {name: [row[name] for row in read] for name in self.pattern.columns}
        there |= own
        for template in (*self.templates, self.timestamp):
            if is_template(template):
                there[template] = _texts(template, there, len(objects))
        return {name: there[name] for name in {*self.all, self.timestamp} if name in there}


@lru_cache(maxsize=64)
def placeholder_of(template: str) -> Placeholder:
    """Return what stands between the braces of a template."""
    return Placeholder.parse(template[1:-1])


def written_text(info: ObjectInfo) -> str | None:
    """Return when an object was written, in ISO 8601; None where the store does not say."""
    return None if info.written is None else info.written.isoformat()


def _format_of(column: str) -> TimeFormat | None:
    if not is_template(column):
        return None
    placeholder = placeholder_of(column)
    return TimeFormat(placeholder.format) if placeholder.is_time else None


def with_column(table: Texts, name: str, values: Texts) -> Texts:
    """Return a table with a column in place of one of that name, or beside the others."""
    if name in table.column_names:
        return table.set_column(table.column_names.index(name), name, values)
    return table.append_column(name, values)


def _has_values(column: Texts) -> bool:
    return bool(column.null_count < len(column))


def _texts(template: str, there: Mapping[str, Values], count: int) -> Values:
    """Return a template's texts; none where its column is not there."""
    placeholder = placeholder_of(template)
    values = there.get(placeholder.column)
    if values is None:
        return [None] * count
    searched = _format_of(template)
    if searched is None:
        return placeholder.texts(values)
    return [None if one is None else searched.text_in(one) for one in values]
