"""Collects labels: rows of any time or none, and of their columns the few that are needed."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jobs.job_file.label_settings import LabelSettings
from jobs.job_file.prediction_settings import LogColumns
from jobs.labels.given import GivenLabels, as_ids, joined, trimmed, true_classes
from jobs.labels.labels import NO_KEY, NO_LABEL, NO_TIME, NOT_KNOWN, LeftOutLabel
from jobs.predictions.log_columns import NeededColumns
from jobs.predictions.rows.batches import RowBatch
from jobs.predictions.rows.collector import WindowCollector
from jobs.predictions.rows.rejections import UnreadLines
from jobs.times.timestamp_parts import Flags, Integers, Texts
from jobs.times.timestamps import TimestampFault, TimestampRules, Timestamps, read_timestamps
from jobs.times.windows import WindowRequest

_EXAMPLES_OF_A_REASON = 3
EVERYTHING = WindowRequest(end=datetime(9999, 12, 31, tzinfo=UTC), rows=1)
# Rows need a time to be read at all; nobody looks at it.
_SOME_TIME = "2000-01-01T00:00:00Z"
# Of an object's name, which always tells it: so no object has to have a column of times.
_TIME_OF_OBJECT = "{written}"


@dataclass(slots=True)
class LabelNotes:
    """Counts what is left out or has a remark, and remembers the first of each reason."""

    left_out: Counter[str] = field(default_factory=Counter)
    noted: Counter[str] = field(default_factory=Counter)
    first: dict[str, list[LeftOutLabel]] = field(default_factory=dict)

    def remember(self, examples: Sequence[LeftOutLabel]) -> None:
        """Take in labels of which something is said."""
        for one in examples:
            known = [*self.first.get(one.reason, ()), one]
            first = heapq.nsmallest(_EXAMPLES_OF_A_REASON, known, key=_place_of)
            self.first[one.reason] = first

    def add(self, given: GivenLabels, found: Flags, reason: str, counts: Counter[str]) -> None:
        """Count some of the given labels in `left_out` or `noted`."""
        rows = np.flatnonzero(found)
        if len(rows):
            counts[reason] += len(rows)
            first = given.first(rows, _EXAMPLES_OF_A_REASON)
            self.remember([given.example(row, reason) for row in first.tolist()])

    @property
    def examples(self) -> tuple[LeftOutLabel, ...]:
        """The first labels of each reason, by reason."""
        return tuple(one for reason in sorted(self.first) for one in self.first[reason])

    def copy(self) -> LabelNotes:
        """Return these as they are now."""
        return LabelNotes(
            left_out=self.left_out.copy(), noted=self.noted.copy(), first=dict(self.first)
        )


def _place_of(one: LeftOutLabel) -> tuple[str, int]:
    return one.source, one.line


def needed_columns(settings: LabelSettings) -> NeededColumns:
    """Return the columns of labels as those of a log.

    `id` and the true class stand where those of a log do, the image and the time where any
    column, or a template in its place, may.
    """
    columns = settings.columns
    others = [one for one in (columns.image, columns.timestamp) if one is not None]
    return NeededColumns(
        named=LogColumns(timestamp=_TIME_OF_OBJECT, id=columns.id, prediction=columns.label),
        segments=tuple(others),
        from_path=settings.from_path,
    )


@dataclass(slots=True)
class LabelCollector(WindowCollector):
    """The labels of all objects that are read.

    Attributes
    ----------
    settings
        The job file's ``[labels]``.
    rows_met
        How many rows were read, those that are left out among them.
    """

    settings: LabelSettings = field(default_factory=LabelSettings)
    notes: LabelNotes = field(default_factory=LabelNotes)
    rows_met: int = 0
    _parts: list[GivenLabels] = field(default_factory=list)
    _names: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, settings: LabelSettings, rules: TimestampRules) -> LabelCollector:
        """Return a collector without labels.

        Parameters
        ----------
        rules
            How the times at which labels were given are read.
        """
        needed = needed_columns(settings)
        return cls(request=EVERYTHING, rules=rules, needed=needed, settings=settings)

    def know_columns(self, columns: Sequence[str]) -> int | None:
        """Take in an object's columns; no column holds the time of its rows."""
        self._own_columns = frozenset(columns)
        self.rules = self._job_rules.of_all(_SOME_TIME)
        self.time_column = None
        return None

    def columns_to_read(self, names: Sequence[str]) -> list[str]:
        """Return the columns that labels need, structs around them too; one at least."""
        of_names = self.needed.of_names
        plain = {*(name for _, name in self.asked()), *of_names.own_columns}
        found = [
            name
            for name in names
            if any(one == name or one.startswith(f"{name}.") for one in plain)
        ]
        return found or list(names[:1])

    def note(self, source: str, lines: Integers, moments: Integers, zoneless: Flags) -> None:
        """Pass over the times of rows, which are none."""

    def see(self, source: str, lines: Integers, moments: Integers) -> None:
        """Pass over the times of lines, which are none."""

    def settle_places(self, source: str) -> None:
        """Pass over where rows stand, as none is placed by the rows around it."""

    def select(self, source: str, lines: Integers, texts: Texts, times: Timestamps) -> Flags:
        """Return that all rows are wanted, whatever their time."""
        del source, texts, times
        self._check_room(self._kept + len(lines))
        return np.ones(len(lines), np.bool_)

    def reject_lines(self, source: str, lines: UnreadLines) -> None:
        """Count lines that are no rows."""
        if len(lines):
            self.rejections.add_untimed(source, lines, np.arange(len(lines)))

    def add(self, batch: RowBatch) -> None:
        """Take rows in; those without a class or a key are counted alone."""
        if not len(batch):
            return
        own = self._own_columns
        table = self.needed.of_names.added_to(batch.table, self.object, own)
        given = self._given(table, *self._places(batch))
        self.rows_met += len(given)
        has_label = given.labels.is_valid().to_numpy(zero_copy_only=False)
        keyed = pc.or_(given.ids.is_valid(), given.images.is_valid())
        has_key = keyed.to_numpy(zero_copy_only=False)
        self.notes.add(given, ~has_label, NO_LABEL, self.notes.left_out)
        self.notes.add(given, has_label & ~has_key, NO_KEY, self.notes.left_out)
        kept = given.take(has_label & has_key)
        if self.settings.columns.timestamp is not None:
            self.notes.add(kept, kept.moments == NOT_KNOWN, NO_TIME, self.notes.noted)
        self._parts.append(kept)
        self._kept += len(kept)

    def leave_object_out(self, name: str, reason: str, detail: str = "") -> None:
        """Count an object of which no label is used."""
        self.notes.left_out[reason] += 1
        found = LeftOutLabel(source=name, line=0, key="", reason=reason, detail=detail)
        self.notes.remember([found])

    def reject_rows(self) -> int:
        """Take the lines that are no rows in among what is left out; return how many they are."""
        tally = self.rejections.tally(0, None)
        self.notes.left_out.update(tally.reasons)
        for one in tally.examples:
            place = self.origins.place(one.source, one.line)
            found = LeftOutLabel(
                source=place.source,
                line=place.number,
                key="",
                reason=one.reason,
                detail=one.detail,
            )
            self.notes.remember([found])
        return tally.rejected

    def given(self) -> GivenLabels:
        """Return the labels with a class and a key, and keep them no longer."""
        parts, self._parts = self._parts, []
        return joined(parts, self._names)

    def checkpoint(self) -> tuple[int, int, int, LabelNotes]:
        """Return what was read so far, for `return_to`."""
        return len(self._parts), self._kept, self.rows_met, self.notes.copy()

    def return_to(self, checkpoint: tuple[int, int, int, LabelNotes]) -> None:
        """Forget the labels that were taken in since then."""
        parts, self._kept, self.rows_met, self.notes = checkpoint
        del self._parts[parts:]

    def absent_columns(self) -> list[tuple[str, str]]:
        """Return the columns that no object has, each with the key that names it."""
        of_names = self.needed.of_names
        there = {*self.columns, *of_names.all}
        wanted = [(key, of_names.own_column_of(name)) for key, name in self.asked()]
        return [(name, key) for key, name in wanted if name not in there]

    def asked(self) -> list[tuple[str, str]]:
        """Return the columns that the job file names, each behind the key that names it."""
        named = [(key, getattr(self.settings.columns, key)) for key in _KEYS]
        return [(f"labels.columns.{key}", name) for key, name in named if name is not None]

    def _given(self, table: Texts, sources: Integers, lines: Integers) -> GivenLabels:
        columns, settings = self.settings.columns, self.settings
        return GivenLabels(
            ids=as_ids(column_of(table, columns.id)),
            images=trimmed(column_of(table, columns.image)),
            labels=true_classes(
                column_of(table, columns.label), settings.classes, settings.no_class
            ),
            moments=self._moments(table),
            sources=sources,
            lines=lines,
            names=self._names,
        )

    def _moments(self, table: Texts) -> Integers:
        if self.settings.columns.timestamp is None:
            return np.full(table.num_rows, NOT_KNOWN)
        column = column_of(table, self.settings.columns.timestamp)
        texts = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        times = read_timestamps(texts, self._job_rules)
        return np.where(times.faults == TimestampFault.NONE, times.moments, NOT_KNOWN)

    def _places(self, batch: RowBatch) -> tuple[Integers, Integers]:
        """Return the object of each row, as its place among the names, and the line in it."""
        before = len(self._names)
        if not self.origins.is_packed(batch.source):
            self._names.append(batch.source)
            return np.full(len(batch), before), batch.lines
        packed = self.origins.pack(batch.source)
        firsts = np.array(packed.firsts, np.int64)
        at = np.maximum(np.searchsorted(firsts, batch.lines, "right") - 1, 0)
        objects, sources = np.unique(at, return_inverse=True)
        self._names += [packed.names[place] for place in objects.tolist()]
        return sources + before, batch.lines - firsts[at] + 1


_KEYS = ("id", "image", "label", "timestamp")


def column_of(table: Texts, name: str | None) -> Texts:
    """Return a column as texts; nulls where there is none."""
    if name is None or name not in table.column_names:
        return pa.nulls(table.num_rows, pa.string())
    return table[name]
