"""History rows of a detector's runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from reports.findings.model_quality.quality import ModelQuality, QualityPoint
from reports.findings.run import RunFindings
from reports.history.history import HistoryRow, history_row
from tests.support import detector_findings as examples
from tests.support.model_qualities import estimate


def detector_rows(number: int, *, fell: int = 0) -> list[HistoryRow]:
    """Return the rows of so many daily runs of a detector, worse in the last ones."""
    newest = datetime(2025, 3, 15, tzinfo=UTC)
    return [
        _row(newest - timedelta(days=back), dropped=back < fell)
        for back in range(number - 1, -1, -1)
    ]


def _row(end: datetime, *, dropped: bool) -> HistoryRow:
    run = examples.detector_worse_with_drift() if dropped else examples.detector_still_right()
    assert run.model_quality is not None
    assert run.model_quality.detection is not None
    weeks = _weeks(end, dropped=dropped)
    known = tuple(
        replace(one, start=week.start, end=week.end)
        for one, week in zip(run.model_quality.detection.weeks, weeks, strict=True)
    )
    detection = replace(run.model_quality.detection, weeks=known)
    quality = replace(run.model_quality, weeks=weeks, detection=detection)
    own: RunFindings = replace(run, model_quality=_ended(quality, end))
    return replace(
        history_row(own),
        run_id=f"{end:%Y%m%dT%H%M%SZ}-1a2b3c4d",
        window_start=f"{end - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}",
        window_end=f"{end:%Y-%m-%dT%H:%M:%SZ}",
    )


def _ended(quality: ModelQuality, end: datetime) -> ModelQuality:
    assert quality.newest is not None
    return replace(quality, newest=replace(quality.newest, end=f"{end:%Y-%m-%dT%H:%M:%SZ}"))


def _weeks(end: datetime, *, dropped: bool) -> tuple[QualityPoint, ...]:
    monday = end - timedelta(days=end.weekday() + 28)
    starts = [monday + timedelta(weeks=week) for week in range(5)]
    return tuple(
        QualityPoint(
            start=f"{start:%Y-%m-%dT%H:%M:%SZ}",
            end=f"{start + timedelta(weeks=1):%Y-%m-%dT%H:%M:%SZ}",
            labelled=280,
            predictions=980,
            score=estimate(0.55 if dropped and start == starts[-1] else 0.84, 0.05),
        )
        for start in starts
    )
