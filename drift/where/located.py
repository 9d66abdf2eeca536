"""The part of a drifted window in which the change is, and the images it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from drift.observations.window_images import WindowImages
from drift.seed import SEED
from drift.where.affected import least_affected
from drift.where.direction import Positions, drift_positions
from drift.where.focus import Focus
from drift.where.offenders import RankedImages, rank_images
from drift.where.segments import Concentration, concentrate
from jobs.job_file.job import Job


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
    further
        The images of further segments that drifted, first what is worth a look in each.
    """

    focus: Focus
    ranked: RankedImages
    concentration: Concentration
    affected: int | None
    further: tuple[RankedImages, ...] = ()


def located(
    focus: Focus,
    window: WindowImages,
    segments: pd.DataFrame,
    job: Job,
    further: Sequence[Focus] = (),
) -> Located:
    """Return where a drift is.

    Parameters
    ----------
    segments
        Of the window's rows, one column each.
    further
        The further segments whose images are shown too.
    """
    positions = drift_positions(focus.comparison, focus.rows)
    return Located(
        focus=focus,
        ranked=rank_images(positions, focus.rows, focus.comparison, window),
        concentration=_concentrate(focus, positions, window, segments, job),
        affected=least_affected(positions),
        further=tuple(
            rank_images(drift_positions(one.comparison, one.rows), one.rows, one.comparison, window)
            for one in further
        ),
    )


def _concentrate(
    focus: Focus, positions: Positions, window: WindowImages, segments: pd.DataFrame, job: Job
) -> Concentration:
    if not focus.comparison.has_drifted or positions.current.empty:
        return Concentration()
    rows = positions.current.index
    found = concentrate(
        positions.scores(),
        np.arange(len(rows)),
        segments.loc[rows, _told_apart(focus, segments, job)],
        window.rows["timestamp"].loc[rows],
        level=job.detection.false_alarm_rate,
        seed=SEED,
        hours=job.segments.hours,
    )
    return found if focus.segment is None else found.within(focus.segment.segment)


def _told_apart(focus: Focus, segments: pd.DataFrame, job: Job) -> list[str]:
    """Return the segment columns that may say where a drift is.

    What the model says of the images of a segment that drifted is what follows from the drift.
    """
    predicted = job.predictions.columns.prediction
    if focus.segment is None or predicted in job.segments.columns:
        return list(segments.columns)
    return [name for name in segments.columns if name != predicted]
