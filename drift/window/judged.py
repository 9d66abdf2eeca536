"""What a run has read of its window, and what it says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from drift.comparison.columns.columns import LinedUp
from drift.comparison.compare import Comparison
from drift.comparison.segments.judged import JudgedSegment
from drift.days.records.known_days import KnownDays
from drift.model_view.run_view import RunView
from drift.observations.segments.segment_units import WindowSegments
from drift.observations.window_counts import WindowCounts
from drift.observations.window_images import WindowImages
from jobs.predictions.rows.rows import PredictionRows
from jobs.times.windows import WindowRequest
from reference_stats.profiles.profile import ReferenceProfile
from reports.findings.remarks import Remark
from reports.findings.run import RunFindings
from reports.history.history import HistoryRow
from reports.publishing.affected_csv import AffectedImages


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInputs:
    """What a run has read, before it says anything about it.

    Attributes
    ----------
    days
        The blocks before the window; None where the window is compared with the reference alone.
    view
        The run's model beside its reference; None where the job names no model.
    lined_up
        The columns of both sides where they come from no log; None for those of the log and of
        its images.
    remarks
        What is known to be odd about such columns.
    """

    request: WindowRequest
    predictions: PredictionRows
    profile: ReferenceProfile
    window: WindowImages
    counts: WindowCounts
    segments: pd.DataFrame
    history: Sequence[HistoryRow]
    days: KnownDays | None = None
    view: RunView | None = None
    lined_up: LinedUp | None = None
    remarks: tuple[Remark, ...] = ()

    @property
    def view_id(self) -> str:
        """Which model's view there is; empty where none takes part."""
        definition = None if self.view is None else self.view.definition
        return "" if definition is None else definition.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a run says of its window, and what that rests on.

    Attributes
    ----------
    affected
        All images that are likely affected; None without drift.
    window, segments
        What was compared of the window, and which of its rows and units have which segment value.
    """

    findings: RunFindings
    lined_up: LinedUp
    comparison: Comparison
    affected: AffectedImages | None
    window: WindowImages
    segments: WindowSegments
    drifted_segments: tuple[JudgedSegment, ...] = ()
