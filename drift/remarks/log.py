"""Remarks about the rows of the log."""

from __future__ import annotations

from collections.abc import Iterator

from drift.rejected_rows import reasons_and_first
from drift.remarks.facts import RunData
from drift.remarks.moments import length_words, time_words
from jobs.predictions.rows import InnerHeader, LogTally, PredictionRows, RecodedRows
from reports.findings import LogCounts
from reports.remarks import Remark, RemarkWeight
from reports.wording import listed

_MANY_LOST = 0.05
# The last line or two may be on their way while the log is read.
_FEWEST_NEWER = 5
_COLUMNS_NAMED = 8
_WHAT_TO_DO = "Correct what writes the log, or the job file; drift check shows the rows."


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
    log, tally = data.window.log, data.predictions.tally
    refused = log.rejected - tally.rejected
    if not _most_are_lost(tally) and _most_are_lost(tally, refused):
        yield _most_refused(log, tally.newest.asked)
    elif log.rejected > _MANY_LOST * log.rows and not _most_are_lost(tally):
        yield Remark(
            code="rows_rejected",
            text=(
                f"{log.rejected:,} of {log.rows:,} log rows were rejected{_why(tally)}. If they "
                "are rows of certain classes or cameras, the shares of all others look too large; "
                "see data health."
            ),
        )
    yield from about_rows(data.predictions)


def about_rows(predictions: PredictionRows) -> Iterator[Remark]:
    """Yield what lost rows and odd lines do to a window, whatever becomes of its images."""
    tally = predictions.tally
    newest = tally.newest
    if newest.newer >= _FEWEST_NEWER:
        yield _newest_lost(tally)
    if _most_are_lost(tally):
        yield _most_lost(tally)
    if newest.reaches_back and newest.asked_start is not None:
        yield Remark(
            code="window_reaches_back",
            text=(
                f"Of the {newest.asked:,} newest rows {newest.asked_rejected:,} were rejected. In "
                f"their place the window takes {newest.reaches_back:,} older rows: it begins "
                f"{predictions.window.start:%Y-%m-%d %H:%M} UTC and not "
                f"{time_words(newest.asked_start)}."
            ),
        )
    yield from (_new_header(header) for header in tally.headers)
    yield from (_recoded(recoded) for recoded in tally.recoded)


def _most_are_lost(tally: LogTally, refused: int = 0) -> bool:
    """Tell whether most rows were rejected, or have an image that must not be read."""
    return (tally.newest.asked_rejected + refused) * 2 > tally.newest.asked


def _most_refused(log: LogCounts, rows: int) -> Remark:
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in log.reasons.items())
    return Remark(
        code="most_rows_rejected",
        text=(
            f"Most of the window's {rows:,} rows cannot be used: {reasons}. The images of the "
            f"others say little about the window. {_WHAT_TO_DO}"
        ),
        weight=RemarkWeight.NO_VERDICT,
        headline="Most of the window's rows cannot be used",
    )


def _most_lost(tally: LogTally) -> Remark:
    newest = tally.newest
    return Remark(
        code="most_rows_rejected",
        text=(
            f"{newest.asked_rejected:,} of the window's {newest.asked:,} rows cannot be read: "
            f"{reasons_and_first(tally)}. The images of the others say little about the window. "
            f"{_WHAT_TO_DO}"
        ),
        weight=RemarkWeight.NO_VERDICT,
        headline="Most of the window's rows cannot be read",
    )


def _why(tally: LogTally) -> str:
    return f": {reasons_and_first(tally)}" if tally.rejected else ""


def _newest_lost(tally: LogTally) -> Remark:
    newest = tally.newest
    since = age = ""
    if newest.newest_read is not None and newest.newest is not None:
        since = f" ({time_words(newest.newest_read)})"
        if newest.newest > newest.newest_read:
            older = length_words(newest.newest - newest.newest_read)
            age = f" The newest readable row is {older} older than the newest row."
    return Remark(
        code="newest_rows_rejected",
        text=(
            f"All {newest.newer:,} rows that are newer than the newest readable one{since} were "
            f"rejected: {reasons_and_first(tally)}.{age} This is not the window that was asked "
            f"for. {_WHAT_TO_DO}"
        ),
        weight=RemarkWeight.NO_VERDICT,
        headline="The newest rows of the log cannot be read",
    )


def _recoded(recoded: RecodedRows) -> Remark:
    return Remark(
        code="not_utf8",
        text=(
            f"{recoded.source} is not UTF-8 and was read as {recoded.encoding}, which concerns "
            f'{recoded.rows:,} rows of the window, such as "{recoded.example}". If these letters '
            "are wrong, so are the classes: write the log as UTF-8."
        ),
    )


def _new_header(header: InnerHeader) -> Remark:
    changes = []
    if header.added:
        changes.append(f"new: {listed(list(header.added), _COLUMNS_NAMED)}")
    if header.gone:
        changes.append(f"gone: {listed(list(header.gone), _COLUMNS_NAMED)}")
    what = f" ({'; '.join(changes)})" if changes else ", in another order"
    return Remark(
        code="header_changed",
        text=(
            f"Line {header.line:,} of {header.source} is another header{what}. The rows from "
            f"{time_words(header.moment)} on are read by its names."
        ),
    )
