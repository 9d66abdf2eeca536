"""The part of a drifted window in which the change is, and the images it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from drift.model_view.sides import ViewSides
from drift.observations.segments.segment_units import WindowSegments
from drift.observations.segments.segment_values import SegmentValue
from drift.observations.window_images import WindowImages
from drift.seed import SEED
from drift.where.affected import least_affected
from drift.where.direction import Positions, drift_positions
from drift.where.focus import Focus
from drift.where.offenders import RankedImages, rank_images
from drift.where.segments import Concentration, concentrate
from jobs.job_file.job import Job

_MOST_SHOWN_TOO = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """The part of a drifted window in which the change is.

    Attributes
    ----------
    focus
        Whose images it is about.
    ranked
        The images, first what is worth a look.
    concentration
        Where and since when the change is among them.
    affected
        At least so many of them differ; None where that cannot be said.
    segments
        Which of the window's rows and units are in which segment.
    further
        The images of further segments that drifted, first what is worth a look in each.
    """

    focus: Focus
    ranked: RankedImages
    concentration: Concentration
    affected: int | None
    segments: WindowSegments
    further: tuple[RankedImages, ...] = ()

    @property
    def listed(self) -> tuple[RankedImages, ...]:
        """The images of every segment that drifted; those of the whole window where that did."""
        return (self.ranked, *self.further)

    @property
    def shown(self) -> tuple[RankedImages, ...]:
        """The images whose pictures are shown, by segment.

        Those of at most two further values of the segment column that the drift is about; values of
        other columns mostly drifted because they share its images.
        """
        own = self.ranked.segment
        alike = [one for one in self.further if _column_of(one.segment) == _column_of(own)]
        return (self.ranked, *alike[:_MOST_SHOWN_TOO])

    def telling_first(self, number: str) -> Located:
        """Return the same, with captions that name a number first; as usual where it is empty."""
        further = tuple(replace(one, first=number) for one in self.further)
        return replace(self, ranked=replace(self.ranked, first=number), further=further)


def _column_of(segment: SegmentValue | None) -> str | None:
    return None if segment is None else segment.column


def located(
    focus: Focus,
    window: WindowImages,
    segments: WindowSegments,
    job: Job,
    further: Sequence[Focus] = (),
    view: ViewSides | None = None,
) -> Located:
    """Return where a drift is.

    Parameters
    ----------
    segments
        Which of the window's rows and units have which value.
    further
        The further segments that drifted.
    view
        The scores of a model's view of all images; None without one.
    """
    positions = drift_positions(focus.comparison, focus.rows)
    others = [_ranked(one, drift_positions(one.comparison, one.rows), window) for one in further]
    concentration = _concentrate(focus, positions, window, segments, job)
    named = _rows_named(concentration, segments)
    return Located(
        focus=focus,
        ranked=replace(_ranked(focus, positions, window), view=view, named=named),
        concentration=concentration,
        affected=least_affected(positions),
        segments=segments,
        further=tuple(replace(one, view=view) for one in others),
    )


def _ranked(focus: Focus, positions: Positions, window: WindowImages) -> RankedImages:
    ranked = rank_images(positions, focus.rows, focus.comparison, window)
    return replace(ranked, segment=None if focus.segment is None else focus.segment.segment)


def _rows_named(concentration: Concentration, segments: WindowSegments) -> NDArray[np.bool_] | None:
    """Return which log rows are of the part of the traffic that a headline names; None for none."""
    first = next((one for one in concentration.segments if not one.echo_of), None)
    if first is None or first.column not in segments.table:
        return None
    return segments.rows_of(SegmentValue(column=first.column, value=first.value))


def _concentrate(
    focus: Focus, positions: Positions, window: WindowImages, segments: WindowSegments, job: Job
) -> Concentration:
    if not focus.comparison.has_drifted or positions.current.empty:
        return Concentration()
    rows = positions.current.index
    found = concentrate(
        positions.scores(),
        np.arange(len(rows)),
        segments.table.loc[rows, _told_apart(focus, segments, job)],
        window.rows["timestamp"].loc[rows],
        level=job.detection.false_alarm_rate,
        seed=SEED,
        hours=job.segments.hours,
    )
    return found if focus.segment is None else found.within(focus.segment.segment)


def _told_apart(focus: Focus, segments: WindowSegments, job: Job) -> list[str]:
    """Return the segment columns that may say where a drift is.

    What the model says of the images of a segment that drifted is what follows from the drift.
    """
    predicted = job.predictions.columns.prediction
    if focus.segment is None or predicted in job.segments.columns:
        return list(segments.table.columns)
    return [name for name in segments.table.columns if name != predicted]
