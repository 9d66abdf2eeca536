"""Remarks about rows of the log that were lost: they count like lost images."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from drift.comparison.compare import Comparison, only_predictions_moved
from drift.remarks.facts import RunData
from drift.remarks.moments import time_words
from drift.remarks.words.rejected_rows import reasons_and_first
from jobs.predictions.rows.rows import LogTally, PredictionRows
from reports.findings.remarks import Remark, RemarkWeight
from reports.words.lengths import rough_words
from reports.words.numbers import counted

# A larger part of the rows, or of the images, is told whatever else was said.
MANY_LOST = 0.05
# The last line may be on its way while the log is read.
_FEWEST_NEWER = 3
_WHAT_TO_DO = "Correct what writes the log, or the job file; drift check shows the rows."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Losses:
    """What a window lost.

    Attributes
    ----------
    rows
        The rows that were asked for, read or not.
    rejected
        How many of them cannot be used.
    images
        How many more have an image that could not be analysed.
    reasons
        Why, in words.
    """

    rows: int
    rejected: int
    reasons: str
    images: int = 0

    @property
    def are_most(self) -> bool:
        return 2 * self.rejected > self.rows

    def exceed(self, most_lost: float) -> bool:
        allowed = Fraction(str(most_lost)) * self.rows
        return self.rejected > 0 and self.rejected + self.images > allowed


def lost_row_remarks(data: RunData) -> Iterator[Remark]:
    """Yield what the window's lost rows leave unknown."""
    log, tally, images = data.counts.log, data.predictions.tally, data.counts.images
    refused = log.rejected - tally.rejected
    reasons = reasons_and_first(tally) if tally.rejected else ""
    lost = reasons_and_first(tally, tally.newest.asked_rejected) if tally.rejected else ""
    if refused:
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in log.reasons.items())
        lost = reasons
    losses = _Losses(
        rows=tally.newest.asked,
        rejected=tally.newest.asked_rejected + refused,
        images=images.lost,
        reasons=lost,
    )
    said = list(_about_losses(tally, losses, data.job.image_rules.most_lost))
    yield from said
    outside = losses.rows > 0 and not losses.rejected
    if not said and outside and log.rejected > MANY_LOST * log.rows:
        yield Remark(
            code="rows_rejected",
            text=(
                f"{counted(log.rejected, 'row')} of the log cannot be read: {reasons}. They stand "
                "beside rows outside of the window and are not counted as lost from it."
            ),
        )
    elif not said and log.rejected > MANY_LOST * log.rows:
        yield Remark(
            code="rows_rejected",
            text=(
                f"{log.rejected:,} of {log.rows:,} log rows were rejected: {reasons}. If they are "
                "rows of certain classes or cameras, the shares of all others look too large; see "
                "data health."
            ),
        )
    yield from _reaching_back(data.predictions)


def about_lost_rows(predictions: PredictionRows, most_lost: float) -> Iterator[Remark]:
    """Yield what lost rows do to a window, whatever becomes of its images.

    Parameters
    ----------
    most_lost
        The job file's `images.most_lost`.
    """
    tally = predictions.tally
    losses = _Losses(
        rows=tally.newest.asked,
        rejected=tally.newest.asked_rejected,
        reasons=reasons_and_first(tally, tally.newest.asked_rejected),
    )
    yield from _about_losses(tally, losses, most_lost)
    yield from _reaching_back(predictions)


def predictions_of_lost_rows(data: RunData, comparison: Comparison) -> Iterator[Remark]:
    """Yield that predictions moved while rows were lost, where no image moved with them."""
    log, tally = data.counts.log, data.predictions.tally
    lost = tally.newest.asked_rejected + log.rejected - tally.rejected
    if only_predictions_moved(comparison) and lost and log.rejected > MANY_LOST * log.rows:
        headline = "A part of the log's rows cannot be read"
        yield Remark(
            code="predictions_of_read_rows",
            text=(
                f"{headline} ({log.rejected:,} of {log.rows:,}): if those are rows of certain "
                "classes, that alone moves the predictions."
            ),
            weight=RemarkWeight.CAUSE,
            headline=headline,
        )


def _about_losses(tally: LogTally, losses: _Losses, most_lost: float) -> Iterator[Remark]:
    """Yield what forbids a verdict; what explains most of the losses comes first."""
    is_newest = tally.newest.newer >= _FEWEST_NEWER
    explains = is_newest and 2 * tally.newest.newer >= losses.rejected
    said = []
    if losses.are_most:
        said.append(_too_many("Most", losses, "", is_told=explains))
    elif losses.exceed(most_lost):
        limit = f" A verdict allows for {100 * most_lost:g} % (images.most_lost)."
        said.append(_too_many("Too many", losses, limit, is_told=explains))
    if is_newest:
        said.insert(0 if explains else len(said), _newest_lost(tally))
    yield from said


def _too_many(how_many: str, losses: _Losses, limit: str, *, is_told: bool) -> Remark:
    """Say how many rows are lost; why, and what to do, unless a remark before it has told that."""
    images, reasons = "", "" if is_told else f": {losses.reasons}"
    if losses.images:
        images = f" Of {losses.images:,} more the image could not be analysed."
    return Remark(
        code="most_rows_rejected" if losses.are_most else "too_many_rows_rejected",
        text=(
            f"{how_many} of the window's rows cannot be used, {losses.rejected:,} of "
            f"{losses.rows:,}{reasons}.{images}{limit} What is left may not be like what was lost."
            f"{'' if is_told else f' {_WHAT_TO_DO}'}"
        ),
        weight=RemarkWeight.NO_VERDICT,
        headline=f"{how_many} of the window's rows cannot be used",
    )


def _newest_lost(tally: LogTally) -> Remark:
    newest = tally.newest
    since = age = ""
    if newest.newest_read is not None and newest.newest is not None:
        since = f" ({time_words(newest.newest_read)})"
        if newest.newest > newest.newest_read:
            older = rough_words(timedelta(microseconds=newest.newest - newest.newest_read))
            age = f" The newest readable row is {older} older than the newest row."
    return Remark(
        code="newest_rows_rejected",
        text=(
            f"{_all_newer(newest.newer)} newer than the newest readable one{since} "
            f"{'was' if newest.newer == 1 else 'were'} rejected: "
            f"{reasons_and_first(tally, newest.newer)}.{age} This is not the window that was asked "
            f"for. {_WHAT_TO_DO}"
        ),
        weight=RemarkWeight.NO_VERDICT,
        headline="The newest rows of the log cannot be read",
    )


def _reaching_back(predictions: PredictionRows) -> Iterator[Remark]:
    newest = predictions.tally.newest
    if newest.reaches_back and newest.asked_start is not None:
        yield Remark(
            code="window_reaches_back",
            text=(
                f"Of the {newest.asked:,} newest rows {newest.asked_rejected:,} "
                f"{'was' if newest.asked_rejected == 1 else 'were'} rejected. In their place the "
                f"window takes {counted(newest.reaches_back, 'older row')}: it begins "
                f"{predictions.window.start:%Y-%m-%d %H:%M} UTC and not "
                f"{time_words(newest.asked_start)}."
            ),
        )


def _all_newer(rows: int) -> str:
    return "The one row that is" if rows == 1 else f"All {rows:,} rows that are"
