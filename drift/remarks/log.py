"""Remarks about how the log is written: its zone, its headers, its encoding."""

from __future__ import annotations

from collections.abc import Iterator

from drift.remarks.facts import RunData
from drift.remarks.moments import time_words
from jobs.predictions.odd_objects import InnerHeader, RecodedRows
from jobs.predictions.rows.rows import LogTally
from reports.findings.remarks import Remark
from reports.words.numbers import counted, listed, share

_COLUMNS_NAMED = 8
MANY_UNRECORDED = 0.01


def log_remarks(data: RunData) -> Iterator[Remark]:
    """Yield what is odd about the window's rows."""
    if data.predictions.assumed_timezone is not None:
        yield Remark(
            code="assumed_timezone",
            text=(
                f"Timestamps without a zone were taken as {data.predictions.assumed_timezone} "
                "(predictions.timezone)."
            ),
        )
    yield from about_lines(data.predictions.tally)


def requests_without_rows(data: RunData) -> Iterator[Remark]:
    """Yield that a good part of the requests has no row, as the log's writer says."""
    log = data.counts.log
    recording = log.recording
    if recording is None:
        return
    requests = log.rows + recording.unrecorded
    if recording.unrecorded > MANY_UNRECORDED * requests:
        reasons = ", ".join(f"{count:,} {why}" for why, count in recording.reasons.items())
        yield Remark(
            code="requests_not_recorded",
            text=(
                f"{share(recording.unrecorded, requests)} of the requests were not recorded, "
                f"{recording.unrecorded:,} of {requests:,} ({reasons}). They may be unlike the "
                "others, as most are lost when most is asked. Give the logger more room, or a "
                "smaller share to record."
            ),
        )


def about_lines(tally: LogTally) -> Iterator[Remark]:
    """Yield which lines change how the window's rows are read."""
    yield from (_new_header(header) for header in tally.headers)
    yield from (_recoded(recoded) for recoded in tally.recoded)


def _recoded(recoded: RecodedRows) -> Remark:
    return Remark(
        code="not_utf8",
        text=(
            f"{recoded.source} is not UTF-8 and was read as {recoded.encoding}, which concerns "
            f'{counted(recoded.rows, "row")} of the window, such as "{recoded.example}". If these '
            "letters are wrong, so are the classes: write the log as UTF-8."
        ),
    )


def _new_header(header: InnerHeader) -> Remark:
    changes = []
    if header.added:
        changes.append(f"new: {listed(list(header.added), _COLUMNS_NAMED)}")
    if header.gone:
        changes.append(f"gone: {listed(list(header.gone), _COLUMNS_NAMED)}")
    what = f" ({'; '.join(changes)})" if changes else ", in another order or with another delimiter"
    return Remark(
        code="header_changed",
        text=(
            f"Line {header.line:,} of {header.source} is another header{what}. The rows from "
            f"{time_words(header.moment)} on are read by its names."
        ),
    )
