"""What a follow-up of a run is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from drift.workplace import Workplace
from reports.findings.run import RunFindings
from reports.history.history import HistoryRow, history_row, sort_rows
from reports.pages.jobs.making import JobSchedule
from reports.publishing.publish import PAGE_NAME, run_prefix


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedRun:
    """A run whose report is published.

    Attributes
    ----------
    place
        The job, its bucket and the clock.
    findings
        What the run found: the content of its ``report.json``.
    history
        The rows of all runs as they were when this one began.
    pictures
        JPEG thumbnails by the image path of an offender or of a wrong answer; empty where they are
        switched off.
    snapshot
        Evidently's snapshot, as Evidently made it; None where no column could be compared.
    """

    place: Workplace
    findings: RunFindings
    history: Sequence[HistoryRow]
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    snapshot: object | None = None

    @property
    def rows(self) -> tuple[HistoryRow, ...]:
        """The rows of all runs, sorted, this one's among them."""
        own = history_row(self.findings)
        return sort_rows([*(row for row in self.history if row.run_id != own.run_id), own])

    @property
    def schedule(self) -> JobSchedule:
        """What the job file says of when the job runs and how its pages are linked to."""
        job = self.place.job
        return JobSchedule(
            cron=job.schedule.cron,
            timezone=job.schedule.timezone,
            link_template=job.reports.link_template,
        )

    @property
    def page_name(self) -> str:
        """The name of the run's page in the bucket."""
        return f"{run_prefix(self.place.prefix, self.findings.run_id)}/{PAGE_NAME}"


FollowUp = Callable[[FinishedRun], None]
"""Raises a `DriftError` that says what failed; the run's result and exit code stay as they are."""
