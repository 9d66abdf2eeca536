"""The days of a detector with the model's classes, put together to stretches, weeks and points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from drift.model_quality.detection.assembling.cached_scores import CachedScores, StretchScores
from drift.model_quality.detection.assembling.detector_classes import DetectorClasses
from drift.model_quality.detection.score_range import find_cut
from drift.model_quality.detection.stretch_scores import (
    DRAWS,
    box_confidences,
    merged_sums,
)
from drift.model_quality.detection.sums import DetectorDay, DetectorSums
from reports.findings.model_quality.detection import BoxConfidences


@dataclass(frozen=True)
class ScoredDay:
    """One day.

    Attributes
    ----------
    record
        As it is kept.
    own
        Its own scores, of all its labelled images.
    """

    record: DetectorDay
    own: StretchScores

    @classmethod
    def of(cls, record: DetectorDay, classes: DetectorClasses) -> ScoredDay:
        """Return a record's day."""
        own = StretchScores(scores=record.scores, classes=classes.marked(record.classes))
        return cls(record=record, own=own)

    @cached_property
    def sums(self) -> DetectorSums:
        """The sums over all versions."""
        parts = list(self.record.versions.values())
        return parts[0] if len(parts) == 1 else merged_sums(parts)

    @property
    def ap50(self) -> float | None:
        """AP50 of the day's own images."""
        found = self.record.scores.ap50
        return None if found is None else found.value


@dataclass(frozen=True, slots=True, kw_only=True)
class DayStretch:
    """Days together.

    Attributes
    ----------
    sums
        Of all images that are kept.
    scored
        Their scores; those of a single day are its own.
    labelled
        How many labelled images there are, those included that are not kept.
    """

    days: Sequence[ScoredDay]
    sums: DetectorSums
    scored: StretchScores
    labelled: int

    @property
    def confidences(self) -> BoxConfidences:
        """The scores of the boxes of all images."""
        return box_confidences(self.sums, find_cut(self.sums.table.score))


def stretch_of(
    days: Sequence[ScoredDay], name: str, cached: CachedScores, *, most_drawn: int | None = None
) -> DayStretch:
    """Return days together, at least one.

    Parameters
    ----------
    name
        Under which the scores are remembered.
    most_drawn
        With more predicted boxes there are no intervals.
    """
    labelled = [day for day in days if day.record.scores.labelled]
    sums = merged_sums([day.sums for day in days]) if len(days) > 1 else days[0].sums
    if len(labelled) <= 1:
        own = (labelled or days)[0].own
        scored = replace(own, scores=replace(own.scores, predictions=sums.predictions))
    else:
        dear = most_drawn is not None and len(sums.table) > most_drawn
        draws = 0 if dear else DRAWS
        scored = cached.scores(name, sums.table, sums.predictions, draws=draws)
    return DayStretch(
        days=days,
        sums=sums,
        scored=scored,
        labelled=sum(day.record.scores.labelled for day in days),
    )
