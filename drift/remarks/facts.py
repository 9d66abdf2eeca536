"""What the remarks about a run are made from."""

from __future__ import annotations

from dataclasses import dataclass, field

from drift.across_runs.late_rows import LateRows
from drift.observations.window_counts import WindowCounts
from drift.observations.window_images import WindowImages
from jobs.job_file.job import Job
from jobs.predictions.rows.rows import PredictionRows
from reference_stats.profiles.profile import ReferenceProfile
from reports.findings.model_view import ModelView
from reports.history.history import HistoryRow


@dataclass(frozen=True, slots=True, kw_only=True)
class RunData:
    """What a run has read, before anything is compared.

    Attributes
    ----------
    job, predictions, profile
        The job, the window's rows of its log, and the pinned reference.
    window
        Those rows with their images.
    counts
        What the report says of both.
    counted
        The reference with the images that count: see
        `drift.observations.reference.copies.without_copies`.
    late
        Earlier runs that lack rows which the log holds now.
    late_in_days
        How many rows came, as far as it is seen, after the days that they lie in were measured.
    as_older
        The rows of the history of this very run, under the ids that older versions gave it.
    model_view
        What looked at the images beside, or why nothing did; None where the job names no model.
    """

    job: Job
    predictions: PredictionRows
    window: WindowImages
    counts: WindowCounts
    profile: ReferenceProfile
    counted: ReferenceProfile
    late: LateRows = field(default_factory=LateRows)
    late_in_days: int = 0
    as_older: tuple[HistoryRow, ...] = ()
    model_view: ModelView | None = None
