"""The log's own columns, with what labels need of them."""

from __future__ import annotations

from dataclasses import replace

from drift.setup.columns import words as column_words
from drift.setup.columns.all_columns import ColumnGuesses
from drift.setup.columns.guess import Guess
from drift.setup.columns.words import points
from drift.setup.labels.guess import Join
from drift.setup.log.candidates import Candidate, Candidates

_CLEARLY_A_LABEL = 3.0


def with_label(log: Candidate) -> ColumnGuesses:
    """Return what the log's columns are, an empty column of labels among them.

    Labels that come late leave the column empty at first, and `reference.log` may have them in a
    column of the same name. What the reference has is said beside the column.
    """
    guesses = log.guesses
    if guesses.prediction is None and guesses.answer is None:
        return guesses
    label = guesses.label or _empty_label(log)
    if label is None:
        return guesses
    return replace(guesses, label=label)


def with_id_of(guesses: ColumnGuesses, join: Join) -> ColumnGuesses:
    """Return what the log's columns are, the id replaced by what the labels call it."""
    if not join.is_new_id or join.log_column is None:
        return guesses
    because = f"what labels call it: {join.labelled:,} of {join.rows:,} rows have one"
    return replace(guesses, id=Guess(column=join.log_column, because=because))


def label_of_reference(
    candidates: Candidates, reference_log: str | None, columns: ColumnGuesses, beside: Guess | None
) -> str | None:
    """Return the column with the reference's labels in `reference.log`; None where it has none.

    Parameters
    ----------
    beside
        What labels beside the log call theirs.
    """
    there, _ = candidates.tables.get(reference_log or "", ((), 0))
    named = [one.column for one in (columns.label, beside) if one is not None]
    return next((one for one in named if one in there), None)


def _empty_label(log: Candidate) -> Guess | None:
    """Return a column that is called like labels and holds nothing yet."""
    empty = [
        name
        for name, one in log.values.items()
        if not one.filled and points(name, column_words.LABEL) >= _CLEARLY_A_LABEL
    ]
    if not empty:
        return None
    best = min(empty, key=lambda name: (-points(name, column_words.LABEL), name))
    return Guess(column=best, because="empty in all rows looked at: labels may come later")
