"""The rows of a log that cannot be read, in words that init, check and the report share."""

from __future__ import annotations

from jobs.predictions.rows.rows import LogTally, RejectedRow
from reports.words.numbers import counted


def rejected_sentence(tally: LogTally) -> str:
    """Return how many rows cannot be read, why, and where the first one stands."""
    found = f"{tally.rejected:,} of {counted(tally.rows, 'row')} cannot be read, because: "
    return found + reasons_and_first(tally)


def reasons_and_first(tally: LogTally, rows: int | None = None) -> str:
    """Return the reasons, most frequent first, and where the first rejected row stands.

    Parameters
    ----------
    rows
        The number of rows that the sentence is about; reasons of more rows than these are named
        without their counts.
    """
    ranked = sorted(tally.reasons.items(), key=lambda reason: (-reason[1], reason[0]))
    has_counts = rows is None or rows == tally.rejected
    reasons = ", ".join(f"{count:,} {reason}" if has_counts else reason for reason, count in ranked)
    first = tally.examples[0] if tally.examples else None
    return reasons if first is None else f"{reasons}, first at {place_of(first)}"


def place_of(row: RejectedRow) -> str:
    """Return where a rejected row stands, and what it holds where that is known."""
    detail = f" ({row.detail})" if row.detail else ""
    return f"{row.unit} {row.line:,} of {row.source}{detail}"
