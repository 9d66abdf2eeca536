"""What a report says of the times of the log's rows; later runs compare with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class LogTimes:
    """The times of the window's rows, and rows that came late or twice.

    Attributes
    ----------
    zoned, zoneless
        Rows whose time carries a zone, and rows whose time carries none.
    repeated_hour
        Rows without a zone in an hour that comes twice, because clocks go back.
    delivered_again
        Rows that were left out because the window holds an equal one.
    rows_by_day
        All rows of the log in the window by UTC day, good or bad, as they were when it was read;
        of a long window the newest days.
    late_rows
        By earlier run: rows that came into its window after it, and that no run has told before.
    log_digest
        SHA-256 in hex over what says how rows are counted; only counts of equal ones compare.
    """

    zoned: int = 0
    zoneless: int = 0
    repeated_hour: int = 0
    delivered_again: int = 0
    rows_by_day: Mapping[str, int] = field(default_factory=dict)
    late_rows: Mapping[str, int] = field(default_factory=dict)
    log_digest: str = ""
