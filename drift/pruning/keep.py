"""Which runs keep their reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reports.history.history import HistoryRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """What the person asked for: exactly one of the two.

    Attributes
    ----------
    runs
        How many of the newest runs are kept, by window end.
    days
        Runs whose window ended in so many days before now are kept.
    """

    runs: int | None = None
    days: int | None = None

    @property
    def words(self) -> str:
        """What is kept, as part of a sentence."""
        if self.runs is not None:
            return "the newest" if self.runs == 1 else f"the newest {self.runs:,}"
        days = "day" if self.days == 1 else f"{self.days:,} days"
        return f"those whose window ended in the last {days}"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRuns:
    """The runs that keep their reports, by the reason; a run can have several.

    Attributes
    ----------
    asked
        Those that the person asked for.
    shown
        The newest one and the one that ``latest.json`` shows.
    accepted
        Those that were accepted as normal.
    since
        A run that never came into the history goes if its window ended before this; None for none.
    """

    asked: frozenset[str]
    shown: frozenset[str]
    accepted: frozenset[str]
    since: datetime | None

    @property
    def always(self) -> frozenset[str]:
        """Those that stay whatever is asked for."""
        return self.shown | self.accepted

    @property
    def all(self) -> frozenset[str]:
        """All of them."""
        return self.asked | self.always


def choose(
    rows: Sequence[HistoryRow], keep: Keep, *, latest: str | None, now: datetime
) -> KeptRuns:
    """Return which runs keep their reports.

    Parameters
    ----------
    rows
        All rows of the history, sorted; at least one.
    latest
        The run that ``latest.json`` shows; None where it shows none.
    now
        In UTC.
    """
    if keep.runs is not None:
        newest = rows[-keep.runs :]
        since = newest[0].end if len(newest) < len(rows) else None
    else:
        since = now - timedelta(days=keep.days or 0)
        newest = [row for row in rows if row.end >= since]
    return KeptRuns(
        asked=frozenset(row.run_id for row in newest),
        shown=frozenset({rows[-1].run_id, latest or rows[-1].run_id}),
        accepted=frozenset(row.run_id for row in rows if row.accepted is not None),
        since=since,
    )
