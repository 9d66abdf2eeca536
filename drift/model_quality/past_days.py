"""Which days are scored by a run, and their records: read, made and written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Generic

from drift.model_quality.day_line import DayLine, Joined, Rows, WindowRows
from drift.model_quality.records.kind import Record
from drift.model_quality.records.seen import Seen, SeenDay
from drift.model_quality.records.store import QualityStore
from drift.model_quality.whole_days import WholeDay
from drift.workplace import Workplace
from jobs.times.windows import TimeWindow


@dataclass(frozen=True, slots=True, kw_only=True)
class _JoinedDays(Generic[Joined]):
    """The rows of days that follow each other, with their labels."""

    start: datetime
    end: datetime
    rows: Joined

    def holds(self, day: WholeDay) -> bool:
        """Tell whether a day is among them."""
        return self.start <= day.start and day.end <= self.end


@dataclass(slots=True)
class DayScoring(Generic[Rows, Joined, Record]):
    """Scores those of some days that are due.

    Attributes
    ----------
    line
        The labels, and how days are scored with them.
    days
        The whole days whose labels may still come, the oldest first.
    scored
        Those that this run scored, by date; without any whose record could not be written.
    counted
        How many predictions each of the days has that this run scored, by date.
    way
        How labels name images, as of `DayLine`; known after `score`.
    """

    place: Workplace
    store: QualityStore[Record]
    line: DayLine[Rows, Joined, Record]
    days: Sequence[WholeDay]
    window: WindowRows[Rows]
    way: int = 0
    scored: dict[str, SeenDay] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)

    def score(self) -> None:
        """Make the records of the days that are due, and remember what they were made of.

        A day is due where its labels' objects or the settings changed since it was scored, where
        its record is no longer the one that was made then, and where it is new; all are where
        labels turn out to name images by more of their names than was thought.

        Raises
        ------
        ObjectError
            If the log cannot be read.
        """
        seen = self.store.seen
        by_more = seen.labels == self.line.digest and self.line.way_of(self.window.rows) < seen.way
        due = [day for day in self.days if by_more or self._is_due(day)]
        if not due:
            self.way = self._decided(self.window.rows)
        for joined in self._joined(due):
            for day in due:
                if joined.holds(day):
                    self._score(day, joined.rows)
        self._remember()

    def without_record(self, records: Sequence[Record]) -> Iterator[tuple[WholeDay, int]]:
        """Yield the days with predictions that have no record, and how many predictions they have.

        Parameters
        ----------
        records
            Of all days that have one.
        """
        known = {record.day for record in records}
        for day in self.days:
            if day not in known and (number := self._predictions_of(day)):
                yield day, number

    def _predictions_of(self, day: WholeDay) -> int:
        date = self._date(day)
        if date in self.counted:
            return self.counted[date]
        seen = self.store.seen.days.get(date)
        return 0 if seen is None else seen.predictions

    def _is_due(self, day: WholeDay) -> bool:
        date = self._date(day)
        known = self.store.seen.days.get(date)
        return known is None or (known.key, known.version) != (
            self.line.key(day),
            self.store.version_of(date),
        )

    def _joined(self, due: Sequence[WholeDay]) -> Iterator[_JoinedDays[Joined]]:
        """Yield the rows of days with their labels, in parts where they are many."""
        if not due:
            return
        if self.window.hold(due) and self._is_decided:
            self.way = self._decided(self.window.rows)
            yield self._join(due, self.window.rows)
            return
        first, last = self.days.index(due[0]), self.days.index(due[-1])
        stretch = self.days[first : last + 1]
        parts = self.line.parts(stretch)
        days, rows = next(parts)
        self.way = self._decided(self.window.rows, rows)
        if self.way and len(days) < len(stretch):
            # Later days may have images that labels name.
            further = (self.line.way_of(one) for _, one in self.line.parts(stretch))
            self.way = min(self.way, *further)
        yield self._join(days, rows)
        for days, rows in parts:
            yield self._join(days, rows)

    def _join(self, days: Sequence[WholeDay], rows: Rows) -> _JoinedDays[Joined]:
        return _JoinedDays(
            start=days[0].start, end=days[-1].end, rows=self.line.join(rows, self.way)
        )

    @property
    def _is_decided(self) -> bool:
        """Whether it is known how labels name images: by the window's rows, or since earlier."""
        known = self.store.seen.labels == self.line.digest
        return known or not self.line.way_of(self.window.rows)

    def _decided(self, *rows: Rows) -> int:
        """Return in which way labels name images.

        It is the first way in which any does, among all rows that wait for labels when the labels
        were first seen.
        """
        found = min(self.line.way_of(one) for one in rows)
        seen = self.store.seen
        return min(found, seen.way) if seen.labels == self.line.digest else found

    def _score(self, day: WholeDay, joined: Joined) -> None:
        record = self.line.record(day, joined)
        date = self._date(day)
        self.counted[date] = record.predictions
        version = self.store.write(date, record)
        if version is not None:
            self.scored[date] = SeenDay(
                key=self.line.key(day), version=version, predictions=record.predictions
            )

    def _remember(self) -> None:
        seen = self.store.seen
        self.store.remember_seen(
            replace(
                Seen(),
                days={**seen.days, **self.scored},
                labels=self.line.digest,
                way=self.way,
            )
        )

    def _date(self, day: WholeDay) -> str:
        return day.name(self.place.job.day_zone)


def records_before(store: QualityStore[Record], window: TimeWindow) -> tuple[Record, ...]:
    """Return the records of all days that ended by a window's end, the oldest first."""
    found = [one for one in store.records().values() if one.day.end <= window.end]
    return tuple(sorted(found, key=lambda one: one.day))
