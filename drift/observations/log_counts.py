"""What a report says about the rows of the log, from what was counted while reading them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from drift.run_request import as_text
from jobs.images.locations import RefusedLocation
from jobs.predictions.rows.rows import NumberColumnTally, PredictionRows
from jobs.times.timestamps import to_datetime
from reports.findings.images import Trouble
from reports.findings.of_log.counts import LogCounts, LostValues, NewestRow, Recording

_REFUSED_SHOWN = 20


def count_rows(predictions: PredictionRows, refused: Sequence[RefusedLocation]) -> LogCounts:
    """Return what became of the log's rows.

    Parameters
    ----------
    refused
        Rows whose image must not be read: they count as rejected.
    """
    tally = predictions.tally
    reasons = Counter(tally.reasons) + Counter(location.reason for location in refused)
    examples = [
        Trouble(
            name=f"{row.source}, {row.unit} {row.line}", reason=with_detail(row.reason, row.detail)
        )
        for row in tally.examples
    ]
    examples += sorted(
        {
            Trouble(name=location.detail or "(empty)", reason=location.reason)
            for location in refused
        },
        key=lambda trouble: (trouble.reason, trouble.name),
    )[:_REFUSED_SHOWN]
    return LogCounts(
        rows=tally.rows,
        rejected=sum(reasons.values()),
        reasons=dict(sorted(reasons.items())),
        examples=tuple(examples),
        lost_values=tuple(_lost_values(one) for one in tally.numbers if one.lost or one.outside),
        newest=_newest(predictions),
        recoded_rows=sum(one.rows for one in tally.recoded),
        recording=_recording(predictions),
    )


def _recording(predictions: PredictionRows) -> Recording | None:
    """Return what the log's writer says of requests without a row; None where it says nothing."""
    said = predictions.recording
    if not said.shares and not said.unread:
        return None
    return Recording(
        unrecorded=said.unrecorded,
        reasons=said.reasons,
        shares=said.shares,
        unread=tuple(Trouble(name=url, reason="not readable") for url in said.unread),
    )


def _lost_values(column: NumberColumnTally) -> LostValues:
    return LostValues(
        column=column.column,
        values=column.filled,
        lost=column.lost,
        reasons=dict(sorted(column.reasons.items())),
        outside=column.outside,
        examples=tuple(
            Trouble(name=f"{one.source}, {one.unit} {one.line}", reason=one.text)
            for one in column.examples
        ),
    )


def _newest(predictions: PredictionRows) -> NewestRow | None:
    """Return which rows are the newest; None where no row was rejected."""
    newest = predictions.tally.newest
    if newest.newest is None or not (newest.newer or newest.asked_rejected):
        return None
    read = newest.newest_read
    return NewestRow(
        newest=as_text(to_datetime(newest.newest)),
        newest_read=None if read is None else as_text(to_datetime(read)),
        rejected_since=newest.newer,
        asked=newest.asked,
        asked_rejected=newest.asked_rejected,
        reaches_back=newest.reaches_back,
    )


def with_detail(reason: str, detail: str) -> str:
    """Return a reason with the offending value behind it, where there is one."""
    return f"{reason}: {detail}" if detail else reason
