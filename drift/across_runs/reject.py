"""``drift reject``: a past window was not normal, and never teaches what is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from drift.across_runs.accept import write_mark
from drift.across_runs.find_run import find_run_now
from drift.workplace import Workplace
from reports.history.history import HistoryRow
from reports.words.numbers import counted


def set_rejection(
    place: Workplace, wanted: str, still_allowed: Callable[[], None], *, rejected: bool
) -> str:
    """Mark a run as not normal, or take that back; return what was done in one line.

    Call it while the job's lock is held. Repeating it changes nothing. An accepted run that is
    rejected is no longer accepted.

    Parameters
    ----------
    wanted
        As of `find_run`.
    still_allowed
        Raises where the lock was lost; nothing is written after that.

    Raises
    ------
    UsageError
        If there is no such run, or several are called so.
    InputError
        If the history cannot be read.
    PublishError
        If the mark could not be written.
    """
    row = find_run_now(place, wanted)

    def change(stored: HistoryRow) -> HistoryRow:
        accepted = None if rejected else stored.accepted
        return replace(stored, rejected=rejected, accepted=accepted)

    already = change(row) == row
    write_mark(place, row, change, still_allowed)
    return _said(row, rejected=rejected, already=already)


def _said(row: HistoryRow, *, rejected: bool, already: bool) -> str:
    window = f"{row.window_start} to {row.window_end}, {counted(row.images, 'image')}"
    if already:
        state = "was rejected already" if rejected else "was not rejected"
        return f"{row.run_id} ({window}) {state}: nothing changed"
    if rejected:
        return f"rejected {row.run_id} ({window}): it never teaches what is normal"
    return f"{row.run_id} ({window}) is no longer rejected: it may teach what is normal"
