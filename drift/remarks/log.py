"""Remarks about the rows of the log."""

from __future__ import annotations

from collections.abc import Iterator

from drift.remarks.facts import RunData
from reports.remarks import Remark

_MANY_LOST = 0.05


def log_remarks(data: RunData) -> Iterator[Remark]:
    """Yield what is odd about the window's rows."""
    log = data.window.log
    if data.predictions.assumed_timezone is not None:
        yield Remark(
            code="assumed_timezone",
            text=(
                f"Timestamps without a zone were taken as {data.predictions.assumed_timezone} "
                "(predictions.timezone)."
            ),
        )
    if log.rejected > _MANY_LOST * log.rows:
        yield Remark(
            code="rows_rejected",
            text=f"{log.rejected:,} of {log.rows:,} log rows were rejected; see data health.",
        )
