"""Collects true boxes from tables and JSON: a row an image, or a row a box."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from jobs.job_file.box_settings import BoxColumns
from jobs.job_file.label_settings import LabelSettings
from jobs.job_file.prediction_settings import LogColumns
from jobs.labels.box_labels import CLASS_NOT_KNOWN, GivenBoxes, LabelledBoxes, joined_boxes
from jobs.labels.box_notes import BoxNotes
from jobs.labels.collector import EVERYTHING, LabelCollector, LabelNotes, column_of, needed_columns
from jobs.labels.given import GivenLabels, in_no_class, true_classes
from jobs.labels.labels import NO_KEY, NO_LABEL, NO_TIME, NOT_KNOWN
from jobs.predictions.boxes.cells import NOT_READ, OTHER_LENGTH
from jobs.predictions.boxes.logged import NO_CLASS, NO_SCORE
from jobs.predictions.boxes.rows import BoxRows, read_boxes
from jobs.predictions.log_columns import NeededColumns
from jobs.predictions.rows.batches import RowBatch
from jobs.times.timestamp_parts import Flags, Integers, Texts, as_flags
from jobs.times.timestamps import TimestampRules

_OF_CELLS = frozenset({NOT_READ, OTHER_LENGTH})


def needed_box_columns(settings: LabelSettings, boxes: BoxColumns) -> NeededColumns:
    """Return the columns of labels that are boxes as those of a log."""
    needed = needed_columns(settings)
    named = LogColumns(timestamp=needed.named.timestamp, id=settings.columns.id, boxes=boxes)
    return replace(needed, named=named)


@dataclass(slots=True)
class BoxLabelCollector(LabelCollector):
    """The true boxes of all objects that are read.

    Attributes
    ----------
    columns_of_boxes
        The job file's `labels.columns.boxes`.
    box_notes
        What is said of single boxes.
    """

    columns_of_boxes: BoxColumns = field(default_factory=lambda: BoxColumns(column="boxes"))
    box_notes: BoxNotes = field(default_factory=BoxNotes)
    _boxes: list[GivenBoxes] = field(default_factory=list)

    @classmethod
    def of(cls, settings: LabelSettings, rules: TimestampRules) -> BoxLabelCollector:
        """Return a collector without labels."""
        boxes = settings.columns.boxes
        if boxes is None:
            raise ValueError("labels.columns.boxes is not set: the labels are classes.")
        needed = needed_box_columns(settings, boxes)
        return cls(
            request=EVERYTHING,
            rules=rules,
            needed=needed,
            settings=settings,
            columns_of_boxes=boxes,
        )

    def asked(self) -> list[tuple[str, str]]:
        """Return the columns that the job file names, each behind the key that names it."""
        columns = self.settings.columns
        named = {"id": columns.id, "image": columns.image, "timestamp": columns.timestamp}
        keys = [(f"labels.columns.{key}", name) for key, name in named.items() if name]
        boxes = dict(self.columns_of_boxes.required)
        if self.columns_of_boxes.columns and self.columns_of_boxes.classes:
            boxes[self.columns_of_boxes.classes] = "boxes.classes"
        return [*keys, *((f"labels.columns.{key}", name) for name, key in boxes.items())]

    def columns_to_read(self, names: Sequence[str]) -> list[str]:
        """Return the columns that labels need, those beside the boxes too."""
        found = LabelCollector.columns_to_read(self, names)
        beside = self.columns_of_boxes.used | {self.columns_of_boxes.classes}
        return [name for name in names if name in found or name in beside]

    def add(self, batch: RowBatch) -> None:
        """Take rows in; those without a key or without boxes are counted alone."""
        if not len(batch):
            return
        table = self.needed.of_names.added_to(batch.table, self.object, self._own_columns)
        given = self._given(table, *self._places(batch))
        self.rows_met += len(given)
        raw = {name: _text_column(table, name) for name in table.column_names}
        read = read_boxes(raw, self.columns_of_boxes, np.arange(len(given)))
        kept = self._leave_out(given, raw, read)
        if self.settings.columns.timestamp is not None:
            no_time = kept & (given.moments == NOT_KNOWN)
            self.notes.add(given, no_time, NO_TIME, self.notes.noted)
        for reason, rows in read.lost.items():
            if reason == NO_CLASS:
                self.box_notes.noted[reason] += int(kept[rows].sum())
            elif reason not in _OF_CELLS and reason != NO_SCORE:
                self.box_notes.lose(self.notes, given, rows[kept[rows]], reason)
        self.box_notes.know_format(read.boxes.other_format)
        classes = self._classes(raw, read)
        boxes = self._labelled(classes, read)
        of_no_class = in_no_class(classes, self.settings.no_class) & kept[boxes.image]
        self.box_notes.note(CLASS_NOT_KNOWN, int(of_no_class.sum()))
        self._boxes.append(GivenBoxes(given=given, boxes=boxes).take(kept))
        self._kept += int(kept.sum())

    def _leave_out(self, given: GivenLabels, raw: Mapping[str, Texts], read: BoxRows) -> Flags:
        """Return which rows are kept; count the others."""
        has_key = as_flags(pc.or_(given.ids.is_valid(), given.images.is_valid()))
        has_label = np.ones(len(given), np.bool_)
        column = self.columns_of_boxes.column
        if column is not None:
            cells = raw.get(column, pa.nulls(len(given), pa.string()))
            has_label = as_flags(
                pc.fill_null(pc.not_equal(pc.utf8_trim_whitespace(cells), ""), False)
            )
        self.notes.add(given, ~has_label, NO_LABEL, self.notes.left_out)
        self.notes.add(given, has_label & ~has_key, NO_KEY, self.notes.left_out)
        readable = np.ones(len(given), np.bool_)
        for reason in sorted(_OF_CELLS & read.lost.keys()):
            unreadable = np.zeros(len(given), np.bool_)
            unreadable[read.lost[reason]] = True
            self.notes.add(
                given, unreadable & has_key & has_label, f"boxes {reason}", self.notes.left_out
            )
            readable &= ~unreadable
        return has_key & has_label & readable

    def _classes(self, raw: Mapping[str, Texts], read: BoxRows) -> Texts:
        """Return the class of each box as it is written."""
        columns = self.columns_of_boxes
        if columns.prediction is not None:
            source = read.made if columns.column is not None else raw
            if columns.prediction in source:
                return source[columns.prediction].take(pa.array(read.boxes.row))
        return pa.nulls(len(read.boxes), pa.string())

    def _labelled(self, classes: Texts, read: BoxRows) -> LabelledBoxes:
        boxes = read.boxes
        return LabelledBoxes(
            image=boxes.image_of_row[boxes.row],
            corners=boxes.corners,
            classes=true_classes(classes, self.settings.classes, self.settings.no_class),
            crowd=np.zeros(len(boxes), np.bool_),
            in_shares=np.full(len(boxes.counts), boxes.in_shares),
            sizes=boxes.sizes,
        )

    def images(self) -> GivenBoxes:
        """Return the labelled images, and keep them no longer."""
        parts, self._boxes = self._boxes, []
        found = joined_boxes(parts, self._names)
        return found if self.columns_of_boxes.column is not None else images_of_rows(found)

    def checkpoint(self) -> tuple[int, int, int, LabelNotes, BoxNotes]:  # type: ignore[override]
        """Return what was read so far, for `return_to`."""
        return (
            len(self._boxes),
            self._kept,
            self.rows_met,
            self.notes.copy(),
            self.box_notes.copy(),
        )

    def return_to(self, checkpoint: tuple[int, int, int, LabelNotes, BoxNotes]) -> None:  # type: ignore[override]
        """Forget the labels that were taken in since then."""
        parts, self._kept, self.rows_met, self.notes, self.box_notes = checkpoint
        del self._boxes[parts:]


def images_of_rows(rows: GivenBoxes) -> GivenBoxes:
    """Return images of rows that hold a box each: the rows of one object, key and time are one."""
    given = rows.given
    group: Integers = np.zeros(len(given), np.int64)
    names = pd.factorize(np.array([*given.names, ""], dtype=object))[0]
    for column in (names[given.sources], given.moments, _codes(given.ids), _codes(given.images)):
        codes, different = pd.factorize(column)
        group = pd.factorize(group * max(1, len(different)) + codes)[0].astype(np.int64)
    _, first = np.unique(group, return_index=True)
    is_first = np.zeros(len(given), np.bool_)
    is_first[first] = True
    boxes = rows.boxes
    return GivenBoxes(
        given=given.take(is_first),
        boxes=replace(
            boxes,
            image=group[boxes.image],
            in_shares=boxes.in_shares[first],
            sizes=boxes.sizes[first],
        ),
    )


def _codes(texts: Texts) -> Integers:
    encoded = texts.dictionary_encode()
    codes: Integers = pc.fill_null(encoded.indices, -1).to_numpy().astype(np.int64)
    return codes


def _text_column(table: Texts, name: str) -> Texts:
    column = column_of(table, name)
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
