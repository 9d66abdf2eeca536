"""Which run a person means: by its id, the beginning of it, its day, or as the latest."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from datetime import UTC

from drift.workplace import Workplace
from jobs.errors import UsageError
from reports.history.history import HistoryRow, parse_time
from reports.history.store import read_history
from reports.words.lengths import last_day

LATEST = "latest"
_NAMED = 5
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def find_run(rows: Sequence[HistoryRow], wanted: str, place: Workplace) -> HistoryRow:
    """Return the row of the run that a person named.

    Parameters
    ----------
    rows
        The job's history, the newest window last.
    wanted
        ``latest``, a run's id, the beginning of the id of one run only, or the day that
        the page of one run only names, such as ``2025-03-04``: its last, else another of its
        window.

    Raises
    ------
    UsageError
        If no run is called so, or several are; the message names runs that are there.
    """
    if not rows:
        raise UsageError(
            f"{place.job.name} has no published run yet. Do one first: drift run JOB.toml"
        )
    if wanted == LATEST:
        return rows[-1]
    matching = matching_runs(rows, wanted, place)
    if len(matching) == 1:
        return matching[0]
    if matching:
        raise UsageError(_several(matching, wanted, place))
    raise UsageError(_none(rows, wanted, place))


def matching_runs(
    rows: Sequence[HistoryRow], wanted: str, place: Workplace
) -> tuple[HistoryRow, ...]:
    """Return the runs that a text names, the one with just that id alone."""
    exact = tuple(row for row in rows if row.run_id == wanted)
    if exact or not wanted:
        return exact
    if _DAY.fullmatch(wanted):
        return _runs_of_day(rows, wanted, place)
    return tuple(row for row in rows if row.run_id.startswith(wanted))


def find_run_now(place: Workplace, wanted: str) -> HistoryRow:
    """Return the row of the run that a person named, from the history as it lies there.

    Raises
    ------
    UsageError
        As `find_run`.
    BucketAccessError
        If the bucket cannot be reached.
    """
    return find_run(read_history(place.bucket, place.prefix), wanted, place)


def _runs_of_day(rows: Sequence[HistoryRow], day: str, place: Workplace) -> tuple[HistoryRow, ...]:
    """Return the runs that are called by a day; where none is, those whose window has part of it.

    The day is one of the zone that the job's days are made of, or of UTC, as the pages say it.
    """
    called = tuple(row for row in rows if day in _called_by(row, place))
    return called or tuple(row for row in rows if day in _touched(row))


def _called_by(row: HistoryRow, place: Workplace) -> set[str]:
    try:
        start, end = parse_time(row.window_start), parse_time(row.window_end)
    except ValueError:
        return set()
    zones = (UTC, place.job.day_zone or UTC)
    return {last_day(start.astimezone(one), end.astimezone(one)).isoformat() for one in zones}


def _touched(row: HistoryRow) -> set[str]:
    return {row.window_start.partition("T")[0], row.window_end.partition("T")[0]}


def _several(matching: Sequence[HistoryRow], wanted: str, place: Workplace) -> str:
    newest = [
        f"{row.run_id} ({row.window_start} to {row.window_end})"
        for row in matching[: -_NAMED - 1 : -1]
    ]
    more = len(matching) - len(newest)
    shown = "; ".join(newest) + (f"; and {more} more" if more else "")
    return (
        f"{wanted!r} names {len(matching)} runs of {place.job.name}: {shown}. Say more of the id, "
        f"or {LATEST} for the run with the newest window."
    )


def _none(rows: Sequence[HistoryRow], wanted: str, place: Workplace) -> str:
    known = [row.run_id for row in rows]
    near = difflib.get_close_matches(wanted, known, n=_NAMED, cutoff=0.7)
    newest = ", ".join(known[: -_NAMED - 1 : -1])
    shown = f"The nearest are: {', '.join(near)}" if near else f"The newest are: {newest}"
    if _DAY.fullmatch(wanted):
        days = sorted({day for row in rows for day in _called_by(row, place)}, reverse=True)
        shown = f"The newest days with a run are: {', '.join(days[:_NAMED])}"
    return (
        f"{place.job.name} has no run {wanted!r} in {place.bucket.url_of(place.prefix)}/history. "
        f"{shown}. Or say {LATEST}."
    )
