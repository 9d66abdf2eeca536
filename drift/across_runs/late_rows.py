"""Rows that came into an earlier run's window after it: two counts in, the difference out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from jobs.job_file.job import Job
from jobs.predictions.row_times.seen import SeenTimes, day_pieces
from jobs.times.timestamps import to_datetime, to_moment
from reports.history.history import HistoryRow

_MOST_DAYS = 62
# Counts of versions that read times in other ways do not compare.
_COUNTED_AS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LateRun:
    """An earlier run that lacks rows of its window.

    Attributes
    ----------
    rows
        At least so many came after it, and no run has told them yet.
    days
        The days of UTC in which they lie.
    """

    run: HistoryRow
    rows: int
    days: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LateRows:
    """All earlier runs that lack rows.

    Attributes
    ----------
    runs
        The runs, by their window's end.
    """

    runs: tuple[LateRun, ...] = ()

    @property
    def by_run(self) -> Mapping[str, int]:
        """The late rows by the id of the run that lacks them."""
        return {one.run.run_id: one.rows for one in self.runs}

    def apart(self) -> tuple[LateRun, ...]:
        """Return runs whose windows do not overlap, those that lack most rows first chosen."""
        chosen: list[LateRun] = []
        for one in sorted(self.runs, key=lambda late: (-late.rows, late.run.end, late.run.run_id)):
            if all(one.run.end <= it.run.start or it.run.end <= one.run.start for it in chosen):
                chosen.append(one)
        return tuple(sorted(chosen, key=lambda late: late.run.end))


def log_digest(job: Job) -> str:
    """Return a digest of what decides which rows a window counts."""
    log = job.predictions
    # Not the path: the same rows in other objects are the same log.
    parts = [_COUNTED_AS, log.columns.timestamp, log.timezone, log.day_first]
    if log.from_path is not None:
        parts.append(log.from_path)
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def rows_by_day(seen: SeenTimes | None, start: datetime, end: datetime) -> Mapping[str, int]:
    """Return how many rows lie in a window by UTC day; days that are not known are left out."""
    if seen is None:
        return {}
    counted = {
        _day(piece): seen.count(*piece) for piece in day_pieces(to_moment(start), to_moment(end))
    }
    # A window of rows may be years long, most of its days without any.
    fewest = 1 if len(counted) > _MOST_DAYS else 0
    known = [(day, count) for day, count in counted.items() if count is not None]
    return dict([(day, count) for day, count in known if count >= fewest][-_MOST_DAYS:])


def find_late_rows(seen: SeenTimes | None, earlier: Sequence[HistoryRow], digest: str) -> LateRows:
    """Return which earlier runs lack rows that the log holds now.

    Parameters
    ----------
    seen
        The rows that this run has read, a day before its window on.
    earlier
        The runs with an earlier window end, sorted by it.
    digest
        `log_digest` of this run; runs with another one counted in another way.
    """
    if seen is None or seen.start is None:
        return LateRows()
    begin = to_datetime(seen.start)
    found = []
    for row in earlier:
        if row.end <= begin or row.log_digest != digest or row.rows_by_day is None:
            continue
        days = _late_by_day(seen, row)
        told = sum((one.late_rows or {}).get(row.run_id, 0) for one in earlier)
        count = sum(days.values()) - told
        if count > 0:
            found.append(LateRun(run=row, rows=count, days=tuple(days)))
    return LateRows(runs=tuple(found))


def _late_by_day(seen: SeenTimes, row: HistoryRow) -> dict[str, int]:
    then = row.rows_by_day or {}
    late = {}
    for piece in day_pieces(to_moment(row.start), to_moment(row.end)):
        day = _day(piece)
        now = seen.count(*piece) if day in then else None
        if now is not None and now > then[day]:
            late[day] = now - then[day]
    return late


def _day(piece: tuple[int, int]) -> str:
    return to_datetime(piece[0]).astimezone(UTC).date().isoformat()
