"""What is kept of one day: its sums, and what was said of joining its labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from drift.model_quality.joining.joined import SpelledRows
from drift.model_quality.scoring.most_certain import most_certain_wrong
from drift.model_quality.scoring.summing import sums_by_version
from drift.model_quality.sums import DayQuality
from drift.model_quality.whole_days import WholeDay
from drift.run_request import as_text
from jobs.times.timestamps import to_datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRecord:
    """One day: a pure function of its rows in the log, of their labels, and of settings.

    Attributes
    ----------
    quality
        The sums.
    labels
        How many different labels its rows took.
    left_out, noted
        As in `SpelledRows`.
    newest
        The time of the newest labelled row, ISO 8601; None without any.
    """

    quality: DayQuality
    labels: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    noted: Mapping[str, int] = field(default_factory=dict)
    newest: str | None = None

    @property
    def day(self) -> WholeDay:
        """Which day it is."""
        return WholeDay(start=self.quality.start, end=self.quality.end)

    @property
    def labelled(self) -> int:
        """How many predictions have a label."""
        return sum(one.labelled for one in self.quality.versions.values())

    @property
    def predictions(self) -> int:
        """How many predictions there are, with and without a label."""
        return sum(one.predictions for one in self.quality.versions.values())

    @property
    def is_kept(self) -> bool:
        """Whether there is a label, or one was left out: a day without any has no record."""
        return bool(self.labelled or self.left_out)


def record_of(day: WholeDay, found: SpelledRows) -> DayRecord:
    """Return what is kept of a day."""
    quality = DayQuality(
        start=day.start,
        end=day.end,
        versions=sums_by_version(found.rows),
        wrong=most_certain_wrong(found.rows),
    )
    return DayRecord(
        quality=quality,
        labels=found.labels,
        left_out=dict(sorted(found.left_out.items())),
        noted=dict(sorted(found.noted.items())),
        newest=None if found.newest is None else as_text(to_datetime(found.newest)),
    )
