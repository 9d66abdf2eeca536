"""The rows of one window of the log, and the tally of those that were kept out."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from jobs.predictions.window_times import WindowTimes
from jobs.windows import TimeWindow

EXAMPLES_KEPT = 20


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class RejectedRow:
    """A row of the log that was kept out.

    Attributes
    ----------
    source
        The object that it stands in.
    line
        Its line number in that object, counted from 1 with the header as line 1; for Parquet the
        row number counted from 1.
    reason
        Why, in words that are the same for every row of that kind.
    detail
        The offending value, shortened; empty where there is none.
    """

    source: str
    line: int
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogTally:
    """How many rows the window holds and why some were kept out.

    Attributes
    ----------
    rows
        Rows accepted in the window plus rows rejected. Rows whose time is outside are not counted.
    reasons
        The number of rejected rows per reason.
    examples
        The first rejected rows by source and line, at most `EXAMPLES_KEPT`.
    """

    rows: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    examples: tuple[RejectedRow, ...] = ()

    @property
    def rejected(self) -> int:
        """The number of rows that were kept out."""
        return sum(self.reasons.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionRows:
    """The accepted rows of one window, in an order that does not depend on the log's own.

    Attributes
    ----------
    window
        The half-open interval that the rows lie in; for a window by rows it starts at the oldest.
    fields
        One row each, index 0..n-1, sorted by time and then by content. Columns: ``timestamp``
        (datetime64[us, UTC]), ``id`` (str, empty where the log has none), ``prediction``,
        ``label`` and ``client`` (str or missing), ``confidence`` (float64, NaN where missing),
        ``latency`` (float64, NaN where missing or unreadable), and one float64 column per
        probability column under the log's own name.
    raw
        The same rows with all of the log's own columns as text, missing values as None.
    probabilities
        The names of the probability columns in `fields`.
    tally
        What was counted and what was kept out.
    assumed_timezone
        The zone that was assumed for timestamps without one, or None where none was needed.
    times
        How the times are written, and which rows lie near the window.
    """

    window: TimeWindow
    fields: pd.DataFrame
    raw: pd.DataFrame
    probabilities: tuple[str, ...]
    tally: LogTally
    assumed_timezone: str | None
    times: WindowTimes = field(default_factory=WindowTimes)

    def __len__(self) -> int:
        return len(self.fields)
