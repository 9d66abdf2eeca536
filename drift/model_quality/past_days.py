"""Which days are scored by a run, and their records: read, made and written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np

from drift.model_quality.joining.answers import Answers
from drift.model_quality.joining.joined import JoinedRows, spelled
from drift.model_quality.joining.reading import answers_of_days
from drift.model_quality.label_source import LabelSource
from drift.model_quality.records.record import DayRecord, record_of
from drift.model_quality.records.seen import Seen, SeenDay
from drift.model_quality.records.store import QualityStore
from drift.model_quality.sums import ClassifierSums, DayQuality
from drift.model_quality.whole_days import WholeDay
from drift.workplace import Workplace
from jobs.times.timestamps import to_moment
from jobs.times.windows import TimeWindow


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRows:
    """The rows of a run's window, which are at hand."""

    window: TimeWindow
    answers: Answers

    def hold(self, days: Sequence[WholeDay]) -> bool:
        """Tell whether all rows of some days are here."""
        span = self.window
        return all(span.start <= one.start and one.end <= span.end for one in days)


@dataclass(frozen=True, slots=True, kw_only=True)
class _JoinedDays:
    """The rows of days that follow each other, with their labels."""

    start: datetime
    end: datetime
    rows: JoinedRows

    def holds(self, day: WholeDay) -> bool:
        """Tell whether a day is among them."""
        return self.start <= day.start and day.end <= self.end


@dataclass(slots=True)
class DayScoring:
    """Scores those of some days that are due.

    Attributes
    ----------
    days
        The whole days whose labels may still come, the oldest first.
    scored
        Those that this run scored, by date; without any whose record could not be written.
    counted
        How many predictions each of the days has that this run scored, by date.
    last_part
        Whether labels are for images by the last part of their names; known after `score`.
    """

    place: Workplace
    store: QualityStore
    source: LabelSource
    days: Sequence[WholeDay]
    window: WindowRows
    last_part: bool = False
    scored: dict[str, SeenDay] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)

    def score(self) -> None:
        """Make the records of the days that are due, and remember what they were made of.

        A day is due where its labels' objects or the settings changed since it was scored, where
        its record is no longer the one that was made then, and where it is new.

        Raises
        ------
        ObjectError
            If the log cannot be read.
        """
        due = [day for day in self.days if self._is_due(day)]
        if not due:
            self.last_part = self._decided(self.window.answers)
        for joined in self._joined(due):
            for day in due:
                if joined.holds(day):
                    self._score(day, joined.rows)
        self._remember()

    def without_labels(self, records: Sequence[DayRecord]) -> tuple[DayQuality, ...]:
        """Return the days with predictions that have no record, as none of these has a label yet.

        Parameters
        ----------
        records
            Of all days that have one.
        """
        known = {record.day for record in records}
        found: list[DayQuality] = []
        for day in self.days:
            if day not in known and (number := self._predictions_of(day)):
                sums = ClassifierSums(predictions=number)
                found.append(DayQuality(start=day.start, end=day.end, versions={None: sums}))
        return tuple(found)

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
            self.source.key(day),
            self.store.version_of(date),
        )

    def _joined(self, due: Sequence[WholeDay]) -> Iterator[_JoinedDays]:
        """Yield the rows of days with their labels, in parts where they are many."""
        if not due:
            return
        if self.window.hold(due) and self._is_decided:
            self.last_part = self._decided(self.window.answers)
            yield self._join(due, self.window.answers)
            return
        first, last = self.days.index(due[0]), self.days.index(due[-1])
        stretch = self.days[first : last + 1]
        parts = answers_of_days(self.place, stretch)
        days, answers = next(parts)
        self.last_part = self._decided(self.window.answers, answers)
        if self.last_part and len(days) < len(stretch):
            # Later days may have images that labels name.
            further = (one for _, one in answers_of_days(self.place, stretch))
            self.last_part = not any(self.source.names_match(one) for one in further)
        yield self._join(days, answers)
        for days, answers in parts:
            yield self._join(days, answers)

    def _join(self, days: Sequence[WholeDay], answers: Answers) -> _JoinedDays:
        return _JoinedDays(
            start=days[0].start,
            end=days[-1].end,
            rows=self.source.join(answers, last_part=self.last_part),
        )

    @property
    def _is_decided(self) -> bool:
        """Whether it is known how labels name images: by the window's rows, or since earlier."""
        known = self.store.seen.labels == self.source.digest
        return known or self.source.names_match(self.window.answers)

    def _decided(self, *rows: Answers) -> bool:
        """Return whether labels are for images by the last part of their names.

        They are where no label names an image as the log does, among all rows that wait for
        labels when the labels were first seen.
        """
        if any(self.source.names_match(one) for one in rows):
            return False
        seen = self.store.seen
        return seen.last_part if seen.labels == self.source.digest else True

    def _score(self, day: WholeDay, joined: JoinedRows) -> None:
        edges = [to_moment(day.start), to_moment(day.end)]
        first, stop = np.searchsorted(joined.answers.moments, edges, side="left").tolist()
        record = record_of(day, spelled(joined.rows(slice(first, stop))))
        date = self._date(day)
        self.counted[date] = record.predictions
        version = self.store.write(date, record)
        if version is not None:
            self.scored[date] = SeenDay(
                key=self.source.key(day), version=version, predictions=record.predictions
            )

    def _remember(self) -> None:
        seen = self.store.seen
        self.store.remember_seen(
            replace(
                Seen(),
                days={**seen.days, **self.scored},
                labels=self.source.digest,
                last_part=self.last_part,
            )
        )

    def _date(self, day: WholeDay) -> str:
        return day.name(self.place.job.day_zone)


def records_before(store: QualityStore, window: TimeWindow) -> tuple[DayRecord, ...]:
    """Return the records of all days that ended by a window's end, the oldest first."""
    found = [one for one in store.records().values() if one.quality.end <= window.end]
    return tuple(sorted(found, key=lambda one: one.day))
