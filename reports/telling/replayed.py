"""What is the same wherever a policy is replayed over the history: window ends, and what was told.

`notices` replays the verdict and the level, `quality_notices` the model's quality.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from reports.findings.runs import Notice, NoticeKind
from reports.history.history import HistoryRow

_Answer = TypeVar("_Answer")
_Runs = TypeVar("_Runs", bound="RunsOfOneEnd")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A notice that was due at a past window end.

    Attributes
    ----------
    run_ids
        The runs of that window end; the notice is one of theirs.
    """

    notice: Notice
    window_end: datetime
    run_ids: tuple[str, ...]


class RunsOfOneEnd(Protocol):
    """All runs of one window end as one."""

    @property
    def end(self) -> datetime:
        """The end."""

    @property
    def run_ids(self) -> tuple[str, ...]:
        """The runs."""


def by_window_end(
    rows: Iterable[HistoryRow], point: Callable[[Sequence[HistoryRow]], _Runs]
) -> Iterator[_Runs]:
    """Yield what `point` makes of the runs of each window end; `rows` are sorted by it."""
    for _, group in itertools.groupby(rows, key=lambda row: row.end):
        yield point(list(group))


def first_said(order: Iterable[_Answer], said: Collection[_Answer], other: _Answer) -> _Answer:
    """Return the first of some answers that a run gave; `other` where none gave one of them."""
    return next((answer for answer in order if answer in said), other)


def notice_since(kind: NoticeKind, since: str | None) -> Notice | None:
    """Return the notice of something that is there since a window end; None where it is not."""
    return None if since is None else Notice(kind=kind, since=since)


def told_at(point: RunsOfOneEnd, notice: Notice) -> Told:
    """Return a notice as one that was due at a window end."""
    return Told(notice=notice, window_end=point.end, run_ids=point.run_ids)
