"""What the values of one column of a log are like."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress

import numpy as np
import pandas as pd
import pyarrow as pa

from jobs.predictions.row_times.seen import DAY_US
from jobs.predictions.values.numbers import NumberForm, Numbers, read_numbers
from jobs.times.timestamps import TimestampFault, TimestampRules, Timestamps, read_timestamps

_PATH = re.compile(r"[/\\]|\.(?:jpe?g|png|webp|tiff?|bmp|gif)\s*$", re.IGNORECASE)
_DIGITS = re.compile(r"\d+(?:\.\d+)?")
# The part of a column's values that are times where it is a column of times.
FEWEST_TIMES = 0.9
_EARLIEST = 946_684_800_000_000  # 2000-01-01
_LONGEST_CLASS = 80


@dataclass(frozen=True, kw_only=True)
class ColumnValues:
    """One column of a sample.

    Attributes
    ----------
    name
        The column.
    values
        Its texts in the order of the log, None where missing.
    """

    name: str
    values: tuple[str | None, ...]

    @cached_property
    def filled(self) -> tuple[str, ...]:
        """The values that are there, without spaces around them."""
        return tuple(text for value in self.values if value is not None and (text := value.strip()))

    @property
    def share_filled(self) -> float:
        """How many rows have a value."""
        return len(self.filled) / max(1, len(self.values))

    @cached_property
    def counts(self) -> Counter[str]:
        """How often each value stands there."""
        return Counter(self.filled)

    @property
    def distinct(self) -> int:
        """The number of different values."""
        return len(self.counts)

    @property
    def uniqueness(self) -> float:
        """Different values per value; 1 where none stands twice."""
        return self.distinct / max(1, len(self.filled))

    @cached_property
    def read(self) -> Numbers:
        """The values as numbers, as a run reads them."""
        return read_numbers(pa.array(self.values, pa.string()))

    @cached_property
    def numbers(self) -> np.ndarray:
        """The numbers that are there."""
        values = self.read.values  # noqa: PD011 - not of pandas
        return values[np.isfinite(values)]

    @property
    def is_numeric(self) -> bool:
        """Whether every value is a number; a run counts any other as missing."""
        return bool(len(self.numbers)) and bool(self.read.readable.all())

    @property
    def share_readable(self) -> float:
        """How many of the values are numbers."""
        unreadable = int((~self.read.readable).sum())
        return 1 - unreadable / max(1, len(self.filled))

    @property
    def without_unreadable(self) -> ColumnValues:
        """The column with nothing in place of what is no number."""
        readable = self.read.readable.tolist()
        values = (
            value if good else None for value, good in zip(self.values, readable, strict=True)
        )
        return ColumnValues(name=self.name, values=tuple(values))

    @cached_property
    def in_shares(self) -> ColumnValues:
        """The column with plain numbers in place of per cents, as a run reads a confidence."""
        read = read_numbers(pa.array(self.values, pa.string()), is_share=True)
        values = (
            value if form in (NumberForm.NONE, NumberForm.PLAIN) else repr(float(number))
            for value, number, form in zip(
                self.values,
                read.values,
                read.forms,
                strict=True,
            )
        )
        return ColumnValues(name=self.name, values=tuple(values))

    @cached_property
    def forms(self) -> Counter[NumberForm]:
        """In which forms the numbers are written, those of a confidence among them."""
        read = read_numbers(pa.array(self.values, pa.string()), is_share=True)
        return Counter(NumberForm(form) for form in read.forms.tolist() if form)

    def rows(self, kept: Sequence[bool]) -> ColumnValues:
        """Return the column in some of the rows."""
        return ColumnValues(name=self.name, values=tuple(compress(self.values, kept)))

    @cached_property
    def is_whole(self) -> bool:
        """Whether every value is a whole number."""
        return self.is_numeric and bool((self.numbers % 1 == 0).all())

    def lies_within(self, low: float, high: float) -> bool:
        """Whether the column holds numbers, and all of them in this range."""
        return self.is_numeric and bool(
            (self.numbers >= low).all() and (self.numbers <= high).all()
        )

    @property
    def is_digits(self) -> bool:
        """Whether the values are nothing but digits, so that times among them are a guess."""
        return all(_DIGITS.fullmatch(value) for value in self.filled)

    @cached_property
    def looks_like_paths(self) -> bool:
        """Whether most values are paths or names of files."""
        hits = sum(bool(_PATH.search(value)) for value in self.filled[:200])
        return hits > 0.5 * len(self.filled[:200])

    @property
    def is_class_like(self) -> bool:
        """Whether few short texts, or whole numbers, stand there again and again."""
        most = max(2.0, 0.5 * len(self.filled))
        return (
            0 < self.distinct <= min(1000.0, most)
            and not self.looks_like_paths
            and max(map(len, self.counts)) <= _LONGEST_CLASS
            and (not self.is_numeric or self.is_whole)
            and not any(value.startswith(("{", "[")) for value in self.counts)
        )

    def times(self, day_first: bool | None) -> Timestamps:
        """Return the values read as times."""
        texts = pa.array(self.values, pa.string())
        return read_timestamps(texts, TimestampRules(day_first=day_first))

    @cached_property
    def time_reading(self) -> TimeReading:
        """How the values are best read as times."""
        return _best_reading(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeReading:
    """A column read as times.

    Attributes
    ----------
    share
        How many of the values are times from 2000 on; those in a zone that cannot be known count
        among them, where at least one of them can.
    day_first
        What `predictions.day_first` has to be; None where it does not matter.
    is_settled
        Whether the values themselves leave no doubt about `day_first`.
    moments
        One a row, microseconds since 1970-01-01 UTC; -1 where the value is no time.
    has_clock
        Whether there is more in it than days.
    has_zone
        Whether every value names its zone, or counts from an epoch.
    """

    share: float
    day_first: bool | None
    is_settled: bool
    moments: np.ndarray
    has_clock: bool
    has_zone: bool


def _best_reading(column: ColumnValues) -> TimeReading:
    plain = _reading(column, None, is_settled=True)
    faults = column.times(None).faults
    if not (faults == TimestampFault.AMBIGUOUS).any():
        return plain
    day, month = (_reading(column, first, is_settled=False) for first in (True, False))
    if abs(day.share - month.share) > 1e-9:
        better = day if day.share > month.share else month
        return _reading(column, better.day_first, is_settled=True)
    # Rows of a log are written in order, and close to each other.
    return day if _disorder(day.moments) <= _disorder(month.moments) else month


def _reading(column: ColumnValues, day_first: bool | None, *, is_settled: bool) -> TimeReading:
    read = column.times(day_first)
    good = (read.faults == TimestampFault.NONE) & (read.moments >= _EARLIEST)
    in_doubt = read.faults == TimestampFault.UNKNOWN_ZONE
    counted = good | in_doubt if good.any() else good
    return TimeReading(
        share=int(counted.sum()) / max(1, len(column.filled)),
        day_first=day_first,
        is_settled=is_settled,
        moments=np.where(good, read.moments, -1),
        has_clock=bool((read.moments[good] % DAY_US != 0).any()),
        has_zone=not bool(read.zoneless[good].any()),
    )


def _disorder(moments: np.ndarray) -> float:
    known = moments[moments >= 0]
    return float(np.abs(np.diff(known)).sum()) if len(known) > 1 else 0.0


def column_values(table: pd.DataFrame, most: int = 2_000) -> dict[str, ColumnValues]:
    """Return the columns of a sample, of `most` rows spread over it."""
    rows: Sequence[int] = (
        range(len(table))
        if len(table) <= most
        else np.linspace(0, len(table) - 1, most).astype(int).tolist()
    )
    part = table.iloc[list(rows)]
    return {
        str(name): ColumnValues(
            name=str(name),
            values=tuple(None if pd.isna(value) else str(value) for value in part[name]),
        )
        for name in part.columns
    }
