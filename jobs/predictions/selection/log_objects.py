"""The objects of one log, as far as they are listed, in the order in which they are read."""

from __future__ import annotations

from dataclasses import dataclass, replace

from jobs.buckets.bucket import Bucket
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.predictions.log_columns import NeededColumns
from jobs.predictions.selection.choose import (
    FoundObjects,
    NamedObject,
    objects_of_days,
    with_named_times,
)
from jobs.times.timestamps import TimestampRules


@dataclass(frozen=True, slots=True)
class LogObjects:
    """The objects of a log, as far as they are listed."""

    bucket: Bucket
    settings: PredictionSettings
    needed: NeededColumns
    rules: TimestampRules

    def of_days(self, start: int | None, end: int) -> FoundObjects:
        """Return those that may hold rows in ``[start, end)``; all where there is no start."""
        found = objects_of_days(self.bucket, self.settings, start, end)
        names = self.needed.of_names
        if names.own_time_column(()) is not None:
            return found
        times = names.times_of([one.info for one in found.objects], self.rules)
        return replace(found, objects=with_named_times(found.objects, times))

    def beside(self, found: FoundObjects) -> list[NamedObject]:
        """Return the objects that were not listed."""
        if not found.passed_over:
            return []
        known = {one.name for one in found.objects}
        return [one for one in self.of_days(None, 0).objects if one.name not in known]
