"""Collects the rows of one window from any number of batches, in bounded memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from jobs.buckets.bucket import ObjectInfo
from jobs.predictions.cell_images.digests import KeepImage
from jobs.predictions.log_columns import NeededColumns
from jobs.predictions.odd_objects import InnerHeader
from jobs.predictions.row_times.course import TimeCourse
from jobs.predictions.row_times.observed import ObservedTimes
from jobs.predictions.row_times.seen import SeenTimes
from jobs.predictions.rows.batches import RowBatch, in_order
from jobs.predictions.rows.deliveries import equal_rows, settle_deliveries
from jobs.predictions.rows.made_columns import with_made_columns
from jobs.predictions.rows.origins import RowOrigins
from jobs.predictions.rows.places import RowPlaces
from jobs.predictions.rows.rejections import RejectedRows, Rejections, UnreadLines
from jobs.predictions.values.long_values import cut_unnamed
from jobs.times.timestamp_parts import Flags, Integers, Texts
from jobs.times.timestamps import (
    TimestampFault,
    TimestampRules,
    Timestamps,
    read_timestamps,
    to_moment,
)
from jobs.times.windows import WindowRequest

_NO_OBJECT = ObjectInfo(name="", size_bytes=0, version="")
# Rows that may pile up before those that are too old are sorted out.
_SLACK_ROWS = 200_000


class WindowTooLargeError(Exception):
    """A window holds more rows than it may; `found` is how many were there when reading ended."""

    def __init__(self, found: int) -> None:
        super().__init__(f"{found:,} rows")
        self.found = found


@dataclass(slots=True)
class WindowCollector:
    """The accepted rows and the rejected ones of one window, while the log is being read.

    Attributes
    ----------
    rules
        How the times of the object that is being read are read.
    object
        The object that is being read.
    time_column
        Its column of times; None where its name or its own time is that of all rows.
    columns
        The columns of all objects that were read so far, in the order they were met.
    observed
        The times seen since it was last replaced.
    seen
        The times of all rows near the window.
    courses
        The times of each object that was read, in the order of its lines.
    delivered_again
        Rows of the window that were left out because an equal one is there; known at the end.
    places
        Where rejected rows stand whose time cannot be read.
    headers
        Headers inside objects that name other columns than the one before them.
    recoded
        The encoding of each object that was read in another one than UTF-8.
    keep_image
        Is given each image in the log, where images are read.
    origins
        Where rows stand of objects that were not read line by line.
    """

    request: WindowRequest
    rules: TimestampRules
    needed: NeededColumns
    object: ObjectInfo = _NO_OBJECT
    rejections: Rejections = field(default_factory=Rejections)
    columns: dict[str, None] = field(default_factory=dict)
    observed: ObservedTimes = field(default_factory=ObservedTimes)
    places: RowPlaces = field(default_factory=RowPlaces)
    recoded: dict[str, str] = field(default_factory=dict)
    keep_image: KeepImage | None = None
    origins: RowOrigins = field(default_factory=RowOrigins)
    end: int = 0
    start: int | None = None
    seen: SeenTimes = field(default_factory=lambda: SeenTimes(end=0))
    courses: dict[str, TimeCourse] = field(default_factory=dict)
    delivered_again: int = 0
    _new_headers: list[InnerHeader] = field(default_factory=list)
    headers: list[InnerHeader] = field(default_factory=list)
    time_column: str | None = None
    _own_columns: frozenset[str] = frozenset()
    _job_rules: TimestampRules = field(default_factory=TimestampRules)
    _batches: list[RowBatch] = field(default_factory=list)
    _kept: int = 0

    def __post_init__(self) -> None:
        self.end = to_moment(self.request.end)
        start = self.request.start
        self.start = None if start is None else to_moment(start)
        self._job_rules = self.rules
        self.seen = SeenTimes(end=self.end)
        self.seen.begin_before(self.start)

    def begin(self, info: ObjectInfo) -> None:
        """Take in which object is read next."""
        self.object = info
        self.know_columns(())

    def know_columns(self, columns: Sequence[str]) -> int | None:
        """Take in an object's columns before its rows; return the place of that of the times."""
        names = self.needed.of_names
        self._own_columns = frozenset(columns)
        self.rules = names.time_rules(self._job_rules, self.object, columns)
        self.time_column = names.own_time_column(columns)
        return next((at for at, name in enumerate(columns) if name == self.time_column), None)

    def columns_to_read(self, names: Sequence[str]) -> list[str]:
        """Return which of an object's columns are read: all, as rows are compared in all."""
        return list(names)

    def note(self, source: str, lines: Integers, moments: Integers, zoneless: Flags) -> None:
        """Take in the readable times of further lines of an object, in or outside the window."""
        self.seen.add(moments, zoneless)
        if source not in self.courses:
            self.courses[source] = TimeCourse(
                source=source,
                unit=self.origins.unit(source),
                is_ordered=not self.origins.is_packed(source),
            )
        self.courses[source].add(lines, moments, zoneless)

    def in_window(self, moments: Integers) -> Flags:
        """Tell which times can still be in the window."""
        inside: Flags = moments < self.end
        return inside if self.start is None else inside & (moments >= self.start)

    def select(self, source: str, lines: Integers, texts: Texts, times: Timestamps) -> Flags:
        """Return which rows are wanted whole; count those whose time cannot be read.

        Parameters
        ----------
        texts
            The timestamps as written, for the examples.
        """
        good = times.faults == TimestampFault.NONE
        faulty = np.flatnonzero(~good)
        if not len(faulty):
            self.see(source, lines, times.moments)
        else:
            self.see(source, lines[good], times.moments[good])
            self.places.ask(source, lines[faulty])
            self.rejections.add_faulty(source, lines[faulty], times.faults[faulty], texts, faulty)
        wanted: Flags = good & self.in_window(times.moments)
        if self.request.rows is None:
            self._check_room(self._kept + int(wanted.sum()))
        return wanted

    def _check_room(self, kept: int) -> None:
        """Check that what is kept, and the rows kept out with their times, are not too many."""
        found = kept + self.rejections.timed_rows
        if found > self.request.most_rows:
            raise WindowTooLargeError(found)

    def settle_places(self, source: str) -> None:
        """Say that a stretch of an object was read; every later line follows on it."""
        self.places.settle(source, self.start, self.end)

    def change_columns(
        self, source: str, line: int, before: Sequence[str], after: Sequence[str]
    ) -> None:
        """Take in that a header inside an object names other columns from its line on."""
        self.columns |= dict.fromkeys(after)
        header = InnerHeader(
            source=source,
            line=line,
            moment=0,
            added=tuple(name for name in after if name not in before),
            gone=tuple(name for name in before if name not in after),
        )
        self._new_headers.append(header)

    def see(self, source: str, lines: Integers, moments: Integers) -> None:
        """Take in the times of lines, in the window or not."""
        if self._new_headers and len(moments):
            first = int(moments[0])
            self.headers += [replace(header, moment=first) for header in self._new_headers]
            self._new_headers = []
        self.observed.add(moments)
        self.places.know(source, lines, moments)

    def reject_lines(self, source: str, lines: UnreadLines) -> None:
        """Count lines that are no rows, but for those whose time is readable and outside."""
        if not len(lines):
            return
        times = read_timestamps(pa.array(lines.time_texts, pa.string()), self.rules)
        timed = times.faults == TimestampFault.NONE
        self.seen.add(times.moments[timed], times.zoneless[timed])
        self.rejections.add_untimed(source, lines, np.flatnonzero(~timed))
        self.places.know(source, lines.numbers[timed], times.moments[timed])
        self.places.ask(source, lines.numbers[~timed])
        inside = np.flatnonzero(timed & self.in_window(times.moments))
        reasons = lines.reasons[inside]
        for reason in sorted(set(reasons.tolist())):
            rows = inside[reasons == reason]
            self.rejections.add_timed(
                RejectedRows(
                    source=source,
                    reason=reason,
                    lines=lines.numbers[rows],
                    details=[lines.describe(row) for row in rows.tolist()],
                    moments=times.moments[rows],
                )
            )
        self._check_room(self._kept if self.request.rows is None else 0)

    def add(self, batch: RowBatch) -> None:
        """Take rows of the window in."""
        if len(batch):
            table = with_made_columns(batch, self.needed)
            self.columns |= dict.fromkeys(table.column_names[batch.table.num_columns :])
            table = self.needed.of_names.added_to(table, self.object, self._own_columns)
            self._batches.append(replace(batch, table=cut_unnamed(table, self.needed)))
            self._kept += len(batch)
        wanted = self.request.rows
        if wanted is not None and self._kept > 2 * wanted + _SLACK_ROWS:
            self._keep_newest(wanted)

    def rows(self) -> RowBatch:
        """Return the accepted rows of the window in their final order."""
        wanted = self.request.rows
        if wanted is not None:
            self._keep_newest(wanted)
        ordered = self._ordered()
        settled = settle_deliveries(ordered.moments, ordered.table, ordered.counts, self.needed)
        self.delivered_again = settled.delivered_again
        rows = ordered.take(settled.places)
        if wanted is not None and len(rows) > wanted:
            rows = self._newest(rows, wanted)
        return rows

    def settle(self) -> None:
        """Move the start of a window by rows up to where it now is known to lie at the earliest."""
        if self.request.rows is not None and self._kept >= self.request.rows:
            self._keep_newest(self.request.rows)

    def _keep_newest(self, count: int) -> None:
        ordered = self._ordered()
        if len(ordered) >= count:
            ordered = self._newest(ordered, count)
        self._batches = [ordered] if len(ordered) else []
        self._kept = len(ordered)

    def _newest(self, ordered: RowBatch, count: int) -> RowBatch:
        newest = ordered.take(np.arange(len(ordered) - count, len(ordered)))
        self.start = int(newest.moments[0])
        self.rejections.forget_before(self.start)
        self.seen.begin_before(self.start)
        return newest

    def _ordered(self) -> RowBatch:
        """Return the rows in their order, each of several equal ones as the first of them."""
        ordered = in_order(self._batches)
        first = equal_rows(ordered.moments, ordered.table, self.needed)
        different, places = np.unique(first, return_inverse=True)
        if len(different) == len(ordered):
            return ordered
        copies = np.bincount(places, ordered.counts).astype(np.int64)
        return replace(ordered.take(different), copies=copies)
