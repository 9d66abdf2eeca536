"""The days of a classifier: answers of the log, joined with labels that are classes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from drift.model_quality.joining.answers import Answers, of_window
from drift.model_quality.joining.joined import JoinedRows, spelled
from drift.model_quality.joining.reading import answers_of_days
from drift.model_quality.label_source import LabelSource
from drift.model_quality.records.record import DayRecord, record_of
from drift.model_quality.sums import ClassifierSums, DayQuality
from drift.model_quality.whole_days import WholeDay
from drift.workplace import Workplace
from jobs.predictions.rows.rows import PredictionRows
from jobs.times.timestamps import to_moment
from jobs.times.windows import TimeWindow


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifierDays:
    """How days of a classifier are scored; labels name images whole, or by the last part."""

    place: Workplace
    source: LabelSource

    @property
    def digest(self) -> str:
        """As of `LabelSource`."""
        return self.source.digest

    def key(self, day: WholeDay) -> str:
        """As of `LabelSource`."""
        return self.source.key(day)

    def way_of(self, rows: Answers) -> int:
        """Return 0 where labels name any image as the log does, or none at all; else 1."""
        return 0 if self.source.names_match(rows) else 1

    def parts(self, days: Sequence[WholeDay]) -> Iterator[tuple[Sequence[WholeDay], Answers]]:
        """Yield the answers of days that follow each other."""
        return answers_of_days(self.place, days)

    def join(self, rows: Answers, way: int) -> JoinedRows:
        """Return answers with their labels."""
        return self.source.join(rows, last_part=bool(way))

    def record(self, day: WholeDay, joined: JoinedRows) -> DayRecord:
        """Return what is kept of a day."""
        edges = [to_moment(day.start), to_moment(day.end)]
        first, stop = np.searchsorted(joined.answers.moments, edges, side="left").tolist()
        return record_of(day, spelled(joined.rows(slice(first, stop))))

    def labelled_images(
        self, predictions: PredictionRows, way: int, span: TimeWindow
    ) -> frozenset[str]:
        """Return the images of labelled rows in a stretch of time."""
        joined = self.join(of_window(self.place, predictions), way)
        moments = joined.answers.moments
        inside = (moments >= to_moment(span.start)) & (moments < to_moment(span.end))
        images = np.array(joined.answers.images.to_pylist(), dtype=object)
        kept = images[inside & (joined.numbers >= 0)]
        return frozenset(one for one in kept.tolist() if one is not None)


def days_without_labels(found: Iterator[tuple[WholeDay, int]]) -> tuple[DayQuality, ...]:
    """Return days with so many predictions each, none of which has a label yet."""
    return tuple(
        DayQuality(
            start=day.start,
            end=day.end,
            versions={None: ClassifierSums(predictions=predictions)},
        )
        for day, predictions in found
    )
