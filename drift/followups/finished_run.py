"""What a follow-up of a run is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from drift.workplace import Workplace
from reports.findings.run import RunFindings
from reports.history.history import HistoryRow
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
    def page_name(self) -> str:
        """The name of the run's page in the bucket."""
        return f"{run_prefix(self.place.prefix, self.findings.run_id)}/{PAGE_NAME}"


FollowUp = Callable[[FinishedRun], None]
"""Raises a `DriftError` that says what failed; the run's result and exit code stay as they are."""
