"""What is said where labels could not be read."""

from __future__ import annotations

from drift.run_request import as_text
from jobs.job_file.job import Job
from jobs.times.windows import TimeWindow
from reports.findings.model_quality.labels import LabelInput
from reports.findings.model_quality.quality import ModelKind, ModelQuality, QualityState
from reports.findings.model_quality.scores import ClassifierScores

HEADLINE = "labels could not be read"


def unread_quality(
    job: Job, window: TimeWindow, rows: int, reason: str, *, source: str = ""
) -> ModelQuality:
    """Return that nothing is known, and why.

    Parameters
    ----------
    rows
        How many predictions the window has.
    reason
        In full sentences.
    """
    return ModelQuality(
        kind=ModelKind.DETECTOR if job.predictions.columns.boxes else ModelKind.CLASSIFIER,
        state=QualityState.UNKNOWN,
        headline=HEADLINE,
        summary=f"It is not known whether the model is still right: {reason}",
        labels=LabelInput(
            source=source or job.labels.path or "",
            digest="",
            objects=0,
            rows=0,
            used=0,
            predictions=rows,
            since=as_text(window.start),
            newest=None,
        ),
        window=ClassifierScores(labelled=0, predictions=rows),
        min_labels=job.labels.min_labels,
    )
