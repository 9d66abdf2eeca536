"""The rows of one window of the log, and the tally of those that were kept out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pandas as pd

from jobs.boxes.image_boxes import ImageBoxes
from jobs.predictions.odd_objects import InnerHeader, RecodedRows
from jobs.predictions.recording import RecordingCounts
from jobs.predictions.row_times.window import WindowTimes
from jobs.predictions.rows.frames import compacted_raw
from jobs.predictions.rows.origins import LINE
from jobs.times.windows import TimeWindow

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
    unit
        What `line` counts: ``line``, or ``object`` for JSON that is not one object a line.
    """

    source: str
    line: int
    reason: str
    detail: str = ""
    unit: str = LINE


@dataclass(frozen=True, slots=True, kw_only=True)
class LostValue:
    """A cell of the log and where it stands.

    Attributes
    ----------
    source, line
        As in `RejectedRow`.
    moment
        The time of its row in microseconds since 1970-01-01 UTC.
    text
        What it holds, shortened.
    unit
        As in `RejectedRow`.
    """

    source: str
    line: int
    moment: int
    text: str
    unit: str = LINE


@dataclass(frozen=True, slots=True, kw_only=True)
class FormOfNumbers:
    """One form that a column's numbers are written in.

    Attributes
    ----------
    words
        Such as ``as per cent``.
    is_plain
        Whether it is that of a plain number.
    count, first
        How many values have it, and the oldest.
    takes_over
        Whether all values since the first one have it, and older ones have another.
    """

    words: str
    is_plain: bool
    count: int
    first: LostValue
    takes_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberColumnTally:
    """What is to be said of one column of numbers in the window's rows.

    Attributes
    ----------
    column, role
        Its name in the log, and what it is for: ``confidence``, ``probability``, ``latency``,
        ``number``, or ``answer``, where the cells hold classes with their numbers.
    filled
        How many cells hold anything.
    reasons
        How many values were lost, by reason; their rows and images stay.
    examples
        The oldest lost ones.
    outside
        How many values lie outside 0 to 1, where they should not.
    first_outside
        The oldest of them.
    forms
        In which forms the values are written, that of the oldest value first.
    tied, first_tied
        How many answers have several classes of the same largest number, and the oldest.
    """

    column: str
    role: str
    filled: int
    reasons: dict[str, int] = field(default_factory=dict)
    examples: tuple[LostValue, ...] = ()
    outside: int = 0
    first_outside: LostValue | None = None
    forms: tuple[FormOfNumbers, ...] = ()
    tied: int = 0
    first_tied: LostValue | None = None

    @property
    def lost(self) -> int:
        """The number of values that were lost."""
        return sum(self.reasons.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class NewestRows:
    """Where the rejected rows stand among those that could be read.

    Attributes
    ----------
    asked
        Rows of the window that was asked for, rejected ones among them: for a window by rows the
        newest so many.
    asked_rejected
        How many of those were rejected.
    newer
        Rejected rows that are newer than every row that could be read.
    first_newer
        The first of them by object and line.
    newest
        The time of the newest row of all, in microseconds since 1970-01-01 UTC.
    newest_read
        The time of the newest row that could be read; None where none could.
    asked_start
        The time of the oldest row that was asked for; None where there is none.
    reaches_back
        How many accepted rows are older than that, because younger ones were rejected.
    """

    asked: int = 0
    asked_rejected: int = 0
    newer: int = 0
    first_newer: RejectedRow | None = None
    newest: int | None = None
    newest_read: int | None = None
    asked_start: int | None = None
    reaches_back: int = 0


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
    newest
        Where the rejected rows stand among the others.
    numbers
        What is to be said of the columns of numbers.
    headers
        Headers inside objects that changed the columns of the window's rows.
    recoded
        Objects that were read in another encoding than UTF-8.
    """

    rows: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    examples: tuple[RejectedRow, ...] = ()
    newest: NewestRows = field(default_factory=NewestRows)
    numbers: tuple[NumberColumnTally, ...] = ()
    headers: tuple[InnerHeader, ...] = ()
    recoded: tuple[RecodedRows, ...] = ()

    @property
    def rejected(self) -> int:
        """The number of rows that were kept out."""
        return sum(self.reasons.values())

    @property
    def losses(self) -> dict[str, int]:
        """How many rows and values were lost, by what they are.

        Rows without a time that all stand beside rows outside of the window are not lost from it.
        """
        none_inside = self.newest.asked and not self.newest.asked_rejected
        values = {
            f"values of {column.column} ({reason})": count
            for column in self.numbers
            for reason, count in column.reasons.items()
        }
        return values if none_inside else self.reasons | values


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
        ``latency`` (float64, NaN where missing or unreadable), one float64 column per
        probability column under the log's own name, and one per further number under its name.
    raw
        The same rows with all of the log's own columns as text, missing values as None; of columns
        that the job does not name, long values are cut (`long_values`).
    probabilities
        The names of the probability columns in `fields`.
    numbers
        The names of the further numbers in `fields`.
    tally
        What was counted and what was kept out.
    assumed_timezone
        The zone that was assumed for timestamps without one, or None where none was needed.
    times
        How the times are written, and which rows lie near the window.
    recording
        What the log's writer says of requests without a row, where somebody has asked for it.
    boxes
        The boxes of a detector, where the job says where they stand. Then each row holds the class
        and the score of one box, or is that of an image without boxes.
    """

    window: TimeWindow
    fields: pd.DataFrame
    raw: pd.DataFrame
    probabilities: tuple[str, ...]
    tally: LogTally
    assumed_timezone: str | None
    times: WindowTimes = field(default_factory=WindowTimes)
    numbers: tuple[str, ...] = ()
    recording: RecordingCounts = field(default_factory=RecordingCounts)
    boxes: ImageBoxes | None = None

    def __len__(self) -> int:
        return len(self.fields)

    def compacted(self) -> PredictionRows:
        """Return the same where `raw` takes less memory; a missing value is NaN there.

        That is for after the images are located, when only few columns are looked at again.
        """
        return replace(self, raw=compacted_raw(self.raw))

    @property
    def log_rows(self) -> int:
        """How many rows of the log the rows are of."""
        return len(self) if self.boxes is None else self.boxes.log_rows()
