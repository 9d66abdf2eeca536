"""What a run knows of labels, before it says anything of the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from drift.across_runs.marks import PersonsMarks
from drift.model_quality.joining.joined import SpelledRows
from drift.model_quality.records.record import DayRecord
from drift.model_quality.reference.quality import ReferenceQuality
from drift.model_quality.sums import DayQuality
from drift.model_quality.whole_days import WholeDay
from jobs.job_file.job import Job
from jobs.labels.labels import LabelFacts
from jobs.times.windows import TimeWindow


@dataclass(frozen=True, slots=True, kw_only=True)
class GatheredLabels:
    """The labels of a run, joined with predictions.

    Attributes
    ----------
    source
        Where labels are, as users know it.
    given
        What was read below `labels.path`; None where the log's own labels count.
    count
        How many labels there are; None where each is in the row that it is for.
    window
        The run's window.
    days
        The whole days whose labels may still come, the oldest first.
    records
        The records of all days that ended by the window's end, the oldest first.
    without_labels
        Those of `days` that have predictions and no record, the oldest first.
    rows
        The window's own rows.
    beside_days
        Those of them that lie behind the last of `days`.
    lost_images
        How many labelled rows of the window have an image that could not be read.
    reference
        The reference's labels; None where it has none.
    marks
        What people said of past windows.
    model_classes
        Classes that the model is known to answer with, beside those in rows and records.
    remarks
        What else a person should know, in sentences.
    """

    job: Job
    source: str
    given: LabelFacts | None
    count: int | None
    window: TimeWindow
    days: tuple[WholeDay, ...]
    records: tuple[DayRecord, ...]
    rows: SpelledRows
    beside_days: SpelledRows
    without_labels: tuple[DayQuality, ...] = ()
    lost_images: int = 0
    reference: ReferenceQuality | None = None
    marks: PersonsMarks = field(default_factory=PersonsMarks)
    model_classes: frozenset[str] = frozenset()
    remarks: tuple[str, ...] = ()

    @property
    def since(self) -> datetime:
        """The first moment whose predictions wait for labels."""
        return self.days[0].start if self.days else self.window.start

    @property
    def waiting(self) -> tuple[DayRecord, ...]:
        """The records of the days whose labels may still come."""
        return tuple(one for one in self.records if one.quality.start >= self.since)


def summed(counts: list[Mapping[str, int]]) -> dict[str, int]:
    """Return counts by reason over several parts."""
    found: dict[str, int] = {}
    for part in counts:
        for reason, count in part.items():
            found[reason] = found.get(reason, 0) + count
    return dict(sorted(found.items()))
