"""``drift accept``: a past window is a new level, which is normal from then on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from drift.across_runs.find_run import find_run_now
from drift.workplace import Workplace
from jobs.errors import UsageError
from reports.history.history import AcceptedWindow, HistoryRow
from reports.publishing.acceptance import PublishedRun, mark_page, read_run
from reports.publishing.publish import change_row, rebuild_index
from reports.words.numbers import counted


def set_acceptance(
    place: Workplace, wanted: str, still_allowed: Callable[[], None], *, accepted: bool
) -> str:
    """Mark a run as a new level, or take that back; return what was done in one line.

    Call it while the job's lock is held. Repeating it changes nothing. A rejected run that is
    accepted is no longer rejected.

    Parameters
    ----------
    wanted
        As of `find_run`.
    still_allowed
        Raises where the lock was lost; nothing is written after that.

    Raises
    ------
    UsageError
        If there is no such run, several are called so, or it cannot be accepted.
    InputError
        If the history or the run's report cannot be read.
    PublishError
        If the mark could not be written.
    """
    row = find_run_now(place, wanted)
    run = _acceptable(place, row) if accepted else None

    def change(stored: HistoryRow) -> HistoryRow:
        return _marked(stored, run)

    already = (row.accepted is not None) is accepted and change(row) == row
    write_mark(place, row, change, still_allowed)
    return _said(row, accepted=accepted, already=already)


def write_mark(
    place: Workplace,
    row: HistoryRow,
    change: Callable[[HistoryRow], HistoryRow],
    still_allowed: Callable[[], None],
) -> None:
    """Change a run's row in the history, and show the marks that it has then.

    Raises
    ------
    PublishError
        If the row, the run's page or the index could not be written.
    """
    changed = change_row(place.bucket, place.prefix, row.run_id, change, still_allowed)
    mark_page(
        place.bucket,
        place.prefix,
        row.run_id,
        still_allowed,
        accepted=changed.accepted is not None,
        rejected=changed.rejected,
    )
    rebuild_index(
        place.bucket, place.prefix, place.job.name, place.job.reports.link_template, still_allowed
    )


def _acceptable(place: Workplace, row: HistoryRow) -> PublishedRun:
    run = read_run(place.bucket, place.prefix, row.run_id)
    pinned = place.profiles.pinned_id()
    if run.profile_id != pinned:
        raise UsageError(
            f"The run {row.run_id} was compared with the profile {run.profile_id}, and the job is "
            f"pinned to {pinned or 'none'} now: it says nothing about windows compared with that "
            f"one. Repeat the run, then accept it: drift run JOB.toml --until {row.window_end}"
        )
    if run.window is None:
        raise UsageError(
            f"The report of the run {row.run_id} does not hold what its test rested on: an older "
            "version made it, or nothing could be compared. Repeat the run, then accept it: "
            f"drift run JOB.toml --until {row.window_end}"
        )
    return run


def _marked(row: HistoryRow, run: PublishedRun | None) -> HistoryRow:
    if run is None or run.window is None:
        return replace(row, accepted=None)
    # Where the test rested on days there is nothing of the run to remember but the mark.
    known: AcceptedWindow | HistoryRow = run.window if run.window.statistics else row
    return replace(
        row,
        rejected=False,
        shifts=run.shifts,
        reference_units=known.reference_units,
        current_units=known.current_units,
        profile_id=run.profile_id,
        accepted=run.window,
    )


def _said(row: HistoryRow, *, accepted: bool, already: bool) -> str:
    window = f"{row.window_start} to {row.window_end}, {counted(row.images, 'image')}"
    if already:
        state = "was accepted already" if accepted else "was not accepted"
        return f"{row.run_id} ({window}) {state}: nothing changed"
    if accepted:
        return f"accepted {row.run_id} ({window}): windows like it are normal from here on"
    return f"{row.run_id} ({window}) is no longer accepted: later runs do not allow for it"
