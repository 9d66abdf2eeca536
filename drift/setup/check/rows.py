"""Checks which rows and values of the log a run would lose, and how it reads the others."""

from __future__ import annotations

from collections.abc import Iterator

from drift.remarks.log import about_lines
from drift.remarks.lost_rows import about_lost_rows
from drift.remarks.numbers import about_values
from drift.remarks.words.rejected_rows import rejected_sentence
from drift.setup.check.result import Check, is_ok, look
from jobs.predictions.rows.rows import PredictionRows

_MOST_REJECTED = 0.01
_MEND = "Correct the job file or what writes the log."


def check_rows(rows: PredictionRows, most_lost: float) -> Iterator[Check]:
    """Yield which rows and values of the window cannot be read, or are read in another form.

    Parameters
    ----------
    most_lost
        The job file's `images.most_lost`.
    """
    tally = rows.tally
    if tally.rejected:
        found = rejected_sentence(tally)
        many = tally.rejected > _MOST_REJECTED * tally.rows
        yield look("rejected rows", found, _MEND) if many else is_ok("rejected rows", found)
    for remark in (*about_lost_rows(rows, most_lost), *about_lines(tally)):
        yield look("log's rows", remark.text, "")
    for remark in about_values(tally.numbers):
        yield look("log's numbers", remark.text, "")
