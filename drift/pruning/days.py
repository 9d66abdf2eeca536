"""Which records of normal days no run that stays, and no later one, will look at again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from drift.days.blocks import Block
from drift.days.records.stored.names import parse_record_name
from jobs.job_file.job import Job
from reports.history.history import HistoryRow
from reports.rollup import ROLLUP_NAME

_DAY = timedelta(days=1)
# Of days with 25 hours there is at most one more than of those with 23.
_CLOCKS_CHANGE = timedelta(hours=1)
# Blocks of rows are as long as they take.
_AMPLE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class NeededDays:
    """The stretches of time whose records stay.

    Attributes
    ----------
    stretches
        From the first block that a run that stays may have looked at to the end of its window.
    after
        Records of blocks that end behind this stay: later runs will look at them.
    """

    stretches: Sequence[tuple[datetime, datetime]]
    after: datetime

    @classmethod
    def of(cls, job: Job, rows: Sequence[HistoryRow], kept: frozenset[str]) -> NeededDays:
        """Return what the runs that stay need; `rows` are sorted, and at least one."""
        return cls(
            stretches=[
                (_back(row.start, _reach(job, row)), row.end) for row in rows if row.run_id in kept
            ],
            after=_back(rows[-1].start, _reach(job, rows[-1])),
        )

    def needs(self, block: Block) -> bool:
        """Return whether the record of a block stays."""
        return block.end > self.after or any(
            block.end > start and block.start < end for start, end in self.stretches
        )


def is_day_record(name: str) -> bool:
    """Return whether an object in a folder of day records is one that runs write."""
    return name == ROLLUP_NAME or parse_record_name(name) is not None


def unneeded_days(
    profile_id: str,
    names: Mapping[str, object],
    profiles: frozenset[str] | None,
    needed: NeededDays,
) -> list[str]:
    """Return which objects of a profile's folder of day records nobody needs.

    Parameters
    ----------
    names
        The names of the objects.
    profiles
        The profiles that stay; None where all do.
    """
    if profiles is not None and profile_id not in profiles:
        return sorted(names)
    parsed = ((name, parse_record_name(name)) for name in sorted(names))
    return [name for name, found in parsed if found is not None and not needed.needs(found.block)]


def _reach(job: Job, row: HistoryRow) -> timedelta:
    """Return how far before its window a run looks at most: see `BlockCalendar.blocks_before`."""
    days, length = job.baseline.days, row.end - row.start
    if not days:
        return timedelta()
    if job.window.rows is not None:
        return _AMPLE * days * max(_DAY, length)
    is_days = abs(length - round(length / _DAY) * _DAY) <= _CLOCKS_CHANGE
    if length > _DAY and not is_days:
        return days * length
    # Days, or stretches of a day at the same time on each of the days before.
    return days * _DAY + _CLOCKS_CHANGE


def _back(moment: datetime, length: timedelta) -> datetime:
    try:
        return moment - length
    except OverflowError:
        return datetime.min.replace(tzinfo=moment.tzinfo)
