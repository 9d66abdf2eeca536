"""History rows of runs with labels."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from reports.findings.model_quality.quality import QualityPoint
from reports.history.history import HistoryRow
from reports.history.run_quality import QualityOfRun
from reports.words.of_quality.sentences import quality_headline
from tests.support import findings as examples
from tests.support.model_qualities import estimate, fallen, right


def labelled_rows(number: int, *, fell: int = 0) -> list[HistoryRow]:
    """Return the rows of so many daily runs with labels, the model being worse in the last ones.

    The labels of a week come late: its score changes with every run that knows it.
    """
    newest = datetime(2025, 3, 15, tzinfo=UTC)
    rows = []
    for back in range(number - 1, -1, -1):
        end = newest - timedelta(days=back)
        rows.append(
            replace(
                examples.past_rows(examples.steady(), 1)[0],
                run_id=f"{end:%Y%m%dT%H%M%SZ}-1a2b3c4d",
                window_start=f"{end - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}",
                window_end=f"{end:%Y-%m-%dT%H:%M:%SZ}",
                model_quality=_quality_at(end, dropped=back < fell),
            )
        )
    return rows


def _quality_at(end: datetime, *, dropped: bool) -> QualityOfRun:
    monday = end - timedelta(days=end.weekday() + 28)
    starts = [monday + timedelta(weeks=week) for week in range(5)]
    weeks = tuple(
        QualityPoint(
            start=f"{start:%Y-%m-%dT%H:%M:%SZ}",
            end=f"{start + timedelta(weeks=1):%Y-%m-%dT%H:%M:%SZ}",
            labelled=60,
            predictions=980,
            score=estimate(
                0.8 if dropped and start == starts[-1] else 0.92 + 0.01 * (start.day % 3), 0.04
            ),
        )
        for start in starts
    )
    quality = fallen() if dropped else right()
    return QualityOfRun(
        state=quality.state,
        headline=quality_headline(quality),
        labelled=180,
        score=weeks[-1].score,
        newest_end=f"{end:%Y-%m-%dT%H:%M:%SZ}",
        before=0.93,
        window_labelled=24,
        window_predictions=980,
        weeks=weeks,
    )
