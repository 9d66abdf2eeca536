"""Which runs come before and after a run, by window end and then by id."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass

from reports.history.history import HistoryRow, parse_time, sort_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """The runs around one run.

    Attributes
    ----------
    earlier
        All runs before it, oldest first.
    previous, next
        The nearest run before and after it that has a page; None where there is none.
    """

    earlier: tuple[HistoryRow, ...]
    previous: HistoryRow | None
    next: HistoryRow | None


def neighbours_of(
    rows: Iterable[HistoryRow], run_id: str, window_end: str, pruned: Container[str] = ()
) -> Neighbours:
    """Return the runs around one that may or may not be among `rows`.

    Parameters
    ----------
    rows
        Rows of any runs of the job.
    run_id, window_end
        The run.
    pruned
        The runs whose pages were deleted.
    """
    place = (parse_time(window_end), run_id)
    ordered = sort_rows(rows)
    earlier = tuple(row for row in ordered if (row.end, row.run_id) < place)
    later = [row for row in ordered if (row.end, row.run_id) > place]
    return Neighbours(
        earlier=earlier,
        previous=next((row for row in reversed(earlier) if row.run_id not in pruned), None),
        next=next((row for row in later if row.run_id not in pruned), None),
    )
