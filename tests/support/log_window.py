"""Reads a window of a prediction log that a test writes down."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from jobs.job_file.prediction_settings import LogColumns, PredictionSettings
from jobs.predictions.reading import read_predictions
from jobs.predictions.rows.rows import PredictionRows
from jobs.times.windows import WindowRequest
from tests.support.memory_bucket import MemoryBucket

Result = TypeVar("Result")
WINDOW_END = datetime(2025, 3, 5, tzinfo=UTC)


def read_log(
    objects: Mapping[str, bytes | str],
    path: str = "log.csv",
    *,
    columns: Mapping[str, object] | None = None,
    extra_columns: Sequence[str] = (),
    segment_columns: Sequence[str] = (),
    request: WindowRequest | None = None,
    zone: str = "UTC",
    day_first: bool | None = None,
    **settings_of_log: object,
) -> PredictionRows:
    """Return the rows of 4 March 2025, or of another window, from a log in memory."""
    bucket = MemoryBucket()
    bucket.put_all(
        {
            name: content.encode() if isinstance(content, str) else content
            for name, content in objects.items()
        }
    )
    settings = PredictionSettings.model_validate(
        {
            "path": path,
            "columns": LogColumns.model_validate(dict(columns or {})),
            "timezone": zone,
            "day_first": day_first,
            **settings_of_log,
        }
    )
    request = request or WindowRequest(end=WINDOW_END, last=timedelta(days=1))
    return read_predictions(
        bucket,
        settings,
        request,
        extra_columns=extra_columns,
        segment_columns=segment_columns,
    )


def timed(work: Callable[[], Result]) -> tuple[Result, float]:
    """Return what `work` returns, and the seconds of processor time that it took here."""
    start = time.process_time()
    result = work()
    return result, time.process_time() - start


def ids(rows: PredictionRows) -> list[str]:
    """Return the ids of the accepted rows in their order."""
    return list(rows.fields["id"])


def rejected(rows: PredictionRows) -> list[tuple[int, str]]:
    """Return line and reason of the examples that were kept."""
    return [(row.line, row.reason) for row in rows.tally.examples]
