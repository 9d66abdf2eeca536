"""Which records of notifications a later run may still ask for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from jobs.job_file.output_settings import NotificationSettings
from reports.history.history import HistoryRow, rows_before, sort_rows
from reports.telling.notices import verdict_records_from
from reports.telling.quality_notices import quality_records_from


def records_needed_from(
    rows: Sequence[HistoryRow], settings: NotificationSettings
) -> datetime | None:
    """Return the first window end whose record of a notification a later run may still ask for.

    None where nothing that was told is still open: then no record is. A repetition of the newest
    run counts as a later run.
    """
    newest = max((row.end for row in rows), default=None)
    if newest is None:
        return None
    courses = rows_before(rows, newest.isoformat()), sort_rows(rows)
    asked = (
        since
        for course in courses
        for records_from in (verdict_records_from, quality_records_from)
        for since in records_from(course, settings)
    )
    return min(asked, default=None)
